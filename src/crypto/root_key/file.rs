//! Reads a key file, if nobody else can.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind::Interrupted, Read};
use std::path::Path;

use zeroize::Zeroizing;

use super::text::MOST;
use crate::error::{Error, ErrorKind, Result};
use crate::files;

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
    )?;
    let mut file = File::open(path).map_err(unreadable)?;
    let opened = file.metadata().map_err(unreadable)?;
    check(&opened)?;
    if !is_same(&named, &opened) {
        return Err(unsafe_file(
            "the key file was exchanged while it was opened; try again",
        ));
    }
    read_start(&mut file).map_err(unreadable)
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
            "the key file is a symbolic link; name the file itself",
        ));
    }
    if !file.is_file() {
        return Err(unsafe_file("the key file is not a regular file"));
    }
    if !files::is_trusted(file) {
        return Err(unsafe_file(
            "the key file belongs to another user, who knows the key; make a new key",
        ));
    }
    if is_open_to_others(file) {
        return Err(unsafe_file(
            "others have permissions on the key file; take them away with `chmod 600`",
        ));
    }
    Ok(())
}

#[cfg(unix)]
fn is_open_to_others(file: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.mode() & 0o077 != 0
}

#[cfg(unix)]
fn is_same(named: &Metadata, opened: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (named.dev(), named.ino()) == (opened.dev(), opened.ino())
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Metadata) -> bool {
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
