//! Names that exist already.

/// Rule of [`put_all`](crate::ScopedVault::put_all) for names that exist in the scope already.
///
/// A name whose secret was deleted does not exist. A revoked one does, and no rule brings it back:
/// [`replace_revoked`](crate::ScopedVault::replace_revoked) does that, one name at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnExisting {
    /// The call fails as [`Conflict`](crate::ErrorKind::Conflict).
    Fail,
    /// The secret that is there stays as it is, a revoked one included.
    Skip,
    /// A new secret takes the place of the one that is there, which is erased with all versions.
    /// It has an identity of its own and the next version number. Description, metadata, rules,
    /// times and status are those of the input alone. A revoked name fails as
    /// [`Revoked`](crate::ErrorKind::Revoked).
    Replace,
    /// The value becomes the next version, as with [`put`](crate::ScopedVault::put). A revoked name
    /// fails as [`Revoked`](crate::ErrorKind::Revoked).
    Version,
}
