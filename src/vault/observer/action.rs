//! The actions that events tell of.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::record::AuditAction;

/// Kind of an [`Event`](crate::Event).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// A value was looked up for a template.
    Use,
    /// A value was told outside of any template.
    Reveal,
    /// Values were looked up to hide them: by a [`Redactor`](crate::Redactor), with which guesses
    /// can be tested.
    Redact,
    /// A model wrote a placeholder that it was not granted; nothing was looked up.
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
    /// A secret was copied into another scope, which is the one of the event.
    CloneTo,
    /// A secret was revoked.
    Revoke,
    /// A secret was deleted.
    Delete,
    /// A secret left the vault in a sealed bundle.
    ExportBundle,
    /// The value of a secret left the vault in clear.
    ExportPlain,
    /// A secret came in from a bundle.
    ImportBundle,
}

impl Action {
    /// The action, as audit logs have it.
    pub(in crate::vault) fn logged(self) -> AuditAction {
        match self {
            Self::Use => AuditAction::Use,
            Self::Reveal => AuditAction::Reveal,
            Self::Redact => AuditAction::Redact,
            Self::Attempt => AuditAction::Attempt,
            Self::Put => AuditAction::Put,
            Self::ReplaceRevoked => AuditAction::ReplaceRevoked,
            Self::Update => AuditAction::Update,
            Self::SetStatus => AuditAction::SetStatus,
            Self::RollBack => AuditAction::RollBack,
            Self::CloneTo => AuditAction::CloneTo,
            Self::Revoke => AuditAction::Revoke,
            Self::Delete => AuditAction::Delete,
            Self::ExportBundle => AuditAction::ExportBundle,
            Self::ExportPlain => AuditAction::ExportPlain,
            Self::ImportBundle => AuditAction::ImportBundle,
        }
    }

    /// The name, as logs have it: `use`, `replace_revoked` …
    ///
    /// ```
    /// use keyslot::Action;
    ///
    /// assert_eq!(Action::ReplaceRevoked.as_str(), "replace_revoked");
    /// ```
    pub fn as_str(self) -> &'static str {
        self.logged().as_str()
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
