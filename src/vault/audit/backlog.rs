//! Entries that are not stored.

use serde::Serialize;

/// Entries about uses that an open vault has not stored: see
/// [`Vault::audit_backlog`](crate::Vault::audit_backlog).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AuditBacklog {
    /// The number of entries that wait.
    pub waiting: usize,
    /// The number of entries that were lost since the vault was opened.
    pub lost: u64,
}

impl AuditBacklog {
    pub(in crate::vault) fn new(waiting: usize, lost: u64) -> Self {
        Self { waiting, lost }
    }
}
