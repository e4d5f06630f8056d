//! The store in one SQLite file.

use std::fmt;
use std::num::NonZeroU32;
use std::path::Path;

use super::failure::{damaged, failed};
use super::identity::Identity;
use super::open_file::OpenFile;
use super::options::SqliteOptions;
use super::readers::Readers;
use super::rows::{self, Reads};
use super::scans;
use super::settings::Settings;
use super::vault_path::VaultPath;
use super::writer::Writer;
use crate::error::{ErrorKind, Result};
use crate::store::{
    FileStore, HeadRead, Moment, Page, Partition, Purge, ReadWork, Row, RowKey, Scan, SecretStore,
    SelfCheck, WriteWork,
};

/// Keeps rows in one SQLite file, for many threads and processes on one machine.
///
/// Readers and the writer do not wait for each other, except in a vault that was created with a
/// linked SQLite older than 3.51.3 or with
/// [`rollback_journal`](SqliteOptions::rollback_journal): it has a rollback journal for life, and
/// there readers wait while a write commits, and a write waits to commit while somebody
/// [reads](SecretStore::read).
///
/// A write that waited longer than the busy timeout for others fails as [`Busy`](ErrorKind::Busy).
/// A write inside the `work` of another write of the same handle does so at once. Waiting writers
/// of all processes have equal chances to be next: they agree on it by a file beside the vault,
/// with the ending `-queue`.
///
/// A file of 1 MiB with the ending `-ballast` lies beside the vault. When the disk is full, a write
/// that only erases (revoke, delete) removes it first, so revoking does not depend on free space as
/// long as the versions of the secret have less than that together. The file comes back with the
/// space.
///
/// A write that returned is on disk (`synchronous = EXTRA`): with a write-ahead log that is as much
/// as `FULL`, and with a rollback journal its removal, which is the commit, is synced as well.
///
/// Connections that read keep pages of the file in memory: 32 MiB in all those that stay open,
/// which are four, or one for each processor up to 16. The part of one in four, 8 MiB, holds a
/// vault of 10,000 secrets.
///
/// The file must be a vault's and nothing else: of the user that this process runs as, readable by
/// that user only, not a link, and holding exactly the expected tables. Other users may not be able
/// to replace it: the folder and every folder above must belong to this user or root, and nobody
/// else may write to it unless it is sticky. Do not open it with other programs or libraries while
/// it is in use, and do not copy it: a copy of an open vault lacks what is in
/// its log. [`Vault::backup_to`](crate::Vault::backup_to) makes a whole one. Network file systems
/// are refused.
///
/// [Options](SqliteStore::options) accept volumes of containers and folders that are mounted
/// read-only.
///
/// A handle stays with the process that opened it: in the child of a fork, reads and writes fail as
/// [`Forked`](ErrorKind::Forked), but for the uses of a snapshot that the parent took. Open the
/// vault anew there, and do not take a snapshot over.
///
/// ```
/// use keyslot::store::{Kind, Partition, Row, RowKey, SecretStore, SqliteStore};
///
/// let folder = tempfile::tempdir()?;
/// let store = SqliteStore::create(folder.path().join("vault.db"))?;
/// let (tenant, key) = (Partition([2; 16]), RowKey { kind: Kind::Secret, key: [7; 32] });
/// let row = Row { key, epoch: 1, info: vec![3], body: vec![4] };
/// store.write(tenant, &[], &mut |_, tx| tx.put(&row))?;
/// assert_eq!(store.get(tenant, &[key])?, [Some(row)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SqliteStore {
    pub(super) file: OpenFile,
    pub(super) readers: Readers,
    pub(super) writer: Writer,
}

