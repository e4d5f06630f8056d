//! The actions that an audit log tells of.

use crate::text::coded_enum;

/// Kind of an [`AuditEntry`](crate::AuditEntry). In text and JSON, an action is its code.
///
/// ```
/// use keyslot::AuditAction;
///
/// let action: AuditAction = "set_status".parse()?;
/// assert_eq!((action, action.is_use()), (AuditAction::SetStatus, false));
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuditAction {
    /// A value was looked up for a template.
    Use,
    /// A value was told outside of any template.
    Reveal,
    /// Values were looked up to hide them.
    Redact,
    /// A model wrote a placeholder that it was not granted.
    Attempt,
    /// A value was stored.
    Put,
    /// A new secret took the name of a revoked one.
    ReplaceRevoked,
    /// The description, metadata, rules, times or status of a secret changed.
    Update,
    /// A secret was switched on or off.
    SetStatus,
    /// An older value became the newest again.
    RollBack,
    /// A secret was copied into the scope of the entry.
    CloneTo,
    /// A secret was revoked.
    Revoke,
    /// A secret was deleted.
    Delete,
    /// The organization got a new data key.
    Rotate,
    /// Secrets were moved to the newest data key: those of one step, which the entry counts.
    Rewrap,
    /// A data key that nothing uses was destroyed.
    Destroy,
    /// The data keys of the organization were destroyed, and all its secrets with them.
    Erase,
    /// The account of the organization was made anew.
    RebuildHead,
    /// A record that cannot be read was replaced by a revoked one.
    RevokeLost,
    /// The oldest entries of the log were taken away; the entry counts them.
    Prune,
    /// Entries about uses were lost before they were stored; the entry counts them.
    Lost,
    /// Secrets left the vault in a sealed bundle: those of the scope of the entry, or also those
    /// below it.
    ExportBundle,
    /// Values left the vault in clear: those of the scope of the entry, or also those below it.
    ExportPlain,
    /// A secret came in from a bundle.
    ImportBundle,
    /// A key opens the vault from now on.
    AddKey,
    /// A key does not open the vault any more.
    RemoveKey,
    /// A key took the place of another one, whose removal is an entry of its own.
    ChangeRootKey,
    /// The vault key was replaced, and a key goes on to open the vault: an entry for each of them,
    /// which counts them. They alone open the vault from then on.
    ReplaceVaultKey,
    /// The vault keys that were replaced before were dropped; the entry counts them.
    DropVaultKeys,
}

impl AuditAction {
    /// Every action, at the index of its [`number`](AuditAction::number), less 1.
    pub(crate) const ALL: [Self; 28] = [
        Self::Use,
        Self::Reveal,
        Self::Redact,
        Self::Attempt,
        Self::Put,
        Self::ReplaceRevoked,
        Self::Update,
        Self::SetStatus,
        Self::RollBack,
        Self::CloneTo,
        Self::Revoke,
        Self::Delete,
        Self::Rotate,
        Self::Rewrap,
        Self::Destroy,
        Self::Erase,
        Self::RebuildHead,
        Self::RevokeLost,
        Self::Prune,
        Self::Lost,
        Self::ExportBundle,
        Self::ExportPlain,
        Self::ImportBundle,
        Self::AddKey,
        Self::RemoveKey,
        Self::ChangeRootKey,
        Self::ReplaceVaultKey,
        Self::DropVaultKeys,
    ];

