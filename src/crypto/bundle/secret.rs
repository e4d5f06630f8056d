//! A secret as a bundle has it.

use secrecy::SecretString;

use super::refused::damaged;
use crate::crypto::envelope::COMMITMENT_LEN;
use crate::crypto::info::{Info, VersionEntry};
use crate::error::Result;
use crate::record::{RecordId, Revision};

/// A secret with its kept values, one for each version of its info.
#[derive(Debug)]
pub(crate) struct BundledSecret {
    pub(crate) info: Info,
    pub(crate) values: Vec<SecretString>,
}

/// The identity in the info of a bundle. Each import makes a new one.
fn nobody() -> RecordId {
    RecordId::from_bytes([0; 16])
}

impl Info {
    /// The info without what belongs to one vault: identity, revision, and for each version
    /// commitment, fingerprint and hint.
    fn bundled(&self) -> Self {
        let version = |kept: &VersionEntry| VersionEntry {
            commitment: [0; COMMITMENT_LEN],
            fingerprint: None,
            hint: None,
            ..kept.clone()
        };
        Self {
            record: nobody(),
            revision: Revision::new(1),
            versions: self.versions.iter().map(version).collect(),
            ..self.clone()
        }
    }

    /// The record of a secret in a bundle: that of a vault, without what belongs to the vault.
    pub(super) fn encode_bundled(&self) -> Vec<u8> {
        self.bundled().encode()
    }

    /// Undoes [`encode_bundled`](Self::encode_bundled). One record has one form.
    pub(super) fn decode_bundled(record: &[u8]) -> Result<Self> {
        let info = Self::decode(nobody(), record, None)?;
        if info.encode_bundled() == record {
            Ok(info)
        } else {
            Err(damaged())
        }
    }
}
