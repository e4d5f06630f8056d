//! State of a vault's files at one moment.

use std::fs::Metadata;

use super::identity::Identity;
use super::vault_path::{ROLLBACK_JOURNAL, VaultPath, WRITE_AHEAD_LOG, existing};
use crate::error::Result;

/// State of a vault's files at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    file: Changed,
    /// Length of the write-ahead log, if anything is in it.
    pub(super) log: Option<u64>,
    /// Length of the rollback journal, if anything is in it.
    pub(super) journal: Option<u64>,
}

/// Everything that tells a written file from what it was before.
#[cfg(unix)]
type Changed = (Identity, u64, (i64, i64), (i64, i64));

#[cfg(not(unix))]
type Changed = (Identity, u64, Option<std::time::SystemTime>);

impl VaultPath {
    /// Returns the state of the file, of its log and of its journal, one of which every write
    /// changes.
    pub(super) fn stamp(&self) -> Result<Stamp> {
        let content = |suffix| {
            existing(&self.beside(suffix))
                .map(|found| found.map(|found| found.len()).filter(|length| *length > 0))
        };
        Ok(Stamp {
            file: changed(&self.metadata()?),
            log: content(WRITE_AHEAD_LOG)?,
            journal: content(ROLLBACK_JOURNAL)?,
        })
    }
}

#[cfg(unix)]
fn changed(found: &Metadata) -> Changed {
    use std::os::unix::fs::MetadataExt;
    (
        Identity::of(found),
        found.len(),
        (found.mtime(), found.mtime_nsec()),
        (found.ctime(), found.ctime_nsec()),
    )
}

#[cfg(not(unix))]
fn changed(found: &Metadata) -> Changed {
    (Identity::of(found), found.len(), found.modified().ok())
}
