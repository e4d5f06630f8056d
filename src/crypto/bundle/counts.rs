//! The counts of a bundle, which its trailer has.

use crate::crypto::info::Info;
use crate::crypto::tlv::{FieldReader, FieldWriter};
use crate::error::{Error, ErrorKind, Result};

/// Numbers of what a bundle holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct BundleCounts {
    pub(crate) organizations: u64,
    /// Secrets that have values.
    pub(crate) secrets: u64,
    /// Secrets that were revoked or deleted.
    pub(crate) tombstones: u64,
    pub(crate) values: u64,
}

impl BundleCounts {
    /// The most secrets and tombstones of a bundle: whoever reads it keeps 16 bytes for each.
    pub(crate) const MOST: u64 = 1 << 22;

    /// Counts a secret with its values.
    ///
    /// # Errors
    ///
    /// [`TooLarge`](ErrorKind::TooLarge) when there are too many.
    pub(crate) fn enter(&mut self, info: &Info) -> Result<()> {
        *(if info.state.is_live() {
            &mut self.secrets
        } else {
            &mut self.tombstones
        }) += 1;
        self.values += info.versions.len() as u64;
        if self.secrets + self.tombstones > Self::MOST {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "a bundle may have 4194304 secrets at most; export the organizations one by one",
            ));
        }
        Ok(())
    }

    /// The record `1: organizations, 2: secrets, 3: tombstones, 4: values, 5: hash`. The hash is
    /// over all bytes of the bundle between header and trailer.
    pub(super) fn encode(&self, hash: &[u8; 32]) -> Vec<u8> {
        FieldWriter::new()
            .field(1, &self.organizations.to_be_bytes())
            .field(2, &self.secrets.to_be_bytes())
            .field(3, &self.tombstones.to_be_bytes())
            .field(4, &self.values.to_be_bytes())
            .field(5, hash)
            .finish()
    }

    pub(super) fn decode(record: &[u8]) -> Result<(Self, [u8; 32])> {
        let mut reader = FieldReader::new(record)?;
        let counts = Self {
            organizations: reader.number(1)?,
            secrets: reader.number(2)?,
            tombstones: reader.number(3)?,
            values: reader.number(4)?,
        };
        let hash = reader.array(5)?;
        reader.finish()?;
        Ok((counts, hash))
    }
}
