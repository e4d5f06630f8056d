//! Vault keys that were replaced, as the directory of the key slots keeps them.

use super::context::Context;
use super::header::Header;
use super::key::KeyId;
use super::timestamp::Timestamp;
use super::tlv::{FieldReader, FieldWriter};
use super::wrap::VaultKey;
use crate::error::Result;

/// A vault key that was replaced, wrapped under the one that is current.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PreviousKey {
    /// Its name.
    pub(crate) id: KeyId,
    /// The time at which it was replaced.
    pub(crate) replaced_at: Timestamp,
    /// The envelope of it.
    pub(super) wrapped: Vec<u8>,
}

impl PreviousKey {
    /// The record `1: id, 2: replaced at, 3: envelope`.
    pub(super) fn encode(&self) -> Vec<u8> {
        FieldWriter::new()
            .field(1, &self.id.0)
            .field(2, &self.replaced_at.encode())
            .field(3, &self.wrapped)
            .finish()
    }

    /// Undoes [`encode`](Self::encode).
    pub(super) fn decode(record: &[u8]) -> Result<Self> {
        let mut reader = FieldReader::new(record)?;
        let previous = Self {
            id: KeyId(reader.array(1)?),
            replaced_at: Timestamp::decode(reader.bytes(2)?)?,
            wrapped: reader.bytes(3)?.to_vec(),
        };
        reader.finish()?;
        Ok(previous)
    }
}

impl VaultKey {
    /// Wraps a vault key that this one replaces, or that was replaced before.
    pub(crate) fn wrap_previous(
        &self,
        header: &Header,
        previous: &Self,
        replaced_at: Timestamp,
    ) -> Result<PreviousKey> {
        let id = previous.id();
        let context = Context::previous_vault_key(header, id);
        Ok(PreviousKey {
            id,
            replaced_at,
            wrapped: self.seal(&context, previous.expose())?,
        })
    }

    /// Undoes [`wrap_previous`](Self::wrap_previous).
    pub(crate) fn unwrap_previous(&self, header: &Header, previous: &PreviousKey) -> Result<Self> {
        let context = Context::previous_vault_key(header, previous.id);
        Self::from_slice(previous.id, &self.open(&context, &previous.wrapped)?)
    }
}
