//! The key slots inside of one write.

use std::sync::Arc;

use crate::crypto::{
    Facts, Header, KeyId, KeySlot, KeySlotDirectory, KeySlotEntry, LogState, LoggedKey, Timestamp,
    VaultKeys, Work,
};
use crate::error::{Error, ErrorKind, Result};
use crate::record::AuditAction;
use crate::store::{HEADER, Kind, Partition, Row, RowKey, WriteTx};
use crate::vault::audit::Noted;
use crate::vault::call::Call;
use crate::vault::core::Core;
use crate::vault::high_water::Mark;
use crate::vault::key_info::row_id_text;
use crate::vault::numbers::next_epoch;
use crate::vault::opening::{MAX_KEY_SLOTS, VAULT_SECRET, scan, vault_row};
use crate::vault::own_rows::replaced;
use crate::vault::rows::{checked, corrupt};

/// The key slots of a vault, the rows and the sealed directory of them, as one write sees them.
pub(super) struct KeySlots<'t> {
    pub(super) tx: &'t mut dyn WriteTx,
    pub(super) rows: Vec<Row>,
    pub(super) directory: KeySlotDirectory,
    /// Vault keys in place of those that the write began with.
    pub(super) next: Option<Arc<VaultKeys>>,
    /// The call that the write is for, and its time.
    pub(super) call: Call<'t>,
    pub(super) now: Timestamp,
    /// The entries about it.
    noted: Noted,
    /// True if there was nothing to do, so that nothing is written.
    pub(super) is_idle: bool,
}

impl Core {
    /// Changes the key slots, their directory and the log of them in one write, which the anchor is
    /// told. `work` may run again. `keys` are those of which new key slots were made.
    ///
    /// # Errors
    ///
    /// [`VaultKeyReplaced`](ErrorKind::VaultKeyReplaced) when they are not current any more.
    pub(super) fn change_key_slots<T>(
        &self,
        keys: &VaultKeys,
        call: Call<'_>,
        mut work: impl FnMut(&mut KeySlots<'_>) -> Result<T>,
    ) -> Result<T> {
        let (first, seen) = ([HEADER, VAULT_SECRET], self.seen.of(Partition::VAULT));
        let now = self.clock.now()?.reading;
        let (result, written) = self.commit(Partition::VAULT, &first, |found, tx| {
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
                call,
                now,
                noted: Noted::default(),
                is_idle: false,
            };
            let result = work(&mut slots)?;
            if slots.is_idle {
                return Ok((result, None));
            }
            self.log_keys(&mut slots)?;
            let (epoch, next) = (slots.directory.epoch, slots.next.take());
            let row = slots.seal(self.keys.header(), keys, next.as_deref(), secret.body)?;
            let mark = Mark::at(&row, epoch)?;
            tx.put(&row)?;
            Ok((result, Some((mark, next))))
        })?;
        let Some((mark, next)) = written else {
            return Ok(result);
        };
        if let Some(next) = next {
            self.keys.replace_vault_keys(keys.current().id(), next);
        }
        self.note_own_rows(mark);
        self.advance_anchor(Partition::VAULT, mark);
        Ok(result)
    }

    /// Logs what a write does to the keys that open the vault, if there is a log of them or this
    /// open vault begins one.
    fn log_keys(&self, slots: &mut KeySlots<'_>) -> Result<()> {
        let log = slots.directory.log;
        if slots.noted.is_empty() || (log.is_none() && self.uses.is_none()) {
            return Ok(());
        }
        let mut log = log.unwrap_or_else(|| LogState::new(slots.now));
        let epoch = slots.directory.epoch;
        self.append_to_log(slots.tx, Partition::VAULT, epoch, &mut log, &slots.noted)?;
        slots.directory.log = Some(log);
        Ok(())
    }
}

impl KeySlots<'_> {
    /// Notes what the write does, to a key if it is about one, and to so many things.
    pub(super) fn note(
        &mut self,
        action: AuditAction,
        entry: Option<&KeySlotEntry>,
        count: Option<u64>,
    ) {
        let key = entry.map(|entry| LoggedKey {
            id: &entry.id.0,
            name: &entry.name,
        });
        let facts = self.call.facts_of_vault(self.now, action);
        self.noted.push(&Facts {
            count,
            key,
            ..facts
        });
    }

    /// Notes that a key slot is removed whose row has this key.
    fn note_stray(&mut self, row_key: &[u8; 32]) {
        let slot = KeyId::from_row_key(row_key).ok();
        let id = slot.as_ref().map_or(&row_key[..], |slot| &slot.0);
        let facts = self.call.facts_of_vault(self.now, AuditAction::RemoveKey);
        self.noted.push(&Facts {
            key: Some(LoggedKey { id, name: "" }),
            ..facts
        });
    }

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
        self.note(AuditAction::AddKey, Some(&entry), None);
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
        let stray = strays.find(|row| row_id_text(&row.key.key) == which);
        let Some(RowKey { kind, key }) = stray.map(|row| row.key) else {
            return Err(Error::new(
                ErrorKind::NotFound,
                "the vault has no key of this name or id; see Vault::keys",
            ));
        };
        self.note_stray(&key);
        self.tx.delete(&RowKey { kind, key })
    }

    /// Removes a key slot from rows and directory.
    pub(super) fn remove(&mut self, entry: &KeySlotEntry) -> Result<()> {
        self.note(AuditAction::RemoveKey, Some(entry), None);
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
