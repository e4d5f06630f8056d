//! The key slots inside of one write.

use crate::crypto::{KeyId, KeySlot, KeySlotDirectory, KeySlotEntry, Work};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{HEADER, Kind, Partition, Row, RowKey, WriteTx};
use crate::vault::core::Core;
use crate::vault::key_info::row_id_text;
use crate::vault::opening::{MAX_KEY_SLOTS, VAULT_SECRET, scan, vault_row};
use crate::vault::rows::{checked, corrupt};

/// The key slots of a vault, the rows and the sealed directory of them, as one write sees them.
pub(super) struct KeySlots<'t> {
    tx: &'t mut dyn WriteTx,
    pub(super) rows: Vec<Row>,
    pub(super) directory: KeySlotDirectory,
}

impl Core {
    /// Changes the key slots and their directory in one write. `work` may run again.
    pub(super) fn change_key_slots<T>(
        &self,
        mut work: impl FnMut(&mut KeySlots<'_>) -> Result<T>,
    ) -> Result<T> {
        let first = [HEADER, VAULT_SECRET];
        self.commit(Partition::VAULT, &first, |found, tx| {
            let mut found = checked(&first, found)?.into_iter().flatten();
            let (Some(header), Some(secret)) = (found.next(), found.next()) else {
                return Err(corrupt("the header or the vault secret is missing"));
            };
            if !self.keys.is_opened_by(&header, &secret) {
                return Err(corrupt("the header or the vault secret was changed"));
            }
            let directory = self.keys.open_key_slot_directory(&secret)?;
            let rows = scan(|page| tx.scan(page))?;
            let mut slots = KeySlots {
                tx: &mut *tx,
                rows,
                directory,
            };
            let result = work(&mut slots)?;
            let (header, vault_key) = (self.keys.header(), self.keys.vault_key());
            let sealed = vault_key.seal_key_slot_directory(header, &slots.directory)?;
            tx.put(&vault_row(VAULT_SECRET, sealed, secret.body))?;
            Ok(result)
        })
    }
}

impl KeySlots<'_> {
    /// Adds a key slot, if there may be one more.
    pub(super) fn insert(&mut self, row: &Row, entry: KeySlotEntry) -> Result<()> {
        if self.rows.len() >= MAX_KEY_SLOTS || self.directory.0.len() >= MAX_KEY_SLOTS {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "a vault has 64 keys at most; remove one that nobody uses",
            ));
        }
        // What somebody else put there, or changed, is not to be opened.
        let entries = self.directory.0.iter();
        let intact = entries.filter_map(|entry| self.intact(entry));
        let mut work = Work::default();
        for stored in intact.chain([row]) {
            KeySlot::decode(&stored.info)?.kdf.take(&mut work)?;
        }
        self.tx.put(row)?;
        self.directory.0.push(entry);
        self.directory.0.sort_unstable_by_key(|entry| entry.id.0);
        Ok(())
    }

    /// The entry of a key slot.
    ///
    /// # Errors
    ///
    /// [`Conflict`](ErrorKind::Conflict) when it is not one of the vault, or not any more.
    pub(super) fn entry(&self, id: KeyId) -> Result<KeySlotEntry> {
        let mut entries = self.directory.0.iter();
        let found = entries.find(|entry| entry.id == id).cloned();
        found.ok_or_else(|| {
            Error::new(
                ErrorKind::Conflict,
                "a key of this change is not one of the vault any more: somebody else changed or \
                 removed it; see Vault::keys for those that open it now",
            )
        })
    }

    /// Removes a key slot that is not in the directory, so that the vault did not make it.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound) when no such key slot has this id.
    pub(super) fn remove_stray(&mut self, which: &str) -> Result<()> {
        let is_listed = |row: &Row| {
            let mut entries = self.directory.0.iter();
            entries.any(|entry| entry.id.row_key() == row.key.key)
        };
        let mut strays = self.rows.iter().filter(|row| !is_listed(row));
        match strays.find(|row| row_id_text(&row.key.key) == which) {
            Some(stray) => self.tx.delete(&stray.key),
            None => Err(Error::new(
                ErrorKind::NotFound,
                "the vault has no key of this name or id; see Vault::keys",
            )),
        }
    }

    /// Removes a key slot from rows and directory.
    pub(super) fn remove(&mut self, entry: &KeySlotEntry) -> Result<()> {
        self.tx.delete(&RowKey {
            kind: Kind::Slot,
            key: entry.id.row_key(),
        })?;
        self.directory.0.retain(|other| other.id != entry.id);
        Ok(())
    }

    /// Returns true if the key slot is stored as the directory has it.
    pub(super) fn is_intact(&self, entry: &KeySlotEntry) -> bool {
        self.intact(entry).is_some()
    }

    /// The row of a key slot, if it is stored as the directory has it.
    fn intact(&self, entry: &KeySlotEntry) -> Option<&Row> {
        let key = entry.id.row_key();
        let row = self.rows.iter().find(|row| row.key.key == key);
        row.filter(|row| entry.is_of(&row.info, &row.body))
    }
}
