//! Files that only this user and root can change: who owns them, and who may replace them.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

use crate::error::{Error, ErrorKind, Result};

/// Proves that nobody but this user and root can put another file in the place of one in `folder`,
/// which must be absolute and free of links.
///
/// A user who may rename a folder on the way to a file may replace the file. So each of them must
/// belong to this user or root, and nobody else may write to it, unless it is sticky: there only
/// owners rename what is theirs. `safe_path` of OpenSSH (`misc.c`) asks the same, but for sticky
/// folders, which it refuses. In messages the folder is called "the `name`", and `way_out` is what
/// the caller may do where the folder has to stay as it is.
///
/// # Errors
///
/// [`ErrorKind::UnsafeFile`], or [`ErrorKind::Io`] when a folder cannot be looked at.
pub(crate) fn check_folder(folder: &Path, name: &str, way_out: &str) -> Result<()> {
    for (height, place) in folder.ancestors().enumerate() {
        let found = fs::symlink_metadata(place).map_err(|cause| unreadable(name, cause))?;
        let which = if height == 0 { "" } else { "a folder above " };
        if !found.is_dir() {
            return Err(refused(format!("{which}the {name} is not a folder")));
        }
        if !is_trusted(&found) {
            return Err(refused(format!(
                "{which}the {name} belongs to another user, who may replace what is in it; \
                 use a folder of this user, below folders of this user or root, or, where all who \
                 reach it are trusted, {way_out}"
            )));
        }
        if is_open_to_writers(&found) {
            return Err(refused(format!(
                "other users may replace what is in {which}the {name}; run `chmod go-w` on that \
                 folder, or, where all who reach it are trusted, {way_out}"
            )));
        }
    }
    Ok(())
}

/// Returns true if the file belongs to the user that this process acts as.
pub(crate) fn is_own(found: &Metadata) -> bool {
    owner(found) == user()
}

/// Returns true if the file belongs to the user that this process acts as, or to root, who can
/// change all files anyway.
pub(crate) fn is_trusted(found: &Metadata) -> bool {
    is_own(found) || owner(found) == 0
}

/// Returns true if the group or others have any permission on the file.
#[cfg(unix)]
pub(crate) fn is_open_to_others(found: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(found) & 0o077 != 0
}

/// Sets the permissions of a file or folder.
#[cfg(all(unix, feature = "sqlite"))]
pub(crate) fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))
}

/// Takes the permission to write to a folder from everybody but its owner.
#[cfg(all(unix, feature = "sqlite"))]
pub(crate) fn close_to_writers(folder: &Path, found: &Metadata) -> io::Result<()> {
    if !is_open_to_writers(found) {
        return Ok(());
    }
    let mode = std::os::unix::fs::MetadataExt::mode(found);
    set_mode(folder, mode & 0o7755)
}

#[cfg(unix)]
fn is_open_to_writers(found: &Metadata) -> bool {
    let mode = std::os::unix::fs::MetadataExt::mode(found);
    let (group_or_others_write, sticky) = (0o022, 0o1000);
    mode & group_or_others_write != 0 && mode & sticky == 0
}

#[cfg(unix)]
fn owner(found: &Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::uid(found)
}

/// The effective user.
#[cfg(unix)]
fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}

// Other systems have no owners and permissions of this kind.

#[cfg(not(unix))]
pub(crate) fn is_open_to_others(_: &Metadata) -> bool {
    false
}

#[cfg(all(not(unix), feature = "sqlite"))]
pub(crate) fn set_mode(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(all(not(unix), feature = "sqlite"))]
pub(crate) fn close_to_writers(_: &Path, _: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn is_open_to_writers(_: &Metadata) -> bool {
    false
}

#[cfg(not(unix))]
fn owner(_: &Metadata) -> u32 {
    0
}

#[cfg(not(unix))]
fn user() -> u32 {
    0
}

fn refused(message: String) -> Error {
    Error::new(ErrorKind::UnsafeFile, message)
}

fn unreadable(name: &str, cause: io::Error) -> Error {
    let message = format!(
        "the {name} or a folder above it cannot be read by this user; check its owner and \
         permissions"
    );
    Error::new(ErrorKind::Io, message).with_source(cause)
}
