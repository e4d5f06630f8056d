//! The store in one SQLite file.

use std::fmt;
use std::mem::{self, ManuallyDrop};
use std::path::Path;
use std::process;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::ballast::Ballast;
use super::connection::{self, Role};
use super::failure::{damaged, failed};
use super::options::SqliteOptions;
use super::queue::{self, Wait};
use super::read_connection::{Moments, ReadConnection};
use super::rows;
use super::settings::Settings;
use super::vault_path::{Identity, VaultPath};
use crate::error::{Error, ErrorKind, Result};
use crate::store::turn::Turn;
use crate::store::{
    Cursor, HeadRead, Kind, Moment, Page, PageSize, Purge, Row, RowKey, SecretStore, SelfCheck,
    Tag, WriteTx,
};

/// Readers that are kept open while nobody reads.
const IDLE_READERS: usize = 4;

/// The default of SQLite.
const AUTOCHECKPOINT: u32 = 1000;

/// Attempts at a write that only erases, while the disk is full.
const ATTEMPTS: usize = 4;

/// Longest time that a purge waits for readers of an older state. Short, because writers wait for
/// the purge.
const PURGE_PATIENCE: Duration = Duration::from_millis(100);

/// Keeps rows in one SQLite file, for many threads and processes on one machine.
///
/// Readers and the writer do not wait for each other, except in a vault that was created with a
/// linked SQLite older than 3.51.3 or with
/// [`rollback_journal`](SqliteOptions::rollback_journal): it has a rollback journal for life, and
/// there readers wait while a write commits.
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
/// The file must be a vault's and nothing else: of the user that this process runs as, readable by
/// that user only, not a link, and holding exactly the expected tables. Other users may not be able
/// to replace it: the folder and every folder above must belong to this user or root, and nobody
/// else may write to it unless it is sticky. Do not open it with other programs or libraries while
/// it is in use, and do not copy it. Network file systems are refused.
///
/// [Options](SqliteStore::options) accept volumes of containers and folders that are mounted
/// read-only.
///
/// A handle stays with the process that opened it: in the child of a fork, reads and writes fail as
/// [`Forked`](ErrorKind::Forked), but for the uses of a snapshot that the parent took. Open the
/// vault anew there, and do not take a snapshot over.
///
/// ```
/// use keyslot::store::{Kind, Row, RowKey, SecretStore, SqliteStore};
///
/// let folder = tempfile::tempdir()?;
/// let store = SqliteStore::create(folder.path().join("vault.db"))?;
/// let key = RowKey { kind: Kind::Secret, key: [7; 32] };
/// let row = Row { key, tenant: [2; 16], epoch: 1, info: vec![3], body: vec![4] };
/// store.write(&key, &mut |tx| tx.put(&row))?;
/// assert_eq!(store.get(&[key])?, [Some(row)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SqliteStore {
    place: VaultPath,
    identity: Identity,
    settings: Settings,
    /// Id of the process that opened it.
    process: u32,
    idle: Mutex<Vec<ReadConnection>>,
    moments: Moments,
    turn: Turn,
    ballast: Ballast,
    /// Only for whose turn it is, so never waited for.
    writer: Mutex<Option<Connection>>,
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
            ballast: Ballast::new(&place),
            place,
            identity,
            settings,
            process: process::id(),
            idle: Mutex::default(),
            moments: Moments::default(),
            turn: Turn::default(),
            writer: Mutex::new(None),
        };
        store.read_warm(|_| Ok(()))?;
        Ok(store)
    }

    /// Opens a connection. On a full disk, the shared memory of the log takes its space from the
    /// ballast: who cannot open the vault cannot revoke anything.
    fn connect(&self, role: Role) -> Result<Connection> {
        let open = || connection::open_vault(&self.place, self.identity, &self.settings, role);
        match open() {
            Err(error) if error.kind() == ErrorKind::StorageFull && self.ballast.free() => {
                let opened = open();
                self.ballast.take_back();
                opened
            }
            opened => opened,
        }
    }

    /// Refuses the child of a fork. It has copies of the connections, but none of their locks, and
    /// locks of threads that it does not have.
    fn check_process(&self) -> Result<()> {
        if process::id() == self.process {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Forked,
            "the vault was opened before this process was forked; open it anew in this process",
        ))
    }

    /// Checks that the file still has its name. A write to a file that has lost its name is lost,
    /// and a secret that is read from it may be revoked in the file that has the name now.
    fn check_identity(&self) -> Result<()> {
        if self.place.identity().ok() == Some(self.identity) {
            Ok(())
        } else {
            Err(connection::replaced())
        }
    }

    /// Reads with a connection that nobody else uses meanwhile. One that failed is closed, whatever
    /// state it is in.
    fn read<T>(&self, work: impl FnOnce(&mut ReadConnection) -> Result<T>) -> Result<T> {
        self.check_process()?;
        self.check_identity()?;
        self.read_warm(work)
    }

    /// Reads like [`read`](Self::read), from a file that was checked before.
    fn read_warm<T>(&self, work: impl FnOnce(&mut ReadConnection) -> Result<T>) -> Result<T> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let mut reader = match idle.map_or_else(|| self.reader(), Ok) {
            Ok(reader) => reader,
            Err(error) if self.settings.read_only => return self.read_at_rest(work, error),
            Err(error) => return Err(error),
        };
        let found = work(&mut reader)?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_READERS {
            idle.push(reader);
        }
        Ok(found)
    }

    fn reader(&self) -> Result<ReadConnection> {
        self.connect(Role::Reader).map(ReadConnection::new)
    }

    /// Reads from a folder that cannot be written, where SQLite cannot make the shared memory of a
    /// write-ahead log: without one, and proves that nobody wrote meanwhile.
    ///
    /// The file is opened anew each time, because what SQLite keeps of it in memory may be old. A
    /// commit since then would be in a log, or in the file if somebody merged the log.
    fn read_at_rest<T>(
        &self,
        work: impl FnOnce(&mut ReadConnection) -> Result<T>,
        refusal: Error,
    ) -> Result<T> {
        if !matches!(refusal.kind(), ErrorKind::Io | ErrorKind::ReadOnly) {
            return Err(refusal);
        }
        let before = self.place.stamp()?;
        if before.log.is_some() {
            return Err(Error::new(
                ErrorKind::ReadOnly,
                "the vault has a write-ahead log that is not merged, which needs a folder that can \
                 be written; open the vault there once",
            ));
        }
        // Without locks SQLite looks for no journal either, so it would read half of a write.
        if before.journal.is_some() {
            return Err(Error::new(
                ErrorKind::ReadOnly,
                "a write to the vault was cut off, and undoing it needs a file and a folder that \
                 can be written; open the vault there once",
            ));
        }
        let found = connection::open_at_rest(&self.place, &self.settings)
            .and_then(|connection| work(&mut ReadConnection::new(connection)));
        if self.place.stamp()? != before {
            return Err(Error::new(
                ErrorKind::Busy,
                "the vault was written to while it was read; try again",
            ));
        }
        found
    }

    /// Does something with the one connection that writes. It is closed if it is left in the middle
    /// of a transaction.
    fn write_with<T>(&self, work: impl FnOnce(&Connection, &Wait) -> Result<T>) -> Result<T> {
        // Before any lock is asked for: in the child of a fork it may be held for ever.
        self.check_process()?;
        if self.settings.read_only {
            return Err(connection::opened_read_only());
        }
        let wait = Wait::new(self.settings.patience);
        let _taken = self.turn.take(wait.left())?;
        self.check_identity()?;
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = writer
            .take()
            .map_or_else(|| self.connect(Role::Writer), Ok)?;
        let done = work(&connection, &wait);
        if connection.is_autocommit() {
            *writer = Some(connection);
        }
        done
    }
}

