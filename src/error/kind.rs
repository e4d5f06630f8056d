//! Kinds of errors, to match on.

use std::fmt;

use serde::{Serialize, Serializer};

/// The kind of an [`Error`](crate::Error). In text and JSON, its [code](ErrorKind::as_str).
///
/// ```
/// use keyslot::{ErrorKind, SecretName};
///
/// match SecretName::new("").map_err(|error| error.kind()) {
///     Err(ErrorKind::InvalidName) => {}
///     other => panic!("{other:?}"),
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    // ---- templates
    /// Text that looks like a placeholder and is broken, e.g. `<<$secret.A` without an end.
    Syntax,
    /// A placeholder names a filter that does not exist, or gives it an argument it does not take.
    UnknownFilter,
    /// A filter cannot be applied to this value, e.g. `get:/user` to a value that is not JSON or
    /// has no such field.
    FilterFailed,
    /// The value cannot stand safely where the text puts it, e.g. a line feed in a header.
    Unencodable,
    /// A limit on size or count was passed. Nothing was allocated for it.
    TooLarge,
    /// The document is not valid in its format.
    InvalidDocument,

    // ---- resolution
    /// No such secret in the scope and above; also said of what the caller may not see.
    NotFound,
    /// The secret has no such version, or keeps it no longer.
    NoSuchVersion,
    /// The secret is switched off.
    Inactive,
    /// The secret was revoked; its values are gone for good.
    Revoked,
    /// The secret's time is over.
    Expired,
    /// The secret's time has not come.
    NotYetValid,
    /// The secret may not go to this target.
    Denied,
    /// A resolver did not keep its contract, e.g. gave two outcomes for three references.
    BrokenResolver,

    // ---- input
    /// Not a secret name, or one that the vault's policy refuses.
    InvalidName,
    /// Not a scope.
    InvalidScope,
    /// Not a value that can be stored, e.g. empty.
    InvalidValue,
    /// Another argument is out of its range.
    InvalidInput,
    /// Not a key in the form asked for.
    InvalidKey,
    /// A key that anybody could guess.
    WeakKey,

    // ---- vault
    /// The key is well-formed, but it is not this vault's key.
    WrongKey,
    /// There is no vault here.
    VaultNotFound,
    /// There is a vault here already.
    VaultExists,
    /// There is something here, but it is not a vault.
    NotAVault,
    /// A vault of a format that this version does not read.
    UnsupportedFormat,
    /// Stored bytes are damaged or were changed.
    Corrupt,
    /// Stored rows are older than those that this open vault or its anchor has seen: an older copy
    /// was put back.
    /// A restored backup and a failover that lost writes look the same; see
    /// `Vault::accept_rollback`.
    Tampered,
    /// The file or a folder on the way to it belongs to another user or is open to others, or it is
    /// a link, or not a file, or on a network file system.
    UnsafeFile,
    /// The linked SQLite has a bug that can damage this vault.
    UnsafeSqlite,
    /// Somebody else changed the secret first.
    Conflict,
    /// The store is locked by another writer; try again.
    Busy,
    /// The store or the key provider cannot be reached now. Nothing was written; try again.
    Unavailable,
    /// A write may be stored or not, because the store was lost while it was committed. Read the
    /// secret before the write is made again.
    Unsettled,
    /// The callback of the caller ended the call.
    Stopped,
    /// The store refuses its user a right that is needed. The message names the right.
    StoreDenied,
    /// The key provider refuses this process the use of its key.
    KeyDenied,
    /// The key provider failed in another way, or did not keep its contract.
    KeyProvider,
    /// The vault was opened by the process that this one was forked from; open it anew.
    Forked,
    /// Another process replaced the vault key; open the vault again.
    VaultKeyReplaced,
    /// The store can be read but not written.
    ReadOnly,
    /// The disk is full.
    StorageFull,
    /// The operating system refused a file, a random number or the protection of memory.
    Io,
    /// The store failed in another way.
    Store,
}

