//! Changing a key.

use std::mem;

use crate::crypto::{KeyId, KeySlot, Unlock, VaultKey, VaultKeys};
use crate::error::{Error, ErrorKind, Result};
use crate::record::AuditAction;
use crate::store::{Partition, Purge, Row};
use crate::vault::call::Call;
use crate::vault::core::Core;
use crate::vault::observer::KeyAction;
use crate::vault::opening::{NewKeySlot, find, opened, scan};
use crate::vault::rows::corrupt;

impl Core {
    /// Puts a new key in place of one that opens the vault. Both open it from the first write to
    /// the second, and the second is made only after the new one has opened what is stored.
    pub(in crate::vault) fn change_root_key(
        &self,
        old: &dyn Unlock,
        new: &dyn Unlock,
        call: Call<'_>,
    ) -> Result<Purge> {
        self.refused(KeyAction::ChangeRootKey, self.exchange(old, new, call))
    }

    fn exchange(&self, old: &dyn Unlock, new: &dyn Unlock, call: Call<'_>) -> Result<Purge> {
        let (header, keys) = (self.keys.header(), self.keys.vault_keys());
        let mut rows = scan(|page| self.store.scan(Partition::VAULT, page))?;
        let (old_id, _) = opened(old, header, &rows)?;
        let key = old_id.row_key();
        let (old_rows, others): (Vec<Row>, Vec<Row>) =
            rows.drain(..).partition(|row| row.key.key == key);
        let is_same_provider = self.is_same_provider(new, &old_rows)?;
        let new_id = match find(new, header, &others) {
            // A change that was cut off between its two writes, or a key of another name.
            Ok(Some((id, _))) => id,
            Ok(None) | Err(_) => self.add_beside(old_id, new, &keys, call)?,
        };
        self.prove_key(new, new_id, keys.current())?;
        let removed = self.change_key_slots(&keys, call, |slots| {
            let (mut old, mut new) = (slots.entry(old_id)?, slots.entry(new_id)?);
            // After a change that was cut off both slots are of this provider; the newer one stays.
            if is_same_provider && new.made_at < old.made_at {
                mem::swap(&mut old, &mut new);
            }
            if !slots.is_intact(&new) {
                return Err(corrupt("the key slot of the new key was changed"));
            }
            if old.name != new.name {
                return Err(Error::new(
                    ErrorKind::Conflict,
                    "the new key opens the vault already, under another name; remove the old one \
                     with remove_key",
                ));
            }
            slots.note(AuditAction::ChangeRootKey, Some(&new), None);
            slots.remove(&old)?;
            Ok(old)
        })?;
        self.tell_changed(KeyAction::RemoveKey, &removed);
        Ok(self.purge_keys())
    }

    /// Refuses a new key that opens the slot of the old one. A provider may, and then true comes
    /// back: what it wraps is drawn anew for each slot.
    fn is_same_provider(&self, new: &dyn Unlock, old: &[Row]) -> Result<bool> {
        let is_of_provider =
            |row: &Row| KeySlot::decode(&row.info).is_ok_and(|slot| slot.kdf.is_provider());
        match find(new, self.keys.header(), old) {
            Ok(Some(_)) if old.iter().any(is_of_provider) => Ok(true),
            Ok(Some(_)) => Err(Error::new(
                ErrorKind::InvalidInput,
                "the new key is the old one; take another one",
            )),
            Ok(None) | Err(_) => Ok(false),
        }
    }

    /// Adds a key under the name of another one: the first of the two writes.
    fn add_beside(
        &self,
        old: KeyId,
        new: &dyn Unlock,
        keys: &VaultKeys,
        call: Call<'_>,
    ) -> Result<KeyId> {
        let (header, vault_key) = (self.keys.header(), keys.current());
        let now = self.clock.now()?.reading;
        let NewKeySlot { row, entry } = NewKeySlot::make(new, header, vault_key, "", now)?;
        let entry = self.change_key_slots(keys, call, |slots| {
            let mut entry = entry.clone();
            entry.name = slots.entry(old)?.name;
            slots.insert(&row, entry.clone())?;
            Ok(entry)
        })?;
        self.tell_changed(KeyAction::AddKey, &entry);
        Ok(entry.id)
    }

    /// Proves that a key opens its key slot as it is stored now, and that the vault key is in it.
    fn prove_key(&self, key: &dyn Unlock, id: KeyId, current: &VaultKey) -> Result<()> {
        let (header, row_key) = (self.keys.header(), id.row_key());
        let rows = scan(|page| self.store.scan(Partition::VAULT, page))?;
        let stored: Vec<Row> = rows
            .into_iter()
            .filter(|row| row.key.key == row_key)
            .collect();
        let (_, vault_key) = opened(key, header, &stored)?;
        if vault_key.is(current) {
            return Ok(());
        }
        Err(corrupt(
            "the key slot of the new key holds another vault key",
        ))
    }
}