impl SqliteStore {
    /// Tries a write once. Also returns true if it puts no value and gives up some.
    fn attempt(
        &self,
        connection: &Connection,
        wait: &Wait,
        work: &mut dyn FnMut(&mut dyn WriteTx) -> Result<()>,
    ) -> (Result<()>, bool) {
        let transaction = match self.begin(connection, wait) {
            Ok(transaction) => transaction,
            Err(error) => return (Err(error), false),
        };
        self.ballast.take_once();
        let mut changes = rows::Changes::new(&transaction);
        let done = work(&mut changes);
        let only_erases = changes.only_erases();
        let done = done.and_then(|()| transaction.commit().map_err(failed));
        (done, only_erases)
    }

    /// Overwrites what is left in the log.
    fn checkpoint(&self, connection: &Connection) -> Result<Purge> {
        connection
            .busy_timeout(PURGE_PATIENCE.min(self.settings.patience))
            .map_err(failed)?;
        let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| {
            row.get::<_, bool>(0)
        });
        connection
            .busy_timeout(self.settings.patience)
            .map_err(failed)?;
        match busy.map_err(failed) {
            Ok(false) => Ok(Purge::Done),
            Ok(true) => Ok(Purge::Pending),
            Err(error) if error.kind() == ErrorKind::Busy => Ok(Purge::Pending),
            Err(error) => Err(error),
        }
    }

    /// Begins a write when it is this one's turn among all processes.
    ///
    /// One writer for the whole file: stricter than one for each lock. IMMEDIATE, because a
    /// transaction that begins as a reader cannot wait for the lock later.
    fn begin<'a>(&self, connection: &'a Connection, wait: &Wait) -> Result<Transaction<'a>> {
        let begin = || {
            Transaction::new_unchecked(connection, TransactionBehavior::Immediate).map_err(failed)
        };
        // SQLite itself would sleep longer each time, while the lock is free.
        connection.busy_timeout(Duration::ZERO).map_err(failed)?;
        let mut next = None;
        let begun = loop {
            // Now and then without being next: a process that is stopped in the queue stays there.
            next = next.or_else(|| queue::enter(&self.place, wait));
            match begin() {
                Err(error) if error.kind() == ErrorKind::Busy && !wait.is_over() => queue::pause(),
                begun => break begun,
            }
        };
        // A commit with a rollback journal waits for readers.
        connection
            .busy_timeout(self.settings.patience)
            .map_err(failed)?;
        begun
    }
}

