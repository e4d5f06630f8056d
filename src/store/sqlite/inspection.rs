//! Inspection of a vault's files before they are opened: others can neither read nor replace them.
//!
//! Nothing here opens the file, as in `vault_path`.

use std::fs::{self, Metadata};
use std::path::Path;

use super::failure::io_failed;
use super::identity::Identity;
use super::permissions;
use super::settings::Settings;
use super::vault_path::{
    BALLAST, QUEUE, ROLLBACK_JOURNAL, SHARED_MEMORY, UNFINISHED, VaultPath, WRITE_AHEAD_LOG,
    existing, unsafe_file,
};
use crate::error::{Error, ErrorKind, Result};
use crate::files;

impl VaultPath {
    /// Proves that others can neither read nor replace the vault, and tells which file it is.
    pub(super) fn inspect(&self, settings: &Settings) -> Result<Identity> {
        permissions::check_folder(&self.folder, settings)?;
        let mut found = self.metadata()?;
        if links(&found) == 2 {
            remove_unfinished_twin(&self.folder, &found)?;
            found = self.metadata()?;
        }
        if links(&found) != 1 {
            return Err(unsafe_file(
                "the vault's file has a second name (a hard link), which SQLite cannot lock; \
                 remove it",
            ));
        }
        // Asked first, because of another user's file nothing is fixed. That user could write to it
        // at any time.
        if !files::is_own(&found) && !settings.trust_folder {
            return Err(unsafe_file(
                "the vault's file belongs to another user than this process runs as; open it as \
                 that user, change its owner with `chown`, or, where all who reach the folder are \
                 trusted, open it with trust_folder",
            ));
        }
        permissions::check_private(&self.file, &found, settings)?;
        // SQLite would make a vault of it, and any later step would say something else of it.
        if found.len() == 0 {
            return Err(empty());
        }
        for suffix in [
            WRITE_AHEAD_LOG,
            SHARED_MEMORY,
            ROLLBACK_JOURNAL,
            QUEUE,
            BALLAST,
        ] {
            let path = self.beside(suffix);
            if let Some(beside) = existing(&path)? {
                if !beside.is_file() || !(files::is_own(&beside) || settings.trust_folder) {
                    return Err(unsafe_file(
                        "a log of another database lies beside the vault; move it away",
                    ));
                }
                permissions::check_private(&path, &beside, settings)?;
            }
        }
        Ok(Identity::of(&found))
    }
}

/// A creation that was killed at its last step, or has not come to it yet, leaves the new vault
/// under two names. Its own one may go at any time.
fn remove_unfinished_twin(folder: &Path, vault: &Metadata) -> Result<()> {
    for entry in fs::read_dir(folder).map_err(io_failed)? {
        let entry = entry.map_err(io_failed)?;
        if !entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(UNFINISHED.as_bytes())
        {
            continue;
        }
        let twin = existing(&entry.path())?
            .is_some_and(|other| Identity::of(&other) == Identity::of(vault));
        if twin {
            // The creator may have been faster.
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

#[cfg(unix)]
fn links(found: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(found)
}

#[cfg(not(unix))]
fn links(_: &Metadata) -> u64 {
    1
}

/// Said of an empty file by everything that opens or creates a vault.
pub(super) fn empty() -> Error {
    Error::new(
        ErrorKind::NotAVault,
        "the file at the path of the vault is empty; remove it, or give another path",
    )
}
