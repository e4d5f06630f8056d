//! The actions on keys that events tell of.

use std::fmt;

use serde::{Serialize, Serializer};

/// Kind of a [`KeyEvent`](crate::KeyEvent).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyAction {
    /// A key opens the vault from now on.
    AddKey,
    /// A key does not open the vault any more.
    RemoveKey,
    /// A change of a key that was refused or cut off. One that succeeds is told as an addition and
    /// a removal.
    ChangeRootKey,
    /// The vault key was replaced. The keys that were dropped with it are told as removals.
    ReplaceVaultKey,
    /// The data keys of all organizations were wrapped under the vault key.
    RewrapDataKeys,
    /// The vault keys that were replaced before were dropped.
    DropVaultKeys,
    /// An organization got a new data key.
    Rotate,
    /// Everything of an organization was moved to its newest data key.
    Rewrap,
    /// A data key that nothing uses was destroyed.
    Destroy,
    /// The data keys of an organization were destroyed, and all its secrets with them.
    Erase,
}

impl KeyAction {
    /// The name, as logs have it: `rotate` …
    ///
    /// ```
    /// use keyslot::KeyAction;
    ///
    /// assert_eq!(KeyAction::Rotate.as_str(), "rotate");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AddKey => "add_key",
            Self::RemoveKey => "remove_key",
            Self::ChangeRootKey => "change_root_key",
            Self::ReplaceVaultKey => "replace_vault_key",
            Self::RewrapDataKeys => "rewrap_data_keys",
            Self::DropVaultKeys => "drop_vault_keys",
            Self::Rotate => "rotate",
            Self::Rewrap => "rewrap",
            Self::Destroy => "destroy",
            Self::Erase => "erase",
        }
    }
}

impl fmt::Display for KeyAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for KeyAction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
