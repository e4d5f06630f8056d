//! The bytes of an anchor's file.

use sha2::{Digest, Sha256};

use super::mark::AnchorMark;
use crate::error::{Error, ErrorKind, Result};

/// Says "an anchor, format 1".
const MAGIC: &[u8; 16] = b"keyslot-anchor-1";

/// Length of an entry: the id of a vault, and a mark.
const ENTRY: usize = 16 + AnchorMark::LENGTH;

/// Length of the checksum.
const SUM: usize = 32;

/// The most marks in one file.
pub(super) const MOST: usize = 4096;

/// The longest file, in bytes.
pub(super) const LONGEST: usize = MAGIC.len() + MOST * ENTRY + SUM;

/// The marks of some vaults, as one file keeps them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Content(Vec<([u8; 16], AnchorMark)>);

impl Content {
    /// Returns the marks of a vault.
    pub(super) fn of(&self, vault: &[u8; 16]) -> Vec<AnchorMark> {
        let own = self.0.iter().filter(|(id, _)| id == vault);
        own.map(|(_, mark)| *mark).collect()
    }

    /// Keeps marks of a vault that are newer. Returns true if there was one.
    pub(super) fn advance(&mut self, vault: &[u8; 16], marks: &[AnchorMark]) -> Result<bool> {
        let mut changed = false;
        for mark in marks {
            let is_full = self.0.len() >= MOST;
            let mut all = self.0.iter_mut();
            match all.find(|(id, kept)| id == vault && kept.tenant == mark.tenant) {
                Some((_, kept)) => {
                    let next = kept.advance(*mark)?;
                    changed |= *kept != next;
                    *kept = next;
                }
                None if !is_full => {
                    self.0.push((*vault, *mark));
                    changed = true;
                }
                None => {
                    return Err(Error::new(
                        ErrorKind::TooLarge,
                        format!(
                            "an anchor file keeps {MOST} tenants at most; keep the anchor in a \
                             database"
                        ),
                    ));
                }
            }
        }
        Ok(changed)
    }

    /// Forgets the marks of a vault.
    pub(super) fn forget(&mut self, vault: &[u8; 16]) {
        self.0.retain(|(id, _)| id != vault);
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for (vault, mark) in &self.0 {
            bytes.extend(vault);
            bytes.extend(mark.to_bytes());
        }
        let sum = Sha256::digest(&bytes);
        bytes.extend(sum);
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self> {
        Self::parse(bytes).ok_or_else(|| {
            Error::new(
                ErrorKind::Corrupt,
                "the anchor file is damaged; make a new one only if you know that the vault is the \
                 newest",
            )
        })
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (content, sum) = bytes.split_last_chunk::<SUM>()?;
        let entries = content.strip_prefix(MAGIC)?;
        if Sha256::digest(content).as_slice() != sum || entries.len() % ENTRY != 0 {
            return None;
        }
        let entries = entries.chunks_exact(ENTRY).map(|entry| {
            let (vault, mark) = entry.split_first_chunk::<16>()?;
            Some((*vault, AnchorMark::from_bytes(mark)?))
        });
        entries.collect::<Option<_>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(tenant: u8, epoch: u64) -> AnchorMark {
        AnchorMark {
            tenant: [tenant; 16],
            epoch,
            head: [tenant; 32],
        }
    }

    #[test]
    fn what_was_encoded_is_decoded_and_each_bit_of_it_counts() {
        let mut content = Content::default();
        assert_eq!(Content::decode(&content.encode()).unwrap(), content);
        content
            .advance(&[1; 16], &[mark(1, 7), mark(2, 1 << 40)])
            .unwrap();
        content.advance(&[2; 16], &[mark(1, 9)]).unwrap();
        let bytes = content.encode();
        assert_eq!(Content::decode(&bytes).unwrap(), content);
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                let error = Content::decode(&changed).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Corrupt);
            }
            assert!(Content::decode(&bytes[..at]).is_err());
        }
    }

    #[test]
    fn a_file_keeps_so_many_tenants_and_no_more() {
        let tenant = |number: usize| AnchorMark {
            tenant: (number as u128).to_be_bytes(),
            ..mark(0, 1)
        };
        let mut content = Content::default();
        let most: Vec<AnchorMark> = (0..MOST).map(tenant).collect();
        assert!(content.advance(&[1; 16], &most).unwrap());
        assert!(!content.advance(&[1; 16], &most).unwrap());
        let error = content.advance(&[1; 16], &[tenant(MOST)]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        assert_eq!(content.encode().len(), LONGEST);
        content.forget(&[1; 16]);
        assert_eq!(content, Content::default());
    }
}