impl ErrorKind {
    /// Returns the code of the kind: its name in snake case. A code never changes, and stands for
    /// nothing else later.
    ///
    /// ```
    /// use keyslot::ErrorKind;
    ///
    /// assert_eq!(ErrorKind::NoSuchVersion.as_str(), "no_such_version");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::UnknownFilter => "unknown_filter",
            Self::FilterFailed => "filter_failed",
            Self::Unencodable => "unencodable",
            Self::TooLarge => "too_large",
            Self::InvalidDocument => "invalid_document",
            Self::NotFound => "not_found",
            Self::NoSuchVersion => "no_such_version",
            Self::Inactive => "inactive",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::Denied => "denied",
            Self::BrokenResolver => "broken_resolver",
            Self::InvalidName => "invalid_name",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidValue => "invalid_value",
            Self::InvalidInput => "invalid_input",
            Self::InvalidKey => "invalid_key",
            Self::WeakKey => "weak_key",
            Self::WrongKey => "wrong_key",
            Self::VaultNotFound => "vault_not_found",
            Self::VaultExists => "vault_exists",
            Self::NotAVault => "not_a_vault",
            Self::UnsupportedFormat => "unsupported_format",
            Self::Corrupt => "corrupt",
            Self::Tampered => "tampered",
            Self::UnsafeFile => "unsafe_file",
            Self::UnsafeSqlite => "unsafe_sqlite",
            Self::Conflict => "conflict",
            Self::Busy => "busy",
            Self::Unavailable => "unavailable",
            Self::Unsettled => "unsettled",
            Self::Stopped => "stopped",
            Self::StoreDenied => "store_denied",
            Self::KeyDenied => "key_denied",
            Self::KeyProvider => "key_provider",
            Self::Forked => "forked",
            Self::VaultKeyReplaced => "vault_key_replaced",
            Self::ReadOnly => "read_only",
            Self::StorageFull => "storage_full",
            Self::Io => "io",
            Self::Store => "store",
        }
    }

    /// Every kind.
    #[cfg(feature = "vault")]
    const ALL: [Self; 43] = [
        Self::Syntax,
        Self::UnknownFilter,
        Self::FilterFailed,
        Self::Unencodable,
        Self::TooLarge,
        Self::InvalidDocument,
        Self::NotFound,
        Self::NoSuchVersion,
        Self::Inactive,
        Self::Revoked,
        Self::Expired,
        Self::NotYetValid,
        Self::Denied,
        Self::BrokenResolver,
        Self::InvalidName,
        Self::InvalidScope,
        Self::InvalidValue,
        Self::InvalidInput,
        Self::InvalidKey,
        Self::WeakKey,
        Self::WrongKey,
        Self::VaultNotFound,
        Self::VaultExists,
        Self::NotAVault,
        Self::UnsupportedFormat,
        Self::Corrupt,
        Self::Tampered,
        Self::UnsafeFile,
        Self::UnsafeSqlite,
        Self::Conflict,
        Self::Busy,
        Self::Unavailable,
        Self::Unsettled,
        Self::StoreDenied,
        Self::KeyDenied,
        Self::KeyProvider,
        Self::Forked,
        Self::ReadOnly,
        Self::StorageFull,
        Self::Io,
        Self::Store,
        Self::Stopped,
        Self::VaultKeyReplaced,
    ];

    /// The kind of a [code](ErrorKind::as_str), as stored bytes have it.
    #[cfg(feature = "vault")]
    pub(crate) fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == code)
    }

    /// Returns true if the same call may succeed later, with nothing changed by the caller:
    /// [`Busy`](ErrorKind::Busy) and [`Unavailable`](ErrorKind::Unavailable). After a
    /// [`Conflict`](ErrorKind::Conflict) or [`Unsettled`](ErrorKind::Unsettled), read the secret
    /// again and decide anew.
    ///
    /// ```
    /// use keyslot::ErrorKind;
    ///
    /// assert!(ErrorKind::Busy.is_retryable() && !ErrorKind::Conflict.is_retryable());
    /// ```
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::Busy | Self::Unavailable)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ErrorKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every kind with its code, which programs in other languages match on.
    const CODES: [(ErrorKind, &str); 43] = [
        (ErrorKind::Syntax, "syntax"),
        (ErrorKind::UnknownFilter, "unknown_filter"),
        (ErrorKind::FilterFailed, "filter_failed"),
        (ErrorKind::Unencodable, "unencodable"),
        (ErrorKind::TooLarge, "too_large"),
        (ErrorKind::InvalidDocument, "invalid_document"),
        (ErrorKind::NotFound, "not_found"),
        (ErrorKind::NoSuchVersion, "no_such_version"),
        (ErrorKind::Inactive, "inactive"),
        (ErrorKind::Revoked, "revoked"),
        (ErrorKind::Expired, "expired"),
        (ErrorKind::NotYetValid, "not_yet_valid"),
        (ErrorKind::Denied, "denied"),
        (ErrorKind::BrokenResolver, "broken_resolver"),
        (ErrorKind::InvalidName, "invalid_name"),
        (ErrorKind::InvalidScope, "invalid_scope"),
        (ErrorKind::InvalidValue, "invalid_value"),
        (ErrorKind::InvalidInput, "invalid_input"),
        (ErrorKind::InvalidKey, "invalid_key"),
        (ErrorKind::WeakKey, "weak_key"),
        (ErrorKind::WrongKey, "wrong_key"),
        (ErrorKind::VaultNotFound, "vault_not_found"),
        (ErrorKind::VaultExists, "vault_exists"),
        (ErrorKind::NotAVault, "not_a_vault"),
        (ErrorKind::UnsupportedFormat, "unsupported_format"),
        (ErrorKind::Corrupt, "corrupt"),
        (ErrorKind::Tampered, "tampered"),
        (ErrorKind::UnsafeFile, "unsafe_file"),
        (ErrorKind::UnsafeSqlite, "unsafe_sqlite"),
        (ErrorKind::Conflict, "conflict"),
        (ErrorKind::Busy, "busy"),
        (ErrorKind::Unavailable, "unavailable"),
        (ErrorKind::Unsettled, "unsettled"),
        (ErrorKind::Stopped, "stopped"),
        (ErrorKind::StoreDenied, "store_denied"),
        (ErrorKind::KeyDenied, "key_denied"),
        (ErrorKind::KeyProvider, "key_provider"),
        (ErrorKind::Forked, "forked"),
        (ErrorKind::VaultKeyReplaced, "vault_key_replaced"),
        (ErrorKind::ReadOnly, "read_only"),
        (ErrorKind::StorageFull, "storage_full"),
        (ErrorKind::Io, "io"),
        (ErrorKind::Store, "store"),
    ];

    #[test]
    fn codes_are_for_ever() {
        for (kind, code) in CODES {
            assert_eq!(kind.as_str(), code);
            assert_eq!(kind.to_string(), code);
            assert_eq!(serde_json::to_value(kind).unwrap(), code);
            let is_retryable = [ErrorKind::Busy, ErrorKind::Unavailable].contains(&kind);
            assert_eq!(kind.is_retryable(), is_retryable);
            #[cfg(feature = "vault")]
            assert_eq!(ErrorKind::of_code(code), Some(kind));
        }
        let mut codes = CODES.map(|(_, code)| code);
        codes.sort_unstable();
        assert!(codes.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn every_kind_is_in_the_list() {
        let source = include_str!("kind.rs");
        let arms = source
            .lines()
            .filter(|line| line.trim().starts_with("Self::") && line.contains("=> \""));
        assert_eq!(arms.count(), CODES.len());
    }
}
