//! Result of a repair.

use crate::store::Purge;

/// Result of [`Vault::rebuild_head`](crate::Vault::rebuild_head) and
/// [`Vault::revoke_lost`](crate::Vault::revoke_lost): the tenant as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct Repair {
    /// The number of secrets with values whose records can be read.
    pub secrets: u64,
    /// The number of tombstones, of revoked and of deleted secrets.
    pub tombstones: u64,
    /// The number of records that cannot be read. Their names are sealed in them. Each goes on
    /// hiding the secrets of its name above, and verification reports it, until
    /// [`Vault::revoke_lost`](crate::Vault::revoke_lost) is called for its name.
    pub unreadable: u64,
    /// The number of records that the head counted and that are gone. `None` when the head could
    /// not be read: then nothing tells how many there were.
    pub missing: Option<u64>,
    /// Result of the purge after the write.
    pub purge: Purge,
}