/// Sets the length of the log, in pages, at which a commit merges it.
fn set_autocheckpoint(connection: &Connection, pages: u32) -> Result<()> {
    connection
        .query_row(&format!("PRAGMA wal_autocheckpoint = {pages}"), (), |_| {
            Ok(())
        })
        .map_err(failed)
}

fn is_full<T>(done: &Result<T>) -> bool {
    matches!(done, Err(error) if error.kind() == ErrorKind::StorageFull)
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        if self.check_process().is_err() {
            // SQLite would act on locks and files of the parent as it closes them.
            let _ = ManuallyDrop::new(mem::take(&mut self.idle));
            let _ = ManuallyDrop::new(mem::take(&mut self.writer));
        }
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("file", &self.place.file)
            .finish_non_exhaustive()
    }
}

impl SecretStore for SqliteStore {
    fn get(&self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.read(|reader| rows::get(&reader.connection, keys))
    }

    fn scan(
        &self,
        kind: Kind,
        tag: Tag,
        from: Cursor,
        size: PageSize,
        bodies: bool,
    ) -> Result<Page> {
        self.read(|reader| rows::scan(&reader.connection, kind, tag, from, size, bodies))
    }

    fn write(
        &self,
        _lock: &RowKey,
        work: &mut dyn FnMut(&mut dyn WriteTx) -> Result<()>,
    ) -> Result<()> {
        self.write_with(|connection, wait| {
            let (mut done, mut only_erases) = self.attempt(connection, wait, work);
            let mut attempts = 1;
            // Another process may take the space before this one has it, but not each time.
            while is_full(&done) && only_erases && attempts < ATTEMPTS && self.ballast.free() {
                // Merging the log after the commit would use the space up to make the file longer.
                set_autocheckpoint(connection, 0)?;
                (done, only_erases) = self.attempt(connection, wait, work);
                attempts += 1;
            }
            if attempts > 1 {
                self.ballast.take_back();
                // The write has ended: this is none of its errors.
                let _ = set_autocheckpoint(connection, AUTOCHECKPOINT);
            }
            done
        })
    }

    fn head(&self, tenant: &RowKey, known: Option<Moment>) -> Result<HeadRead> {
        // Asked on every use of what is held in memory. Whether the file still has its name is
        // looked at by what reads it or writes to it.
        self.read_warm(|reader| reader.head(tenant, known, &self.moments))
    }

    fn purge(&self) -> Result<Purge> {
        self.write_with(|connection, wait| {
            let _next = queue::enter(&self.place, wait);
            let done = self.checkpoint(connection);
            if matches!(done, Ok(Purge::Done)) {
                self.ballast.take_back();
            }
            done
        })
    }

    fn self_check(&self) -> Result<SelfCheck> {
        // Whatever goes by an index loads its columns whole, so their lengths are looked at without
        // one, and nothing after it.
        if self.read(|reader| rows::has_long_columns(&reader.connection))? {
            return Err(damaged());
        }
        let checked = self.read(|reader| {
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
}
