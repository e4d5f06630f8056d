//! Identity of a vault's file.

use std::fs::Metadata;

use super::vault_path::VaultPath;
use crate::error::Result;

/// Tells the file at a path from another one that was put in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    #[cfg(unix)]
    device_and_inode: (u64, u64),
}

impl Identity {
    #[cfg(unix)]
    pub(super) fn of(found: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self {
            device_and_inode: (found.dev(), found.ino()),
        }
    }

    #[cfg(not(unix))]
    pub(super) fn of(_: &Metadata) -> Self {
        Self {}
    }
}

impl VaultPath {
    /// Returns the identity of the file that is there now.
    pub(super) fn identity(&self) -> Result<Identity> {
        self.metadata().map(|found| Identity::of(&found))
    }
}
