//! An anchor in a file.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{self, Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, Mode, OFlags, flock};

use super::content::{Content, LONGEST};
use super::mark::AnchorMark;
use super::rollback_anchor::RollbackAnchor;
use crate::error::{Error, ErrorKind, Result};
use crate::files;

/// Ending of the file that processes lock while they change the anchor.
const LOCK: &str = "-lock";

/// Ending of a file that takes the place of the anchor when it is complete.
const NEXT: &str = "-next";

/// Longest time that a change waits for changes of other processes.
const PATIENCE: Duration = Duration::from_secs(5);

/// Keeps the newest heads of vaults in a file, for all processes of one machine.
///
/// Put it where whoever can put back the vault cannot put back the anchor: on another volume, which
/// is in no snapshot together with the vault's. The file is its owner's alone (mode 0600), in a
/// folder that is as safe as that of a vault. A second one with the ending `-lock` lies beside it.
/// It keeps 4,096 tenants at most, of all vaults together, of 72 bytes each.
///
/// Each change writes the file anew and waits until it is on the disk, so a write to the vault
/// takes two to three times as long as without. Writers of all processes wait for each other here
/// for five seconds at most; then the mark goes along with the next one.
///
/// An anchor is made on purpose ([`create`](FileAnchor::create)): one that is missing is an error,
/// because somebody may have removed it. Not on Windows.
///
/// ```
/// use keyslot::{ErrorKind, FileAnchor, RootKey, SqliteStore, Vault};
///
/// let (folder, key) = (tempfile::tempdir()?, RootKey::generate()?);
/// let at = |name: &str| folder.path().join(name);
/// FileAnchor::create(at("anchor"))?;
/// let open = |file: &str| {
///     let store = SqliteStore::open_or_create(at(file))?;
///     Vault::builder().store(store).anchor(FileAnchor::open(at("anchor"))?).open_or_create(&key)
/// };
///
/// let vault = open("vault.db")?;
/// vault.backup_to(at("monday.db"))?;
/// vault.scope("acme")?.put("TOKEN", "written on Tuesday")?;
/// assert_eq!(open("monday.db").unwrap_err().kind(), ErrorKind::Tampered);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct FileAnchor {
    file: PathBuf,
    folder: PathBuf,
}

