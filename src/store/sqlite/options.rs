//! Options to open or create a vault in a file.

use std::path::Path;
use std::time::Duration;

use super::settings::Settings;
use super::store::SqliteStore;
use super::vault_path::VaultPath;
use super::{connection, create, file_system, foreign_journal};
use crate::error::{ErrorKind, Result};

/// Options to open or create a [`SqliteStore`].
///
/// ```
/// use std::time::Duration;
/// use keyslot::store::SqliteStore;
///
/// let folder = tempfile::tempdir()?;
/// let options = SqliteStore::options().busy_timeout(Duration::from_secs(1));
/// options.open_or_create(folder.path().join("vault.db"))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SqliteOptions(Settings);

impl SqliteOptions {
    pub(super) fn new() -> Self {
        Self(Settings::default())
    }

    /// Sets the longest time that a write waits for another one, of this process or another; five
    /// seconds if not set.
    ///
    /// ```
    /// use std::time::Duration;
    /// use keyslot::SqliteStore;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let patient = SqliteStore::options().busy_timeout(Duration::from_secs(30));
    /// patient.create(folder.path().join("vault.db"))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        // SQLite counts milliseconds in an i32.
        self.0.patience = timeout.min(Duration::from_millis(i32::MAX as u64));
        self
    }

    /// Sets whether a file that other users have access to is made private instead of refused;
    /// refused if not set. The secrets in it were exposed to those users, but sealed. A file of
    /// another user is refused all the same.
    ///
    /// The vault's own folder is closed to other writers too (`chmod go-w`), if this user owns it.
    /// Folders above it are not changed.
    ///
    /// ```
    /// use keyslot::SqliteStore;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("vault.db");
    /// SqliteStore::create(&path)?;
    /// SqliteStore::options().fix_permissions(true).open(&path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn fix_permissions(mut self, fix: bool) -> Self {
        self.0.fix_permissions = fix;
        self
    }

    /// Sets whether everybody who reaches the vault's folder is trusted as this user is: owners and
    /// permissions of the folder, of those above it and of the vault's files are not looked at.
    /// They are if this is not set.
    ///
    /// For volumes of a container whose boundary is the container itself: a Kubernetes `emptyDir`
    /// (mode 0777), a volume with `fsGroup` (2775, files 0660), or one that another user filled.
    /// Whoever may write there can delete the vault, and put back an older copy or another file;
    /// nobody can read a value without the root key. A symbolic link in the place of the file is
    /// refused all the same.
    ///
    /// ```
    /// use keyslot::store::SqliteStore;
    /// use keyslot::{RootKey, Vault};
    ///
    /// let volume = tempfile::tempdir()?;
    /// let options = SqliteStore::options().trust_folder(true);
    /// let store = options.open_or_create(volume.path().join("vault.db"))?;
    /// let vault = Vault::builder().store(store).open_or_create(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("TOKEN", "t-1")?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn trust_folder(mut self, trust: bool) -> Self {
        self.0.trust_folder = trust;
        self
    }

    /// Sets whether the vault is only read: every write fails as
    /// [`ReadOnly`](ErrorKind::ReadOnly). Without it, a file or folder that cannot be written is
    /// refused when it is opened.
    ///
    /// For rendering jobs and sidecars with a volume that is mounted read-only. A vault in a folder
    /// that can be written is read as usual. In one that cannot, and beside which no process keeps
    /// a write-ahead log, every read opens the file anew, so it sees what was written meanwhile
    /// through another mount; a read that a writer disturbs fails as [`Busy`](ErrorKind::Busy).
    /// [`Vault::verify`](crate::Vault::verify) works as well.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::store::SqliteStore;
    /// use keyslot::{ErrorKind, RootKey, Vault};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let (file, key) = (folder.path().join("vault.db"), RootKey::generate()?);
    /// Vault::create(&file, &key)?.scope("acme")?.put("TOKEN", "t-1")?;
    ///
    /// let store = SqliteStore::options().read_only(true).open(&file)?;
    /// let scope = Vault::builder().store(store).open(&key)?.scope("acme")?;
    /// assert_eq!(scope.resolve("<<$secret.TOKEN>>")?.expose_secret(), "t-1");
    /// assert_eq!(scope.put("TOKEN", "t-2").unwrap_err().kind(), ErrorKind::ReadOnly);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn read_only(mut self, read_only: bool) -> Self {
        self.0.read_only = read_only;
        self
    }

    /// Sets that the vault is only read and, if it has no log that is not merged, that nobody
    /// writes to it: then nothing is put beside it.
    pub(crate) fn at_rest(mut self) -> Self {
        self.0.read_only = true;
        self.0.at_rest = true;
        self
    }

    /// Sets whether a new vault gets a rollback journal instead of a write-ahead log; it does not
    /// if not set. A vault keeps its journal for life, and opening asks nothing about it.
    ///
    /// With a rollback journal, readers wait while a write commits. It needs no memory that
    /// processes share, and there is one file to copy while nobody writes.
    ///
    /// ```
    /// use keyslot::store::SqliteStore;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let file = folder.path().join("vault.db");
    /// SqliteStore::options().rollback_journal(true).create(&file)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn rollback_journal(mut self, rollback: bool) -> Self {
        self.0.rollback_journal = rollback;
        self
    }

    /// Sets whether the vault may be on a network or FUSE file system, such as NFS, SMB, 9p or
    /// virtiofs (bind mounts of Docker Desktop). It is refused as
    /// [`UnsafeFile`](ErrorKind::UnsafeFile) if this is not set. Recognised on Linux only.
    ///
    /// A new vault there gets a rollback journal; one with a write-ahead log is refused all the
    /// same. The file system must have locks that hold between all machines that use the vault:
    /// where they do not, two writers damage the file.
    ///
    /// ```
    /// use keyslot::store::SqliteStore;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let options = SqliteStore::options().network_file_system(true);
    /// options.open_or_create(folder.path().join("vault.db"))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn network_file_system(mut self, accepted: bool) -> Self {
        self.0.network_file_system = accepted;
        self
    }

    /// Opens the vault in a file, like [`SqliteStore::open`].
    ///
    /// ```
    /// use keyslot::{ErrorKind, SqliteStore};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let error = SqliteStore::options().open(folder.path().join("vault.db")).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::VaultNotFound);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`SqliteStore::open`].
    pub fn open(&self, path: impl AsRef<Path>) -> Result<SqliteStore> {
        self.open_at(VaultPath::of(path.as_ref())?)
    }

    /// Creates an empty vault in a new file, like [`SqliteStore::create`].
    ///
    /// ```
    /// use keyslot::{ErrorKind, SqliteStore};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("vault.db");
    /// let options = SqliteStore::options();
    /// options.create(&path)?;
    /// assert_eq!(options.create(&path).unwrap_err().kind(), ErrorKind::VaultExists);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`SqliteStore::create`].
    pub fn create(&self, path: impl AsRef<Path>) -> Result<SqliteStore> {
        self.refuse_read_only()?;
        let place = VaultPath::of(path.as_ref())?;
        create::create(&place, &self.0)?;
        self.open_at(place)
    }

    /// Opens the vault in a file, or creates it, like [`SqliteStore::open_or_create`].
    ///
    /// ```
    /// use keyslot::{RootKey, SqliteStore, Vault};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let store = SqliteStore::options().open_or_create(folder.path().join("vault.db"))?;
    /// Vault::builder().store(store).open_or_create(&RootKey::generate()?)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`SqliteStore::open_or_create`].
    pub fn open_or_create(&self, path: impl AsRef<Path>) -> Result<SqliteStore> {
        let place = VaultPath::of(path.as_ref())?;
        match self.open_at(place.clone()) {
            Err(error) if error.kind() == ErrorKind::VaultNotFound => {}
            opened => return opened,
        }
        self.refuse_read_only()?;
        match create::create(&place, &self.0) {
            // Another process was faster, and made a whole one.
            Err(error) if error.kind() == ErrorKind::VaultExists => {}
            created => created?,
        }
        self.open_at(place)
    }

    fn refuse_read_only(&self) -> Result<()> {
        if self.0.read_only {
            return Err(connection::opened_read_only());
        }
        Ok(())
    }

    fn open_at(&self, place: VaultPath) -> Result<SqliteStore> {
        let identity = place.inspect(&self.0)?;
        file_system::is_remote(&place.folder, &self.0)?;
        foreign_journal::refuse(&place)?;
        let mut settings = self.0;
        if settings.at_rest {
            let stamp = place.stamp()?;
            settings.at_rest = stamp.log.is_none() && stamp.journal.is_none();
        }
        SqliteStore::new(place, identity, settings)
    }
}
