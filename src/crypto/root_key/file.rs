//! Reads a key file, if nobody else can.

use std::fs::{File, Metadata};
use std::io::ErrorKind::{Interrupted, NotFound};
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use super::text::MOST;
use crate::error::{Error, ErrorKind, Result};
use crate::files;

/// Attempts to read a mounted file while its mount is updated.
const ATTEMPTS: usize = 3;

/// The text of the file, or as much of it as shows that it is no key.
pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    // Looked at before it is opened: opening a named pipe would wait for a writer.
    let named = path.symlink_metadata().map_err(unreadable)?;
    check(&named)?;
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    files::check_folder(
        &folder.canonicalize().map_err(unreadable)?,
        "folder of the key file",
        "read the key with from_mounted_file",
    )?;
    read_named(path, &named, check)?
        .ok_or_else(|| unsafe_file("the key file was replaced while it was opened; try again"))
}

/// The text of a file that is part of a mount, as [`read`] gives it. The orchestrator exchanges the
/// links of a mount at any time.
pub(super) fn read_mounted(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    for _ in 0..ATTEMPTS {
        let file = path.canonicalize().map_err(unreadable)?;
        // A file that is gone by now was exchanged, as one that is another was.
        let Ok(named) = file.symlink_metadata() else {
            continue;
        };
        check_mounted(&named)?;
        if let Some(text) = read_named(&file, &named, check_mounted)? {
            return Ok(text);
        }
    }
    Err(unsafe_file(
        "the key file was replaced each time it was opened; try again",
    ))
}

/// Reads the file at the path if it still is the one that was looked at.
fn read_named(
    path: &Path,
    named: &Metadata,
    check: fn(&Metadata) -> Result<()>,
) -> Result<Option<Zeroizing<Vec<u8>>>> {
    let mut file = match File::open(path) {
        Err(cause) if cause.kind() == NotFound => return Ok(None),
        opened => opened.map_err(unreadable)?,
    };
    let opened = file.metadata().map_err(unreadable)?;
    check(&opened)?;
    if !is_same(named, &opened) {
        return Ok(None);
    }
    read_start(&mut file).map(Some).map_err(unreadable)
}

/// Reads into one buffer of the final size, so that no copy stays behind.
fn read_start(file: &mut File) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut text = Zeroizing::new(vec![0; MOST]);
    let mut length = 0;
    while let Some(free) = text.get_mut(length..).filter(|free| !free.is_empty()) {
        match file.read(free) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    text.truncate(length);
    Ok(text)
}

fn check(file: &Metadata) -> Result<()> {
    if file.is_symlink() {
        return Err(unsafe_file(
            "the key file is a symbolic link; give the path of the file itself, or read a \
             mounted secret with \
             from_mounted_file",
        ));
    }
    if !file.is_file() {
        return Err(unsafe_file(
            "the key file is not a regular file; give the path of one",
        ));
    }
    if !files::is_trusted(file) {
        return Err(unsafe_file(
            "the key file belongs to another user, who can read the key; make a new key, or read a \
             mounted secret with from_mounted_file",
        ));
    }
    if files::is_open_to_others(file) {
        return Err(unsafe_file(
            "other users have access to the key file; run `chmod 600` on it, or read a \
             mounted secret with from_mounted_file",
        ));
    }
    Ok(())
}

/// The mount says who reads the file and who changes it. No orchestrator lets everybody write to a
/// secret, so that is a mistake.
fn check_mounted(file: &Metadata) -> Result<()> {
    if !file.is_file() {
        return Err(unsafe_file(
            "the key file is not a regular file; give the path of one",
        ));
    }
    if can_anybody_write(file) {
        return Err(unsafe_file(
            "all users may write to the key file; run `chmod o-w` on it",
        ));
    }
    Ok(())
}

#[cfg(unix)]
fn can_anybody_write(file: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.mode() & 0o002 != 0
}

#[cfg(unix)]
fn is_same(named: &Metadata, opened: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (named.dev(), named.ino()) == (opened.dev(), opened.ino())
}

#[cfg(not(unix))]
fn can_anybody_write(_: &Metadata) -> bool {
    false
}

#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}

fn unsafe_file(message: &'static str) -> Error {
    Error::new(ErrorKind::UnsafeFile, message)
}

fn unreadable(cause: io::Error) -> Error {
    Error::new(
        ErrorKind::Io,
        "the key file cannot be read; it must exist and be readable by this user",
    )
    .with_source(cause)
}