impl FileAnchor {
    /// Makes an anchor in a new file. The first vault that is opened with it tells it its heads.
    ///
    /// Blocks the thread on the disk.
    ///
    /// ```
    /// use keyslot::{ErrorKind, FileAnchor};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("anchor");
    /// FileAnchor::create(&path)?;
    /// assert_eq!(FileAnchor::create(&path).unwrap_err().kind(), ErrorKind::InvalidInput);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) when there is something at the path already;
    /// [`UnsafeFile`](ErrorKind::UnsafeFile) when others may replace the file; or why it cannot be
    /// written.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        let anchor = Self::at(path.as_ref())?;
        let _locked = anchor.lock()?;
        if existing(&anchor.file)?.is_some() {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "there is something at the path of the anchor already; open it",
            ));
        }
        anchor.write(&Content::default())?;
        Ok(anchor)
    }

    /// Takes the anchor in a file.
    ///
    /// Blocks the thread on the disk.
    ///
    /// ```
    /// use keyslot::FileAnchor;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("anchor");
    /// assert!(FileAnchor::open(&path).is_err());
    /// FileAnchor::create(&path)?;
    /// FileAnchor::open(&path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Io`](ErrorKind::Io) when there is no such file or it cannot be read,
    /// [`UnsafeFile`](ErrorKind::UnsafeFile) when others can read or replace it, or
    /// [`Corrupt`](ErrorKind::Corrupt) when it is damaged.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let anchor = Self::at(path.as_ref())?;
        anchor.read()?;
        Ok(anchor)
    }

    fn at(path: &Path) -> Result<Self> {
        let path = path::absolute(path).map_err(failed)?;
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "the path of an anchor must end in the name of a file",
            ));
        };
        let folder = folder.canonicalize().map_err(failed)?;
        Ok(Self {
            file: folder.join(name),
            folder,
        })
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = OsString::from(self.file.as_os_str());
        name.push(ending);
        name.into()
    }

    /// Reads the file, if nobody else can change it.
    fn read(&self) -> Result<Content> {
        self.check_folder()?;
        let named = existing(&self.file)?.ok_or_else(|| {
            Error::new(
                ErrorKind::Io,
                "there is no anchor at this path: make one with create, or find out who removed it",
            )
        })?;
        check(&named)?;
        let file = open(&self.file, OFlags::RDONLY)?;
        let opened = file.metadata().map_err(failed)?;
        check(&opened)?;
        let mut bytes = Vec::new();
        // One more than there may be.
        file.take(LONGEST as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        Content::decode(&bytes)
    }

    /// Writes the file anew. The caller has the lock.
    fn write(&self, content: &Content) -> Result<()> {
        self.check_folder()?;
        let next = self.beside(NEXT);
        // Of a process that was killed.
        match fs::remove_file(&next) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let written = options.open(&next).and_then(|mut file| {
            file.write_all(&content.encode())?;
            file.sync_all()?;
            fs::rename(&next, &self.file)?;
            File::open(&self.folder)?.sync_all()
        });
        written.map_err(|error| {
            let _ = fs::remove_file(&next);
            failed(error)
        })
    }

    /// Changes the file, as no other process does meanwhile.
    fn change(&self, change: impl FnOnce(&mut Content) -> Result<bool>) -> Result<()> {
        let _locked = self.lock()?;
        let mut content = self.read()?;
        if change(&mut content)? {
            self.write(&content)?;
        }
        Ok(())
    }

    fn lock(&self) -> Result<Locked> {
        self.check_folder()?;
        let file = open(&self.beside(LOCK), OFlags::RDWR | OFlags::CREATE)?;
        check(&file.metadata().map_err(failed)?)?;
        let started = Instant::now();
        while let Err(error) = flock(&file, FlockOperation::NonBlockingLockExclusive) {
            let error = io::Error::from(error);
            if !matches!(
                error.kind(),
                io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
            ) {
                return Err(failed(error));
            }
            if started.elapsed() > PATIENCE {
                return Err(Error::new(
                    ErrorKind::Busy,
                    "the anchor is locked by another process; try again",
                ));
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok(Locked(file))
    }

    fn check_folder(&self) -> Result<()> {
        files::check_folder(
            &self.folder,
            "folder of the anchor",
            "keep the anchor in a database",
        )
    }
}

impl RollbackAnchor for FileAnchor {
    fn marks(&self, vault: &[u8; 16]) -> Result<Vec<AnchorMark>> {
        Ok(self.read()?.of(vault))
    }

    fn advance(&self, vault: &[u8; 16], marks: &[AnchorMark]) -> Result<()> {
        self.change(|content| content.advance(vault, marks))
    }

    fn replace(&self, vault: &[u8; 16], marks: &[AnchorMark]) -> Result<()> {
        self.change(|content| {
            content.forget(vault);
            content.advance(vault, marks)?;
            Ok(true)
        })
    }
}

/// The lock, given back when this is dropped.
struct Locked(File);

impl Drop for Locked {
    fn drop(&mut self) {
        // Closing is not enough: a child that was forked meanwhile may have the file open too.
        let _ = flock(&self.0, FlockOperation::Unlock);
    }
}

/// Opens a file, and no other: a link is not followed, and a pipe not waited for.
fn open(path: &Path, flags: OFlags) -> Result<File> {
    let flags = flags | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR)
        .map(File::from)
        .map_err(|error| failed(error.into()))
}

fn check(file: &Metadata) -> Result<()> {
    let refused = if !file.is_file() {
        "the path of the anchor leads to something other than a file; give the path of a file"
    } else if !files::is_own(file) {
        "the anchor belongs to another user than this process runs as; use an anchor of this user"
    } else if files::is_open_to_others(file) {
        "other users have access to the anchor; run `chmod 600` on it"
    } else if file.nlink() > 1 {
        // None at all has one that was replaced just after it was opened: that one is whole, too.
        "the anchor's file has a second name (a hard link); remove it"
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::UnsafeFile, refused))
}

fn existing(path: &Path) -> Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

fn failed(error: io::Error) -> Error {
    let (kind, message) = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => (
            ErrorKind::StorageFull,
            "the disk that the anchor is on is full",
        ),
        io::ErrorKind::ReadOnlyFilesystem => (
            ErrorKind::ReadOnly,
            "the folder of the anchor cannot be written",
        ),
        _ => (
            ErrorKind::Io,
            "the operating system refused access to the anchor's file or folder",
        ),
    };
    Error::new(kind, message).with_source(error)
}
