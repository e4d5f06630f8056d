//! Adding a key.

use super::slots::KeySlots;
use crate::actor::label_flaw;
use crate::crypto::Unlock;
use crate::error::{Error, ErrorKind, Result};
use crate::store::Partition;
use crate::vault::call::Call;
use crate::vault::core::Core;
use crate::vault::key_info::KeyInfo;
use crate::vault::observer::KeyAction;
use crate::vault::opening::{NewKeySlot, find, scan};

impl Core {
    /// Lets another key open the vault, too.
    pub(in crate::vault) fn add_key(
        &self,
        name: &str,
        key: &dyn Unlock,
        call: Call<'_>,
    ) -> Result<KeyInfo> {
        self.refused(KeyAction::AddKey, self.add_named(name, key, call))
    }

    fn add_named(&self, name: &str, key: &dyn Unlock, call: Call<'_>) -> Result<KeyInfo> {
        check_name(name)?;
        let (header, keys) = (self.keys.header(), self.keys.vault_keys());
        let rows = scan(|page| self.store.scan(Partition::VAULT, page))?;
        // A key slot that fails is no reason against another one.
        if let Ok(Some(_)) = find(key, header, &rows) {
            return Err(Error::new(
                ErrorKind::Conflict,
                "this key opens the vault already; take another one",
            ));
        }
        let now = self.clock.now()?.reading;
        let new = NewKeySlot::make(key, header, keys.current(), name, now)?;
        self.change_key_slots(&keys, call, |slots| {
            check_unused(slots, name)?;
            slots.insert(&new.row, new.entry.clone())
        })?;
        Ok(self.tell_changed(KeyAction::AddKey, &new.entry))
    }
}

/// Refuses names that logs and [`remove_key`](crate::Vault::remove_key) could not tell apart.
fn check_name(name: &str) -> Result<()> {
    let is_id = name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let flaw = if is_id {
        Some("may not be 32 hexadecimal digits, which the id of a key is")
    } else {
        label_flaw(name)
    };
    match flaw {
        None => Ok(()),
        Some(flaw) => Err(Error::new(
            ErrorKind::InvalidInput,
            format!("the name of a key {flaw}"),
        )),
    }
}

fn check_unused(slots: &KeySlots<'_>, name: &str) -> Result<()> {
    if slots
        .directory
        .entries
        .iter()
        .all(|entry| entry.name != name)
    {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Conflict,
        "the vault has a key of this name already; take another name",
    ))
}
