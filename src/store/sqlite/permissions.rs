//! Permissions of the files of a vault.

use std::fs::{self, Metadata};
use std::path::Path;

use super::failure::io_failed;
use super::settings::Settings;
use crate::error::{Error, ErrorKind, Result};
use crate::files;

/// Proves that other users have no access to a file of the vault, or takes the access away where
/// that is asked for.
pub(super) fn check_private(path: &Path, found: &Metadata, settings: &Settings) -> Result<()> {
    if !files::is_open_to_others(found) {
        return Ok(());
    }
    if settings.fix_permissions && files::is_own(found) {
        return files::set_mode(path, 0o600).map_err(io_failed);
    }
    if settings.trust_folder {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::UnsafeFile,
        "other users have access to the vault's file; run `chmod 600` on it, open it with \
         fix_permissions, or, where all who reach the folder are trusted, with trust_folder",
    ))
}

/// Proves that nobody else can replace the files in the vault's folder, or takes the permission
/// away where that is asked for.
pub(super) fn check_folder(folder: &Path, settings: &Settings) -> Result<()> {
    if settings.fix_permissions {
        let found = fs::symlink_metadata(folder).map_err(io_failed)?;
        if files::is_own(&found) {
            files::close_to_writers(folder, &found).map_err(io_failed)?;
        }
    }
    if settings.trust_folder {
        return Ok(());
    }
    files::check_folder(folder, "vault's folder", "open the vault with trust_folder")
}
