//! Removing a key.

use super::slots::KeySlots;
use crate::crypto::KeySlotEntry;
use crate::error::{Error, ErrorKind, Result};
use crate::store::Purge;
use crate::vault::core::Core;
use crate::vault::key_info::id_text;
use crate::vault::observer::KeyAction;

impl Core {
    /// Removes the key of an id or a name.
    pub(in crate::vault) fn remove_key(&self, which: &str) -> Result<Purge> {
        let removed = self.change_key_slots(|slots| {
            let entry = named(slots, which)?;
            slots.remove_one_of(&entry)?;
            Ok(entry)
        });
        let removed = self.refused(KeyAction::RemoveKey, removed)?;
        self.tell_changed(KeyAction::RemoveKey, &removed);
        Ok(self.purge_keys())
    }

    /// Erases what a removed key slot left in the store. The removal stands, so a failure to tidy
    /// up after it is not its failure.
    pub(super) fn purge_keys(&self) -> Purge {
        self.store.purge().unwrap_or(Purge::Pending)
    }
}

impl KeySlots<'_> {
    /// Removes a key slot, unless it is the last one that is intact.
    pub(super) fn remove_one_of(&mut self, entry: &KeySlotEntry) -> Result<()> {
        let mut others = self.directory.0.iter().filter(|other| other.id != entry.id);
        if others.any(|other| self.is_intact(other)) {
            return self.remove(entry);
        }
        Err(Error::new(
            ErrorKind::InvalidInput,
            "the last key of a vault cannot be removed; add another one first",
        ))
    }
}

/// The one key of an id or a name.
fn named(slots: &KeySlots<'_>, which: &str) -> Result<KeySlotEntry> {
    let is_meant = |entry: &&KeySlotEntry| {
        !which.is_empty() && (entry.name == which || id_text(entry.id) == which)
    };
    let mut meant = slots.directory.0.iter().filter(is_meant);
    match (meant.next(), meant.next()) {
        (Some(entry), None) => Ok(entry.clone()),
        (Some(_), Some(_)) => Err(Error::new(
            ErrorKind::Conflict,
            "the vault has two keys of this name, because a change of it was cut off; call \
             change_root_key again, or give the id of the key",
        )),
        (None, _) => Err(Error::new(
            ErrorKind::NotFound,
            "the vault has no key of this name or id; see Vault::keys",
        )),
    }
}
