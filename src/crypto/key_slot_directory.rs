//! The directory of key slots: tells of a key slot that was deleted, changed or added by somebody
//! without the vault key.
//!
//! Key slots lie in plain sight, because they are read before there is a key, and a vault that was
//! opened cannot derive their keys again. So the vault keeps a list of them, sealed under the vault
//! key.

use std::collections::HashSet;

use super::canonical::encode;
use super::context::Context;
use super::header::Header;
use super::key::KeyId;
use super::key_slot::Kdf;
use super::log_state::LogState;
use super::previous_key::PreviousKey;
use super::primitives::{equal, sha256};
use super::timestamp::Timestamp;
use super::tlv::{FieldReader, FieldWriter, array, corrupt, items, text};
use super::wrap::VaultKey;
use crate::error::Result;

/// All key slots of a vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeySlotDirectory {
    /// The key slots, in ascending order of their ids.
    pub(crate) entries: Vec<KeySlotEntry>,
    /// The number of writes to the vault's own rows; at most `i64::MAX`, and 0 for those of a vault
    /// that did not count them.
    pub(crate) epoch: u64,
    /// The vault keys that were replaced and not dropped, in the order of their replacement.
    pub(crate) previous: Vec<PreviousKey>,
    /// The audit log in the vault's own partition, if there is one.
    pub(crate) log: Option<LogState>,
}

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
    /// The most vault keys that were replaced and not dropped.
    pub(crate) const MAX_PREVIOUS: usize = 8;

    /// The directory of a new vault.
    pub(crate) fn first(entry: KeySlotEntry) -> Self {
        Self {
            entries: vec![entry],
            epoch: 1,
            previous: Vec::new(),
            log: None,
        }
    }

    /// Brings the entries into order.
    pub(crate) fn sort(&mut self) {
        self.entries.sort_unstable_by_key(|entry| entry.id.0);
    }

    /// The record `1: list of entries, 2: epoch, 3: list of previous vault keys, 4: audit log`, the
    /// second left out while it is 0, the others while there are none.
    pub(super) fn encode(&self) -> Vec<u8> {
        let epoch = self.epoch.to_be_bytes();
        FieldWriter::new()
            .field(1, &list(&self.entries, KeySlotEntry::encode))
            .optional(2, Some(&epoch[..]).filter(|_| self.epoch > 0))
            .unless_empty(3, &list(&self.previous, PreviousKey::encode))
            .optional(4, self.log.as_ref().map(LogState::encode).as_deref())
            .finish()
    }

    /// Undoes [`encode`](Self::encode).
    pub(super) fn decode(record: &[u8]) -> Result<Self> {
        let mut reader = FieldReader::new(record)?;
        let entries = items(reader.bytes(1)?)?
            .into_iter()
            .map(KeySlotEntry::decode)
            .collect::<Result<Vec<_>>>()?;
        let epoch = match reader.optional(2)? {
            // One form alone: what is left out is not there.
            Some([0, 0, 0, 0, 0, 0, 0, 0]) => return Err(corrupt()),
            Some(epoch) => u64::from_be_bytes(array(epoch)?),
            None => 0,
        };
        let previous = items(reader.filled(3)?)?
            .into_iter()
            .map(PreviousKey::decode)
            .collect::<Result<Vec<_>>>()?;
        let log = reader.optional(4)?.map(LogState::decode).transpose()?;
        reader.finish()?;
        let ids: HashSet<KeyId> = previous.iter().map(|key| key.id).collect();
        if entries.is_empty()
            || !entries.is_sorted_by(|one, next| one.id.0 < next.id.0)
            || i64::try_from(epoch).is_err()
            || previous.len() > Self::MAX_PREVIOUS
            || ids.len() < previous.len()
        {
            return Err(corrupt());
        }
        Ok(Self {
            entries,
            epoch,
            previous,
            log,
        })
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

/// A list of records.
fn list<T>(all: &[T], encoded: fn(&T) -> Vec<u8>) -> Vec<u8> {
    let records: Vec<Vec<u8>> = all.iter().map(encoded).collect();
    let records: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
    encode(&records)
}

fn hash(id: KeyId, info: &[u8], body: &[u8]) -> [u8; 32] {
    sha256(&encode(&[b"keyslot/1 slot row", &id.0, info, body]))
}
