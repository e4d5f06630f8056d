//! Progress of an export.

use crate::crypto::BundleCounts;

/// Progress of an [`Export`](crate::Export), and its result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportProgress {
    /// The organizations that were begun.
    pub organizations: u64,
    /// The secrets with values that were written.
    pub secrets: u64,
    /// The tombstones, of revoked and of deleted secrets, that were written. An export in clear has
    /// none.
    pub tombstones: u64,
    /// The values that were written, older versions included.
    pub values: u64,
}

impl From<BundleCounts> for ExportProgress {
    fn from(counts: BundleCounts) -> Self {
        let BundleCounts {
            organizations,
            secrets,
            tombstones,
            values,
        } = counts;
        Self {
            organizations,
            secrets,
            tombstones,
            values,
        }
    }
}
