//! The slot directory: what tells a key slot that was deleted, changed or added by somebody without
//! the vault key.
//!
//! Slots lie in plain sight, because they are read before there is a key, and a vault that was
//! opened cannot derive the keys of slots again. So the vault keeps a list of them, sealed under
//! the vault key.

use super::canonical::encode;
use super::context::Context;
use super::header::Header;
use super::key::KeyId;
use super::primitives::{equal, sha256};
use super::slot::Kdf;
use super::timestamp::Timestamp;
use super::tlv::{Reader, Writer, corrupt, items, text};
use super::wrap::VaultKey;
use crate::error::Result;

/// All key slots of a vault, in ascending order of their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SlotDirectory(pub(crate) Vec<SlotEntry>);

/// One key slot, as the vault made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SlotEntry {
    /// Its name.
    pub(crate) id: KeyId,
    /// The number of the way in which its root key is made.
    pub(crate) kind: u8,
    /// Name that people gave it; may be empty.
    pub(crate) name: String,
    /// When it was made.
    pub(crate) made_at: Timestamp,
    /// The hash of its row.
    hash: [u8; 32],
}

impl SlotEntry {
    /// The entry of a slot whose row has this info and body.
    pub(crate) fn new(id: KeyId, kdf: Kdf, made_at: Timestamp, info: &[u8], body: &[u8]) -> Self {
        Self {
            id,
            kind: kdf.kind(),
            name: String::new(),
            made_at,
            hash: hash(id, info, body),
        }
    }

    /// Returns true if the row of the slot is the one that the entry was made of.
    pub(crate) fn is_of(&self, info: &[u8], body: &[u8]) -> bool {
        equal(&self.hash, &hash(self.id, info, body))
    }

    /// The record `1: id, 2: kind, 3: name, 4: made at, 5: hash of the row`.
    fn encode(&self) -> Vec<u8> {
        Writer::new()
            .field(1, &self.id.0)
            .field(2, &[self.kind])
            .unless_empty(3, self.name.as_bytes())
            .field(4, &self.made_at.encode())
            .field(5, &self.hash)
            .finish()
    }

    fn decode(record: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(record)?;
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

impl SlotDirectory {
    /// The record `1: list of entries`.
    pub(super) fn encode(&self) -> Vec<u8> {
        let entries: Vec<Vec<u8>> = self.0.iter().map(SlotEntry::encode).collect();
        let entries: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
        Writer::new().field(1, &encode(&entries)).finish()
    }

    /// Undoes [`encode`](Self::encode).
    pub(super) fn decode(record: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(record)?;
        let entries = items(reader.bytes(1)?)?
            .into_iter()
            .map(SlotEntry::decode)
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
    pub(crate) fn seal_slot_directory(
        &self,
        header: &Header,
        directory: &SlotDirectory,
    ) -> Result<Vec<u8>> {
        self.seal(&Context::slot_directory(header), &directory.encode())
    }

    /// Undoes [`seal_slot_directory`](Self::seal_slot_directory).
    pub(crate) fn open_slot_directory(
        &self,
        header: &Header,
        sealed: &[u8],
    ) -> Result<SlotDirectory> {
        SlotDirectory::decode(&self.open(&Context::slot_directory(header), sealed)?)
    }
}

fn hash(id: KeyId, info: &[u8], body: &[u8]) -> [u8; 32] {
    sha256(&encode(&[b"keyslot/1 slot row", &id.0, info, body]))
}
