//! Options to open or create a vault in a file.

use std::path::Path;
use std::time::Duration;

use super::connection::{self, Role};
use super::create;
use super::store::SqliteStore;
use super::vault_path::VaultPath;
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
pub struct SqliteOptions {
    patience: Duration,
    fix_permissions: bool,
}

impl SqliteOptions {
    pub(super) fn new() -> Self {
        Self {
            patience: Duration::from_secs(5),
            fix_permissions: false,
        }
    }

    /// Sets the longest time that a write waits for another one, of this process or another; five
    /// seconds if not set.
    #[must_use]
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        // SQLite counts milliseconds in an i32.
        self.patience = timeout.min(Duration::from_millis(i32::MAX as u64));
        self
    }

    /// Sets whether a file that other users have access to is made private instead of refused;
    /// refused if not set. The secrets in it were exposed to those users, but sealed. A file of
    /// another user is refused all the same.
    #[must_use]
    pub fn fix_permissions(mut self, fix: bool) -> Self {
        self.fix_permissions = fix;
        self
    }

    /// Opens the vault in a file, like [`SqliteStore::open`].
    ///
    /// # Errors
    ///
    /// Those of [`SqliteStore::open`].
    pub fn open(&self, path: impl AsRef<Path>) -> Result<SqliteStore> {
        self.open_at(VaultPath::of(path.as_ref())?)
    }

    /// Creates an empty vault in a new file, like [`SqliteStore::create`].
    ///
    /// # Errors
    ///
    /// Those of [`SqliteStore::create`].
    pub fn create(&self, path: impl AsRef<Path>) -> Result<SqliteStore> {
        let place = VaultPath::of(path.as_ref())?;
        create::create(&place, self.patience)?;
        self.open_at(place)
    }

    /// Opens the vault in a file, or creates it, like [`SqliteStore::open_or_create`].
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
        match create::create(&place, self.patience) {
            // Another process was faster, and made a whole one.
            Err(error) if error.kind() == ErrorKind::VaultExists => {}
            created => created?,
        }
        self.open_at(place)
    }

    fn open_at(&self, place: VaultPath) -> Result<SqliteStore> {
        let identity = place.inspect(self.fix_permissions)?;
        connection::refuse_foreign_journal(&place)?;
        let reader = connection::open_vault(&place, identity, self.patience, Role::Reader)?;
        Ok(SqliteStore::new(place, identity, self.patience, reader))
    }
}