    /// Returns every action. Later versions may have more.
    ///
    /// ```
    /// use keyslot::AuditAction;
    ///
    /// assert!(AuditAction::all().any(|action| action.as_str() == "roll_back"));
    /// ```
    pub fn all() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter()
    }

    /// Returns the code of the action: its name in snake case. It never changes.
    ///
    /// ```
    /// use keyslot::AuditAction;
    ///
    /// assert_eq!(AuditAction::RollBack.as_str(), "roll_back");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Use => "use",
            Self::Reveal => "reveal",
            Self::Redact => "redact",
            Self::Attempt => "attempt",
            Self::Put => "put",
            Self::ReplaceRevoked => "replace_revoked",
            Self::Update => "update",
            Self::SetStatus => "set_status",
            Self::RollBack => "roll_back",
            Self::CloneTo => "clone_to",
            Self::Revoke => "revoke",
            Self::Delete => "delete",
            Self::Rotate => "rotate",
            Self::Rewrap => "rewrap",
            Self::Destroy => "destroy",
            Self::Erase => "erase",
            Self::RebuildHead => "rebuild_head",
            Self::RevokeLost => "revoke_lost",
            Self::Prune => "prune",
            Self::Lost => "lost",
            Self::ExportBundle => "export_bundle",
            Self::ExportPlain => "export_plain",
            Self::ImportBundle => "import_bundle",
            Self::AddKey => "add_key",
            Self::RemoveKey => "remove_key",
            Self::ChangeRootKey => "change_root_key",
            Self::ReplaceVaultKey => "replace_vault_key",
            Self::DropVaultKeys => "drop_vault_keys",
        }
    }

    /// Returns true for the actions that look a value up and change nothing.
    ///
    /// ```
    /// use keyslot::AuditAction;
    ///
    /// assert!(AuditAction::Reveal.is_use() && !AuditAction::Put.is_use());
    /// ```
    pub fn is_use(self) -> bool {
        matches!(
            self,
            Self::Use
                | Self::Reveal
                | Self::Redact
                | Self::Attempt
                | Self::ExportBundle
                | Self::ExportPlain
        )
    }

    /// Returns true for the actions on the keys that open the vault, which the
    /// [log of keys](crate::Vault::key_log) has and no log of an organization.
    ///
    /// ```
    /// use keyslot::AuditAction;
    ///
    /// assert!(AuditAction::AddKey.is_about_keys() && !AuditAction::Rotate.is_about_keys());
    /// ```
    pub fn is_about_keys(self) -> bool {
        matches!(
            self,
            Self::AddKey
                | Self::RemoveKey
                | Self::ChangeRootKey
                | Self::ReplaceVaultKey
                | Self::DropVaultKeys
        )
    }

    /// The number of the action in stored bytes. It never changes.
    pub(crate) fn number(self) -> u8 {
        let at = Self::ALL.iter().position(|known| *known == self);
        u8::try_from(at.unwrap_or_default() + 1).unwrap_or(u8::MAX)
    }

    /// The action of a [`number`](AuditAction::number).
    pub(crate) fn from_number(number: u8) -> Option<Self> {
        let at = usize::from(number).checked_sub(1)?;
        Self::ALL.get(at).copied()
    }
}

coded_enum!(AuditAction, "an action");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_codes_of_actions_are_for_ever() {
        let codes = [
            "use",
            "reveal",
            "redact",
            "attempt",
            "put",
            "replace_revoked",
            "update",
            "set_status",
            "roll_back",
            "clone_to",
            "revoke",
            "delete",
            "rotate",
            "rewrap",
            "destroy",
            "erase",
            "rebuild_head",
            "revoke_lost",
            "prune",
            "lost",
            "export_bundle",
            "export_plain",
            "import_bundle",
            "add_key",
            "remove_key",
            "change_root_key",
            "replace_vault_key",
            "drop_vault_keys",
        ];
        for ((number, action), code) in (1..).zip(AuditAction::ALL).zip(codes) {
            assert_eq!((action.number(), action.as_str()), (number, code));
            assert_eq!(AuditAction::from_number(number), Some(action));
            assert_eq!(code.parse::<AuditAction>().unwrap(), action);
        }
        for unknown in [0, 29, 255] {
            assert_eq!(AuditAction::from_number(unknown), None);
        }
        assert!("Use".parse::<AuditAction>().is_err());
    }
}
