//! The path of a vault's file, and the checks that the file there is safe to use.
//!
//! Nothing here opens the file: closing it would drop the locks that SQLite holds on it in this
//! process (<https://sqlite.org/howtocorrupt.html>, section 2.2).

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::path::{self, Path, PathBuf};

use super::failure::io_failed;
use super::permissions;
use super::settings::Settings;
use crate::error::{Error, ErrorKind, Result};
use crate::files;

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

/// The absolute place of a vault: SQLite can read it neither as a URI nor as a name of a database
/// in memory.
#[derive(Clone, Debug)]
pub(super) struct VaultPath {
    pub(super) folder: PathBuf,
    pub(super) file: PathBuf,
}

/// Tells the file at a path from another one that was put in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    #[cfg(unix)]
    device_and_inode: (u64, u64),
}

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
    /// Makes `path` absolute, and its folder free of links.
    pub(super) fn of(path: &Path) -> Result<Self> {
        let bytes = path.as_os_str().as_encoded_bytes();
        let last = bytes
            .rsplit(|&byte| path::is_separator(char::from(byte)))
            .next()
            .unwrap_or_default();
        let refused = match last {
            b"" | b"." | b".." => "the path of a vault must end in the name of a file",
            b":memory:" => {
                "`:memory:` is not the path of a file; use a MemoryStore for a vault in \
             memory"
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
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "the path of a vault must end in the name of a file",
            ));
        };
        let folder = fs::canonicalize(folder).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::new(
                ErrorKind::VaultNotFound,
                "the folder of the vault does not exist",
            ),
            io::ErrorKind::NotADirectory => unsafe_file(
                "the path of the vault leads through \
             something other than a folder",
            ),
            _ => io_failed(error),
        })?;
        let file = folder.join(name);
        fits(&file)?;
        Ok(Self { folder, file })
    }

    /// A file that SQLite keeps beside the vault's.
    pub(super) fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = OsString::from(self.file.as_os_str());
        name.push(suffix);
        name.into()
    }

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
        Ok(identity(&found))
    }

    /// Returns the identity of the file that is there now.
    pub(super) fn identity(&self) -> Result<Identity> {
        self.metadata().map(|found| identity(&found))
    }

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

    /// The facts of the file itself, not of what a link points to.
    fn metadata(&self) -> Result<Metadata> {
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

/// Returns the metadata of a path; `None` if nothing is there.
pub(super) fn existing(path: &Path) -> Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_failed(error)),
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
        let twin =
            existing(&entry.path())?.is_some_and(|other| identity(&other) == identity(vault));
        if twin {
            // The creator may have been faster.
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

#[cfg(unix)]
fn identity(found: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    Identity {
        device_and_inode: (found.dev(), found.ino()),
    }
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Identity {
    Identity {}
}

#[cfg(unix)]
fn changed(found: &Metadata) -> Changed {
    use std::os::unix::fs::MetadataExt;
    (
        identity(found),
        found.len(),
        (found.mtime(), found.mtime_nsec()),
        (found.ctime(), found.ctime_nsec()),
    )
}

#[cfg(not(unix))]
fn changed(found: &Metadata) -> Changed {
    (identity(found), found.len(), found.modified().ok())
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

fn unsafe_file(message: &'static str) -> Error {
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
