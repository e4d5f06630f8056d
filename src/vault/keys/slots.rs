//! The key slots inside of one write.

use std::sync::Arc;

use crate::crypto::{Header, KeyId, KeySlot, KeySlotDirectory, KeySlotEntry, VaultKeys, Work};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{HEADER, Kind, Partition, Row, RowKey, WriteTx};
use crate::vault::core::Core;
use crate::vault::high_water::Mark;
use crate::vault::key_info::row_id_text;
use crate::vault::numbers::next_epoch;
use crate::vault::opening::{MAX_KEY_SLOTS, VAULT_SECRET, scan, vault_row};
use crate::vault::own_rows::replaced;
use crate::vault::rows::{checked, corrupt};

/// The key slots of a vault, the rows and the sealed directory of them, as one write sees them.
pub(super) struct KeySlots<'t> {
    tx: &'t mut dyn WriteTx,
    pub(super) rows: Vec<Row>,
    pub(super) directory: KeySlotDirectory,
    /// Vault keys in place of those that the write began with.
    pub(super) next: Option<Arc<VaultKeys>>,
}

impl Core {
    /// Changes the key slots and their directory in one write, which the anchor is told. `work` may
    /// run again. `keys` are those of which new key slots were made.
    ///
    /// # Errors
    ///
    /// [`VaultKeyReplaced`](ErrorKind::VaultKeyReplaced) when they are not current any more.
    pub(super) fn change_key_slots<T>(
        &self,
        keys: &VaultKeys,
        mut work: impl FnMut(&mut KeySlots<'_>) -> Result<T>,
    ) -> Result<T> {
        let (first, seen) = ([HEADER, VAULT_SECRET], self.seen.of(Partition::VAULT));
        let (result, mark, next) = self.commit(Partition::VAULT, &first, |found, tx| {
            let mut found = checked(&first, found)?.into_iter().flatten();
            let (Some(header), Some(secret)) = (found.next(), found.next()) else {
                return Err(corrupt("the header or the vault secret is missing"));
            };
            if self.keys.vault_keys().current().id() != keys.current().id() {
                return Err(replaced());
            }
            let (mut directory, _) = self.admit_directory(&secret, seen)?;
            if !self.keys.is_opened_by(&header, &secret) {
                return Err(corrupt("the header or the vault secret was changed"));
            }
            directory.epoch = next_epoch(directory.epoch)?;
            let rows = scan(|page| tx.scan(page))?;
            let mut slots = KeySlots {
                tx: &mut *tx,
                rows,
                directory,
                next: None,
            };
            let result = work(&mut slots)?;
            let (epoch, next) = (slots.directory.epoch, slots.next.take());
            let row = slots.seal(self.keys.header(), keys, next.as_deref(), secret.body)?;
            let mark = Mark::at(&row, epoch)?;
            tx.put(&row)?;
            Ok((result, mark, next))
        })?;
        if let Some(next) = next {
            self.keys.replace_vault_keys(keys.current().id(), next);
        }
        self.note_own_rows(mark);
        self.advance_anchor(Partition::VAULT, mark);
        Ok(result)
    }
}

impl KeySlots<'_> {
    /// The row of the vault secret, with the directory. Under new vault keys if there are any.
    fn seal(
        &self,
        header: &Header,
        keys: &VaultKeys,
        next: Option<&VaultKeys>,
        secret: Vec<u8>,
    ) -> Result<Row> {
        let (old, new) = (keys.current(), next.unwrap_or(keys).current());
        let body = if old.id() == new.id() {
            secret
        } else {
            new.wrap_vault_secret(header, &old.unwrap_vault_secret(header, &secret)?)?
        };
        let info = new.seal_key_slot_directory(header, &self.directory)?;
        Ok(vault_row(VAULT_SECRET, info, body))
    }

    /// Adds a key slot, if there may be one more.
    pub(super) fn insert(&mut self, row: &Row, entry: KeySlotEntry) -> Result<()> {
        if self.rows.len() >= MAX_KEY_SLOTS || self.directory.entries.len() >= MAX_KEY_SLOTS {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "a vault has 64 keys at most; remove one that nobody uses",
            ));
        }
        // What somebody else put there, or changed, is not to be opened.
        let entries = self.directory.entries.iter();
        let intact = entries.filter_map(|entry| self.intact(entry));
        let mut work = Work::default();
        for stored in intact.chain([row]) {
            KeySlot::decode(&stored.info)?.kdf.take(&mut work)?;
        }
        self.tx.put(row)?;
        self.directory.entries.push(entry);
        self.directory.sort();
        Ok(())
    }

    /// Puts these rows in place of those of all key slots, also of those that are not listed.
    pub(super) fn replace_rows(&mut self, rows: &[&Row]) -> Result<()> {
        for row in &self.rows {
            self.tx.delete(&row.key)?;
        }
        rows.iter().try_for_each(|row| self.tx.put(row))
    }

    /// The entry of a key slot.
    ///
    /// # Errors
    ///
    /// [`Conflict`](ErrorKind::Conflict) when it is not one of the vault, or not any more.
    pub(super) fn entry(&self, id: KeyId) -> Result<KeySlotEntry> {
        let mut entries = self.directory.entries.iter();
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
            let mut entries = self.directory.entries.iter();
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
        self.directory.entries.retain(|other| other.id != entry.id);
        Ok(())
    }

    /// Returns true if the key slot is stored as the directory has it.
    pub(super) fn is_intact(&self, entry: &KeySlotEntry) -> bool {
        self.intact(entry).is_some()
    }

    /// The row of a key slot, if it is stored as the directory has it.
    fn intact(&self, entry: &KeySlotEntry) -> Option<&Row> {
        self.rows.iter().find(|row| is_of(entry, row))
    }
}

/// Returns true if a row is that of a key slot as the directory has it.
pub(super) fn is_of(entry: &KeySlotEntry, row: &Row) -> bool {
    entry.id.row_key() == row.key.key && entry.is_of(&row.info, &row.body)
}
