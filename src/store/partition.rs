//! Partitions: the parts of a store.

/// The part of a store that a call is about: the rows of one tenant, or those of the vault itself.
///
/// No call but [`partitions`](super::SecretStore::partitions) is about two, so a store may keep
/// each of them in a place of its own: a file, a shard, a database.
// Exhaustive: stores make it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition(pub [u8; 16]);

impl Partition {
    /// The rows that a vault is opened with. Every other partition is a tenant's, and its bytes are
    /// a keyed hash that looks random.
    pub const VAULT: Self = Self([0; 16]);
}
