//! Replacing the vault key.

use std::slice;
use std::sync::Arc;

use super::replaced::ReplacedVaultKey;
use super::slots::{KeySlots, is_of};
use crate::crypto::{
    Header, KeyId, KeySlot, KeySlotDirectory, KeySlotEntry, Timestamp, Unlock, VaultKey, VaultKeys,
    Work,
};
use crate::error::{Error, ErrorKind, Result};
use crate::record::AuditAction;
use crate::store::{Partition, Row};
use crate::vault::call::Call;
use crate::vault::core::Core;
use crate::vault::key_info::KeyInfo;
use crate::vault::observer::KeyAction;
use crate::vault::opening::{NewKeySlot, opened, scan};
use crate::vault::own_rows::replaced;
use crate::vault::rows::corrupt;

/// A key slot of the new vault key, in place of one of the old.
struct Kept {
    old: KeyId,
    new: NewKeySlot,
}

/// The entries of the key slots that are kept, and of those that are dropped.
type Outcome = (Vec<KeySlotEntry>, Vec<KeySlotEntry>);

impl Core {
    /// Puts a new vault key in place of the current one, in one write. Of the keys that open the
    /// vault only these go on to do so.
    pub(in crate::vault) fn replace_vault_key(
        &self,
        keep: &[&dyn Unlock],
        call: Call<'_>,
    ) -> Result<ReplacedVaultKey> {
        let replaced = self.replace(keep, call);
        let (kept, dropped) = self.refused(KeyAction::ReplaceVaultKey, replaced)?;
        self.tell(KeyAction::ReplaceVaultKey, Ok(None));
        let removed = |entry| self.tell_changed(KeyAction::RemoveKey, entry);
        Ok(ReplacedVaultKey {
            kept: kept.iter().map(KeyInfo::of).collect(),
            dropped: dropped.iter().map(removed).collect(),
            purge: self.purge_keys(),
        })
    }

    fn replace(&self, keep: &[&dyn Unlock], call: Call<'_>) -> Result<Outcome> {
        if keep.is_empty() {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "no key would open the vault any more; give the keys that go on to open it",
            ));
        }
        let (now, header) = (self.clock.now()?.reading, self.keys.header());
        let (keys, directory) = self.stored_vault_keys()?;
        let next = Arc::new(keys.replaced_by(VaultKey::generate()?));
        // Made before the store is locked: a passphrase or a key service takes its time.
        let kept = self.slots_to_keep(keep, &directory, [keys.current(), next.current()], now)?;
        self.change_key_slots(&keys, call, |slots| {
            slots.wrap_previous(header, &keys, &next, now)?;
            slots.keep_only(&kept)
        })
    }

    /// Makes a key slot of a new vault key for each of these keys, and proves that it opens.
    fn slots_to_keep(
        &self,
        keep: &[&dyn Unlock],
        directory: &KeySlotDirectory,
        [current, next]: [&VaultKey; 2],
        now: Timestamp,
    ) -> Result<Vec<Kept>> {
        let header = self.keys.header();
        let mut rows = scan(|page| self.store.scan(Partition::VAULT, page))?;
        // What somebody else put there, or changed, is not to be kept.
        rows.retain(|row| directory.entries.iter().any(|entry| is_of(entry, row)));
        let mut kept: Vec<Kept> = Vec::new();
        for key in keep {
            let (old, vault_key) = opened(*key, header, &rows).or_else(|error| {
                // Another process did so first, and the key slots are other ones.
                self.check_vault_key()?;
                Err(error)
            })?;
            if !vault_key.is(current) {
                return Err(corrupt("a key slot holds another vault key"));
            }
            if kept.iter().any(|kept| kept.old == old) {
                continue;
            }
            let new = NewKeySlot::make(*key, header, next, "", now)?;
            let (_, proven) = opened(*key, header, slice::from_ref(&new.row))?;
            if !proven.is(next) {
                return Err(corrupt("a new key slot holds another vault key"));
            }
            kept.push(Kept { old, new });
        }
        Ok(kept)
    }

    /// The vault keys and the directory of the key slots, as they are stored now.
    pub(super) fn stored_vault_keys(&self) -> Result<(Arc<VaultKeys>, KeySlotDirectory)> {
        let keys = self.keys.vault_keys();
        let directory = self.read_directory()?;
        let keys = keys.with(self.keys.header(), &directory.previous);
        // Another thread replaced the vault key between the two.
        let keys = Arc::new(keys.map_err(|_| replaced())?);
        self.keys
            .replace_vault_keys(keys.current().id(), Arc::clone(&keys));
        Ok((keys, directory))
    }
}

impl KeySlots<'_> {
    /// Takes a new vault key, and keeps those before it wrapped under it.
    fn wrap_previous(
        &mut self,
        header: &Header,
        keys: &VaultKeys,
        next: &Arc<VaultKeys>,
        now: Timestamp,
    ) -> Result<()> {
        let previous = &mut self.directory.previous;
        if previous.len() >= KeySlotDirectory::MAX_PREVIOUS {
            return Err(Error::new(
                ErrorKind::Conflict,
                "a vault keeps 8 previous vault keys at most; call rewrap_data_keys and \
                 drop_previous_vault_keys first",
            ));
        }
        for key in previous.iter_mut() {
            let opened = keys.current().unwrap_previous(header, key)?;
            *key = next
                .current()
                .wrap_previous(header, &opened, key.replaced_at)?;
        }
        let replaced = next.current().wrap_previous(header, keys.current(), now)?;
        previous.push(replaced);
        self.next = Some(Arc::clone(next));
        Ok(())
    }

    /// Puts these key slots in place of all that there are.
    fn keep_only(&mut self, kept: &[Kept]) -> Result<Outcome> {
        let (mut work, mut entries) = (Work::default(), Vec::new());
        for Kept { old, new } in kept {
            let was = self.entry(*old)?;
            KeySlot::decode(&new.row.info)?.kdf.take(&mut work)?;
            let mut entry = new.entry.clone();
            // The key is as old as it was.
            (entry.name, entry.made_at) = (was.name, was.made_at);
            entries.push(entry);
        }
        let is_dropped = |entry: &KeySlotEntry| kept.iter().all(|kept| kept.old != entry.id);
        let mut dropped = self.directory.entries.clone();
        dropped.retain(is_dropped);
        let rows: Vec<&Row> = kept.iter().map(|kept| &kept.new.row).collect();
        self.replace_rows(&rows)?;
        self.directory.entries.clone_from(&entries);
        self.directory.sort();
        let count = Some(entries.len() as u64);
        for entry in &entries {
            self.note(AuditAction::ReplaceVaultKey, Some(entry), count);
        }
        for entry in &dropped {
            self.note(AuditAction::RemoveKey, Some(entry), None);
        }
        Ok((entries, dropped))
    }
}
