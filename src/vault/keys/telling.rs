//! Events about the keys that open a vault.

use crate::crypto::KeySlotEntry;
use crate::error::{Error, Result};
use crate::vault::core::Core;
use crate::vault::key_info::KeyInfo;
use crate::vault::observer::{KeyAction, KeyEvent};

impl Core {
    /// Tells the observer of a change that was committed.
    pub(super) fn tell_changed(&self, action: KeyAction, entry: &KeySlotEntry) -> KeyInfo {
        let key = KeyInfo::of(entry);
        self.tell(action, Ok(Some(&key)));
        key
    }

    /// Tells the observer that a key slot was removed that the vault did not make, so that nothing
    /// is known of it.
    pub(super) fn tell_removed_stray(&self) {
        self.tell(KeyAction::RemoveKey, Ok(None));
    }

    /// Tells the observer of a call that was refused.
    pub(super) fn refused<T>(&self, action: KeyAction, outcome: Result<T>) -> Result<T> {
        outcome.inspect_err(|error| self.tell(action, Err(error)))
    }

    /// Tells the observer of a change of the keys of the vault, or of a refusal.
    pub(super) fn tell(&self, action: KeyAction, outcome: Result<Option<&KeyInfo>, &Error>) {
        if let Some(observer) = &self.observer {
            observer.key_changed(&KeyEvent {
                time: self.clock.reading(),
                action,
                organization: None,
                key: outcome.ok().flatten(),
                generation: None,
                outcome: outcome.map(drop).map_err(Error::kind),
            });
        }
    }
}
