//! The directory of key slots: tells of a key slot that was deleted, changed or added by somebody
//! without the vault key.
//!
//! Key slots lie in plain sight, because they are read before there is a key, and a vault that was
//! opened cannot derive their keys again. So the vault keeps a list of them, sealed under the vault
//! key.

use super::canonical::encode;
use super::context::Context;
use super::header::Header;
use super::key::KeyId;
use super::key_slot::Kdf;
use super::primitives::{equal, sha256};
use super::timestamp::Timestamp;
use super::tlv::{FieldReader, FieldWriter, corrupt, items, text};
use super::wrap::VaultKey;
use crate::error::Result;

/// All key slots of a vault, in ascending order of their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeySlotDirectory(pub(crate) Vec<KeySlotEntry>);

/// One key slot, as the vault made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeySlotEntry {
    /// Its name.
    pub(crate) id: KeyId,
    /// The number of the way in which its root key is made.
    pub(crate) kind: u8,
    /// Name that people gave it; may be empty.
    pub(crate) name: String,
    /// Time of its creation.
    pub(crate) made_at: Timestamp,
    /// The hash of its row.
    hash: [u8; 32],
}

impl KeySlotEntry {
    /// The entry of a key slot whose row has this info and body.
    pub(crate) fn new(
        id: KeyId,
        kdf: &Kdf,
        name: &str,
        made_at: Timestamp,
        info: &[u8],
        body: &[u8],
    ) -> Self {
        Self {
            id,
            kind: kdf.kind(),
            name: name.to_owned(),
            made_at,
            hash: hash(id, info, body),
        }
    }

    /// Returns true if the row of the key slot is the one that the entry was made of.
    pub(crate) fn is_of(&self, info: &[u8], body: &[u8]) -> bool {
        equal(&self.hash, &hash(self.id, info, body))
    }

    /// The record `1: id, 2: kind, 3: name, 4: made at, 5: hash of the row`.
    fn encode(&self) -> Vec<u8> {
        FieldWriter::new()
            .field(1, &self.id.0)
            .field(2, &[self.kind])
            .unless_empty(3, self.name.as_bytes())
            .field(4, &self.made_at.encode())
            .field(5, &self.hash)
            .finish()
    }

    fn decode(record: &[u8]) -> Result<Self> {
        let mut reader = FieldReader::new(record)?;
        let entry = Self {
            id: KeyId(reader.array(1)?),
            kind: u8::from_be_bytes(reader.array(2)?),
            name: text(reader.filled(3)?)?.to_owned(),
            made_at: Timestamp::decode(reader.bytes(4)?)?,
            hash: reader.array(5)?,
        };
        reader.finish()?;
        Ok(entry)
    }
}

impl KeySlotDirectory {
    /// The record `1: list of entries`.
    pub(super) fn encode(&self) -> Vec<u8> {
        let entries: Vec<Vec<u8>> = self.0.iter().map(KeySlotEntry::encode).collect();
        let entries: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
        FieldWriter::new().field(1, &encode(&entries)).finish()
    }

    /// Undoes [`encode`](Self::encode).
    pub(super) fn decode(record: &[u8]) -> Result<Self> {
        let mut reader = FieldReader::new(record)?;
        let entries = items(reader.bytes(1)?)?
            .into_iter()
            .map(KeySlotEntry::decode)
            .collect::<Result<Vec<_>>>()?;
        reader.finish()?;
        if entries.is_empty() || !entries.is_sorted_by(|one, next| one.id.0 < next.id.0) {
            return Err(corrupt());
        }
        Ok(Self(entries))
    }
}

impl VaultKey {
    /// Seals the directory: the info of the row of the vault secret.
    pub(crate) fn seal_key_slot_directory(
        &self,
        header: &Header,
        directory: &KeySlotDirectory,
    ) -> Result<Vec<u8>> {
        self.seal(&Context::key_slot_directory(header), &directory.encode())
    }

    /// Undoes [`seal_key_slot_directory`](Self::seal_key_slot_directory).
    pub(crate) fn open_key_slot_directory(
        &self,
        header: &Header,
        sealed: &[u8],
    ) -> Result<KeySlotDirectory> {
        KeySlotDirectory::decode(&self.open(&Context::key_slot_directory(header), sealed)?)
    }
}

fn hash(id: KeyId, info: &[u8], body: &[u8]) -> [u8; 32] {
    sha256(&encode(&[b"keyslot/1 slot row", &id.0, info, body]))
}
