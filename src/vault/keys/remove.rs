//! Removing a key.

use super::slots::KeySlots;
use crate::crypto::{KeyId, KeySlotEntry};
use crate::error::{Error, ErrorKind, Result};
use crate::store::Purge;
use crate::vault::call::Call;
use crate::vault::core::Core;
use crate::vault::key_info::id_text;
use crate::vault::observer::KeyAction;

impl Core {
    /// Removes the key of an id or a name, or by its id a key slot that the vault did not make.
    pub(in crate::vault) fn remove_key(&self, which: &str, call: Call<'_>) -> Result<Purge> {
        let removed = self.change_key_slots(&self.keys.vault_keys(), call, |slots| {
            let Some(entry) = named(slots, which)? else {
                slots.remove_stray(which)?;
                slots.check_rest(None)?;
                return Ok(None);
            };
            slots.check_rest(Some(entry.id))?;
            slots.remove(&entry)?;
            Ok(Some(entry))
        });
        match self.refused(KeyAction::RemoveKey, removed)? {
            Some(entry) => drop(self.tell_changed(KeyAction::RemoveKey, &entry)),
            None => self.tell_removed_stray(),
        }
        Ok(self.purge_keys())
    }

    /// Erases what a removed key slot left in the store. The removal stands, so a failure to tidy
    /// up after it is not its failure.
    pub(super) fn purge_keys(&self) -> Purge {
        self.store.purge().unwrap_or(Purge::Pending)
    }
}

impl KeySlots<'_> {
    /// Refuses to go on where no key of the vault is intact, apart from one that is to be removed.
    fn check_rest(&self, but: Option<KeyId>) -> Result<()> {
        let mut others = self.directory.entries.iter();
        if others.any(|other| Some(other.id) != but && self.is_intact(other)) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::InvalidInput,
            "the last key of a vault cannot be removed; add another one first",
        ))
    }
}

/// The one key of an id or a name; `None` if the vault has none.
fn named(slots: &KeySlots<'_>, which: &str) -> Result<Option<KeySlotEntry>> {
    let is_meant = |entry: &&KeySlotEntry| {
        !which.is_empty() && (entry.name == which || id_text(entry.id) == which)
    };
    let mut meant = slots.directory.entries.iter().filter(is_meant);
    match (meant.next(), meant.next()) {
        (first, None) => Ok(first.cloned()),
        (_, Some(_)) => Err(Error::new(
            ErrorKind::Conflict,
            "the vault has two keys of this name, because a change of it was cut off; call \
             change_root_key again, or give the id of the key",
        )),
    }
}