impl SqliteStore {
    /// Opens the vault in a file.
    ///
    /// ```
    /// use keyslot::ErrorKind;
    /// use keyslot::store::SqliteStore;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let file = folder.path().join("vault.db");
    /// assert_eq!(SqliteStore::open(&file).unwrap_err().kind(), ErrorKind::VaultNotFound);
    /// SqliteStore::create(&file)?;
    /// assert!(SqliteStore::open(&file).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`VaultNotFound`](ErrorKind::VaultNotFound) if there is no file,
    /// [`NotAVault`](ErrorKind::NotAVault), [`UnsupportedFormat`](ErrorKind::UnsupportedFormat) or
    /// [`Corrupt`](ErrorKind::Corrupt) for what is in it, [`UnsafeFile`](ErrorKind::UnsafeFile) if
    /// others own it, have access to it or can replace it, or it is a link,
    /// [`InvalidInput`](ErrorKind::InvalidInput) if the path cannot be one of a file,
    /// [`UnsafeSqlite`](ErrorKind::UnsafeSqlite), [`ReadOnly`](ErrorKind::ReadOnly),
    /// [`Busy`](ErrorKind::Busy) or [`Io`](ErrorKind::Io).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::options().open(path)
    }

    /// Creates an empty vault in a new file that only its owner can read.
    ///
    /// ```
    /// use keyslot::ErrorKind;
    /// use keyslot::store::SqliteStore;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let file = folder.path().join("vault.db");
    /// SqliteStore::create(&file)?;
    /// assert_eq!(SqliteStore::create(&file).unwrap_err().kind(), ErrorKind::VaultExists);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`VaultExists`](ErrorKind::VaultExists) if there is a file; otherwise as
    /// [`open`](Self::open), or [`StorageFull`](ErrorKind::StorageFull). After an error there is no
    /// new file.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        Self::options().create(path)
    }

    /// Opens the vault in a file, or creates it if there is none.
    ///
    /// ```
    /// use keyslot::store::SqliteStore;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let file = folder.path().join("vault.db");
    /// SqliteStore::open_or_create(&file)?;
    /// SqliteStore::open_or_create(&file)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open) and [`create`](Self::create), without `VaultNotFound` and
    /// `VaultExists`.
    pub fn open_or_create(path: impl AsRef<Path>) -> Result<Self> {
        Self::options().open_or_create(path)
    }

    /// Returns options to open or create a vault with.
    ///
    /// ```
    /// use keyslot::store::SqliteStore;
    ///
    /// let folder = tempfile::tempdir()?;
    /// SqliteStore::options().fix_permissions(true).create(folder.path().join("vault.db"))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn options() -> SqliteOptions {
        SqliteOptions::new()
    }

    /// Makes a store of a file that was checked, and opens its first reader.
    pub(super) fn new(place: VaultPath, identity: Identity, settings: Settings) -> Result<Self> {
        let store = Self {
            file: OpenFile::new(place, identity, settings),
            readers: Readers::default(),
            writer: Writer::default(),
        };
        store.readers.read_warm(&store.file, |_| Ok(()))?;
        Ok(store)
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        if self.file.check_process().is_err() {
            self.readers.forget();
            self.writer.forget();
        }
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("file", &self.file.place.file)
            .finish_non_exhaustive()
    }
}

impl SecretStore for SqliteStore {
    fn get(&self, partition: Partition, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.readers.read(&self.file, |reader| {
            rows::get(&reader.connection, partition, keys)
        })
    }

    fn scan(&self, partition: Partition, scan: &Scan) -> Result<Page> {
        self.readers.read(&self.file, |reader| {
            scans::page(&reader.connection, partition, scan)
        })
    }

    fn read(&self, partition: Partition, work: &mut ReadWork<'_>) -> Result<()> {
        self.readers.read(&self.file, |reader| {
            let connection = &reader.connection;
            let mut reads = Reads {
                connection,
                partition,
            };
            rows::of_one_moment(connection, || work(&mut reads))
        })
    }

    // One lock for the whole file, because SQLite has one: stricter than one for each partition.
    fn write(
        &self,
        partition: Partition,
        first: &[RowKey],
        work: &mut WriteWork<'_>,
    ) -> Result<()> {
        self.writer.write(&self.file, partition, first, work)
    }

    fn head(&self, partition: Partition, head: &RowKey, known: Option<Moment>) -> Result<HeadRead> {
        // Asked on every use of what is held in memory. Whether the file still has its name is
        // looked at by what reads it or writes to it.
        let Readers { moments, .. } = &self.readers;
        self.readers.read_warm(&self.file, |reader| {
            reader.head(partition, head, known, moments)
        })
    }

    fn partitions(&self, after: Option<Partition>, limit: NonZeroU32) -> Result<Vec<Partition>> {
        self.readers.read(&self.file, |reader| {
            scans::partitions(&reader.connection, after, limit)
        })
    }

    fn purge(&self) -> Result<Purge> {
        self.writer.purge(&self.file)
    }

    fn self_check(&self) -> Result<SelfCheck> {
        // Whatever goes by an index loads its columns whole, so their lengths are looked at without
        // one, and nothing after it.
        if self.readers.read(&self.file, |reader| {
            rows::has_long_columns(&reader.connection)
        })? {
            return Err(damaged());
        }
        let checked = self.readers.read(&self.file, |reader| {
            // One finding is enough to know, and the texts of SQLite go nowhere.
            let sound = reader
                .connection
                .query_row("PRAGMA integrity_check(1)", (), |row| {
                    Ok(row.get_ref(0)?.as_str() == Ok("ok"))
                });
            sound.map_err(failed)
        });
        match checked {
            Ok(true) => Ok(SelfCheck::Sound),
            Ok(false) => Ok(SelfCheck::Damaged),
            Err(error) if error.kind() == ErrorKind::Corrupt => Ok(SelfCheck::Damaged),
            Err(error) => Err(error),
        }
    }

    fn as_file(&self) -> Option<&dyn FileStore> {
        Some(self)
    }
}
