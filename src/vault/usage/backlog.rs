//! Uses that are not stored.

use serde::Serialize;

/// Uses that an open vault has not added up in its store: see
/// [`Vault::usage_backlog`](crate::Vault::usage_backlog).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UsageBacklog {
    /// The number of uses that wait.
    pub waiting: u64,
    /// The number of uses that were lost since the vault was opened.
    pub lost: u64,
}

impl UsageBacklog {
    pub(in crate::vault) fn new(waiting: u64, lost: u64) -> Self {
        Self { waiting, lost }
    }
}
