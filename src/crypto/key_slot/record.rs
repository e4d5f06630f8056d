//! The info of a key slot.

use super::kdf::Kdf;
use super::keys::CHECK_LEN;
use crate::crypto::tlv::{FieldReader, FieldWriter, corrupt};
use crate::error::Result;

/// The info of a key slot: in plain sight, because it is read before there is a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeySlot {
    /// The way in which its root key is made.
    pub(crate) kdf: Kdf,
    /// Tells at once if a root key is the one of this key slot.
    pub(crate) check: [u8; CHECK_LEN],
}

impl KeySlot {
    /// The record `1: KDF parameters, 2: key check`.
    pub(crate) fn encode(&self) -> Vec<u8> {
        FieldWriter::new()
            .field(1, &self.kdf.encode())
            .field(2, &self.check)
            .finish()
    }

    /// Undoes [`encode`](Self::encode).
    pub(crate) fn decode(record: &[u8]) -> Result<Self> {
        let mut reader = FieldReader::new(record)?;
        let key_slot = Self {
            kdf: Kdf::decode(reader.bytes(1)?)?,
            check: reader.array(2)?,
        };
        reader.finish()?;
        if key_slot.encode() == record {
            Ok(key_slot)
        } else {
            Err(corrupt())
        }
    }
}
