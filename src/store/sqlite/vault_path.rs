//! The path of a vault's file, and of the files beside it.
//!
//! Nothing here opens the file: closing it would drop the locks that SQLite holds on it in this
//! process (<https://sqlite.org/howtocorrupt.html>, section 2.2).

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::path::{self, Path, PathBuf};

use super::failure::io_failed;
use crate::error::{Error, ErrorKind, Result};

/// Begins the names of files that are vaults in the making.
pub(super) const UNFINISHED: &str = ".keyslot-new-";

/// Endings of the files that SQLite keeps beside a database.
pub(super) const WRITE_AHEAD_LOG: &str = "-wal";
pub(super) const SHARED_MEMORY: &str = "-shm";
pub(super) const ROLLBACK_JOURNAL: &str = "-journal";

/// Ending of the file by which writers queue.
pub(super) const QUEUE: &str = "-queue";

/// Ending of the file that takes space for erasing.
pub(super) const BALLAST: &str = "-ballast";

/// In bytes. SQLite on Unix takes 512, file systems 255 for each name, and the names beside the
/// vault's are longer by 8.
const LONGEST_PATH: usize = 500;
const LONGEST_NAME: usize = 240;

const NO_FILE_NAME: &str = "the path of a vault must end in the name of a file";

/// The absolute place of a vault: SQLite can read it neither as a URI nor as a name of a database
/// in memory.
#[derive(Clone, Debug)]
pub(super) struct VaultPath {
    pub(super) folder: PathBuf,
    pub(super) file: PathBuf,
}

impl VaultPath {
    /// Makes `path` absolute, and its folder free of links.
    pub(super) fn of(path: &Path) -> Result<Self> {
        let bytes = path.as_os_str().as_encoded_bytes();
        let last = bytes
            .rsplit(|&byte| path::is_separator(char::from(byte)))
            .next()
            .unwrap_or_default();
        let refused = match last {
            b"" | b"." | b".." => NO_FILE_NAME,
            b":memory:" => {
                "`:memory:` is not the path of a file; use a MemoryStore for a vault in memory"
            }
            _ if bytes.contains(&0) => "the path of a vault may not hold a NUL byte",
            _ => return Self::absolute(path),
        };
        Err(Error::new(ErrorKind::InvalidInput, refused))
    }

    fn absolute(path: &Path) -> Result<Self> {
        let path = path::absolute(path).map_err(io_failed)?;
        fits(&path)?;
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(Error::new(ErrorKind::InvalidInput, NO_FILE_NAME));
        };
        let folder = fs::canonicalize(folder).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::new(
                ErrorKind::VaultNotFound,
                "the folder of the vault does not exist",
            ),
            io::ErrorKind::NotADirectory => {
                unsafe_file("the path of the vault leads through something other than a folder")
            }
            _ => io_failed(error),
        })?;
        let file = folder.join(name);
        fits(&file)?;
        Ok(Self { folder, file })
    }

    /// A file that SQLite keeps beside the vault's.
    pub(super) fn beside(&self, suffix: &str) -> PathBuf {
        beside(&self.file, suffix)
    }

    /// The facts of the file itself, not of what a link points to.
    pub(super) fn metadata(&self) -> Result<Metadata> {
        let found = existing(&self.file)?.ok_or_else(|| {
            Error::new(ErrorKind::VaultNotFound, "there is no vault at this path")
        })?;
        if found.is_symlink() {
            return Err(unsafe_file(
                "the vault's file is a symbolic link; give the path it points to",
            ));
        }
        if !found.is_file() {
            return Err(unsafe_file(
                "the path of the vault leads to something other than a file",
            ));
        }
        Ok(found)
    }
}

/// Returns the path of a file that SQLite keeps beside a database.
pub(super) fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(database.as_os_str());
    name.push(suffix);
    name.into()
}

/// Returns the metadata of a path; `None` if nothing is there.
pub(super) fn existing(path: &Path) -> Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_failed(error)),
    }
}

pub(super) fn unsafe_file(message: &'static str) -> Error {
    Error::new(ErrorKind::UnsafeFile, message)
}

fn fits(path: &Path) -> Result<()> {
    if path.as_os_str().len() <= LONGEST_PATH && path.iter().all(|name| name.len() <= LONGEST_NAME)
    {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::InvalidInput,
        "the path of a vault is at most 500 bytes, and each name in it 240",
    ))
}
