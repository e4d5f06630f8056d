//! New files of vaults, made in one step: whoever finds one finds it whole.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::failure::io_failed;
use super::inspection::empty;
use super::settings::Settings;
use super::vault_path::{
    ROLLBACK_JOURNAL, SHARED_MEMORY, UNFINISHED, VaultPath, WRITE_AHEAD_LOG, beside, existing,
};
use super::{file_system, permissions};
use crate::error::{Error, ErrorKind, Result};
use crate::files;

/// Builds a vault under a name of its own in the same folder, and gives it the name asked for when
/// it is complete. Of two creators at the same moment one wins, because a link never replaces a
/// file.
///
/// `build` gets the path of an empty file, and true if that is on a network file system.
pub(super) fn make(
    place: &VaultPath,
    settings: &Settings,
    build: impl FnOnce(&Path, bool) -> Result<()>,
) -> Result<()> {
    permissions::check_folder(&place.folder, settings)?;
    let is_remote = file_system::is_remote(&place.folder, settings)?;
    refuse_existing(place)?;
    refuse_left_behind(place)?;
    let unfinished = Unfinished::new(&place.folder, settings)?;
    let made = build(&unfinished.0, is_remote).and_then(|()| {
        fs::hard_link(&unfinished.0, &place.file).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => exists(),
            _ => io_failed(error),
        })
    });
    made.map_err(|error| unfinished.refused(error))?;
    drop(unfinished);
    sync(&place.folder)
}

fn refuse_existing(place: &VaultPath) -> Result<()> {
    match existing(&place.file)? {
        None => Ok(()),
        Some(found) if found.is_file() && found.len() == 0 => Err(empty()),
        Some(found) if found.is_file() => Err(exists()),
        Some(_) => Err(Error::new(
            ErrorKind::UnsafeFile,
            "the path of the vault is taken by something other than a file; give another path",
        )),
    }
}

/// SQLite would take the log of an earlier vault for the new one's.
fn refuse_left_behind(place: &VaultPath) -> Result<()> {
    for suffix in [WRITE_AHEAD_LOG, ROLLBACK_JOURNAL] {
        if existing(&place.beside(suffix))?.is_some_and(|found| found.len() > 0) {
            // It is not left behind if somebody has just created this vault and writes to it.
            refuse_existing(place)?;
            return Err(Error::new(
                ErrorKind::NotAVault,
                "a SQLite journal of a deleted vault is left at this path; restore that vault, or \
                 move the journal away",
            ));
        }
    }
    Ok(())
}

/// A file that is removed when this is dropped, with what SQLite keeps beside it.
struct Unfinished(PathBuf);

impl Unfinished {
    fn new(folder: &Path, settings: &Settings) -> Result<Self> {
        let mut random = [0; 16];
        getrandom::fill(&mut random)
            .map_err(|_| Error::new(ErrorKind::Io, "the operating system gave no random bytes"))?;
        let path = folder.join(format!(
            "{UNFINISHED}{}",
            base16ct::lower::encode_string(&random)
        ));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // Closed at once, so before SQLite opens it.
        drop(options.open(&path).map_err(|error| {
            match error.kind() {
                io::ErrorKind::PermissionDenied => {
                    Error::new(ErrorKind::ReadOnly, "the vault's folder cannot be written")
                        .with_source(error)
                }
                _ => io_failed(error),
            }
        })?);
        let unfinished = Self(path);
        let made = existing(&unfinished.0)?;
        if made.is_none_or(|made| !files::is_own(&made)) && !settings.trust_folder {
            return Err(Error::new(
                ErrorKind::UnsafeFile,
                "this file system gives new files to another user than that of this process; put \
                 the vault on another one, or create it with trust_folder",
            ));
        }
        Ok(unfinished)
    }
}

impl Unfinished {
    /// Removes the files, and says so if one stays after an error.
    fn refused(&self, error: Error) -> Error {
        self.remove();
        match existing(&self.0) {
            Ok(None) => error,
            _ => Error::new(
                error.kind(),
                "the new file was not made, and what there is of it could not be removed: remove \
                 files with names that begin with .keyslot-new-",
            )
            .with_source(error),
        }
    }

    fn remove(&self) {
        for suffix in ["", WRITE_AHEAD_LOG, SHARED_MEMORY, ROLLBACK_JOURNAL] {
            let _ = fs::remove_file(beside(&self.0, suffix));
        }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Makes the new name survive a loss of power.
#[cfg(unix)]
fn sync(folder: &Path) -> Result<()> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(io_failed)
}

#[cfg(not(unix))]
fn sync(_: &Path) -> Result<()> {
    Ok(())
}

fn exists() -> Error {
    Error::new(
        ErrorKind::VaultExists,
        "there is a file at this path already; open it if it is a vault, or give another path",
    )
}
