//! The header of a vault: the only bytes of it that are not sealed.

use crate::crypto::key::random;
use crate::error::{Error, ErrorKind, Result};

const MAGIC: &[u8; 8] = b"keyslot\0";

/// Identity and format of a vault. Goes into every derivation below the root key, so
/// changing it locks the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// Random, never used twice: what makes the same root key another key in another vault.
    pub(crate) vault_id: [u8; 16],
    /// The version of the format.
    pub(crate) format: u16,
    /// The set of primitives.
    pub(crate) suite: u8,
}

impl Header {
    /// The format that this version writes, and the only one it reads.
    pub(crate) const FORMAT: u16 = 1;

    /// XChaCha20-Poly1305, HKDF-SHA256, HMAC-SHA256.
    pub(crate) const SUITE: u8 = 1;

    /// The header of a new vault.
    pub(crate) fn generate() -> Result<Self> {
        Ok(Self {
            vault_id: random()?,
            format: Self::FORMAT,
            suite: Self::SUITE,
        })
    }

    /// `magic[8] ‖ u16 format ‖ u8 suite ‖ vault id[16]`.
    pub(crate) fn encode(&self) -> Vec<u8> {
        [
            &MAGIC[..],
            &self.format.to_be_bytes(),
            &[self.suite],
            &self.vault_id,
        ]
        .concat()
    }

    /// Undoes [`encode`](Self::encode). Bytes of another format are told from damaged ones by their
    /// first ten.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self> {
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(corrupt)?;
        let (format, rest) = rest.split_first_chunk().ok_or_else(corrupt)?;
        let (suite, vault_id) = rest.split_first().ok_or_else(corrupt)?;
        let header = |vault_id| Self {
            vault_id,
            format: u16::from_be_bytes(*format),
            suite: *suite,
        };
        match (u16::from_be_bytes(*format), *suite) {
            (Self::FORMAT, Self::SUITE) => vault_id.try_into().map(header).map_err(|_| corrupt()),
            _ => Err(Error::new(
                ErrorKind::UnsupportedFormat,
                "the vault is of a format that this version of keyslot does not read; use a newer \
                 version",
            )),
        }
    }
}

fn corrupt() -> Error {
    Error::new(
        ErrorKind::Corrupt,
        "the header of the vault is damaged; restore the vault from a backup",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_27_bytes_and_comes_back() {
        let header = Header {
            vault_id: *b"0123456789abcdef",
            format: 1,
            suite: 1,
        };
        let bytes = header.encode();
        assert_eq!(bytes, b"keyslot\0\0\x01\x010123456789abcdef");
        assert_eq!(Header::decode(&bytes).unwrap(), header);
    }

    #[test]
    fn other_formats_are_unsupported_and_other_bytes_corrupt() {
        let bytes = Header::generate().unwrap().encode();
        let kind = |bytes: &[u8]| Header::decode(bytes).unwrap_err().kind();
        for length in 0..bytes.len() {
            assert_eq!(kind(&bytes[..length]), ErrorKind::Corrupt, "{length} bytes");
        }
        assert_eq!(kind(&[&bytes[..], &[0]].concat()), ErrorKind::Corrupt);
        for at in 0..11 {
            let mut changed = bytes.clone();
            changed[at] ^= 0x80;
            assert_eq!(
                kind(&changed),
                if at < 8 {
                    ErrorKind::Corrupt
                } else {
                    ErrorKind::UnsupportedFormat
                },
                "{at}"
            );
        }
        assert_eq!(
            kind(b"keyslot\0\0\x02\x01 and whatever comes with format 2"),
            ErrorKind::UnsupportedFormat
        );
    }
}
