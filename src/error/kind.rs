//! What can go wrong, to match on.

/// The kind of an [`Error`](crate::Error).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    // ---- templates
    /// Text that means to be a placeholder but is none, e.g. `<<$secret.A` without an end.
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
    /// Stored rows are older than those that this open vault has seen: an older copy was put back.
    /// A restored backup and a failover that lost writes look the same; see
    /// `Vault::accept_rollback`.
    Tampered,
    /// The file or a folder on the way to it belongs to another user or is open to others, or it is
    /// a link, or not a file.
    UnsafeFile,
    /// The linked SQLite has a bug that can damage this vault.
    UnsafeSqlite,
    /// Somebody else changed the secret first.
    Conflict,
    /// The store is locked by another writer; try again.
    Busy,
    /// The store can be read but not written.
    ReadOnly,
    /// The disk is full.
    StorageFull,
    /// The operating system refused a file or a random number.
    Io,
    /// The store failed in another way.
    Store,
}
