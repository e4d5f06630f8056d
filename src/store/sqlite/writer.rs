//! The one connection that writes.

use std::mem::{self, ManuallyDrop};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::changes::Changes;
use super::connection::{self, Role};
use super::failure::{commit_failed, failed};
use super::open_file::OpenFile;
use super::queue::{self, Next, Wait};
use super::rows;
use crate::error::{ErrorKind, Result};
use crate::store::turn::Turn;
use crate::store::{Partition, Purge, RowKey, WriteWork};

/// The default of SQLite.
const AUTOCHECKPOINT: u32 = 1000;

/// Attempts at a write that only erases, while the disk is full.
const ATTEMPTS: usize = 4;

/// Longest time that a purge waits for readers of an older state. Short, because writers wait for
/// the purge.
const PURGE_PATIENCE: Duration = Duration::from_millis(100);

/// The connection that writes, and the turns of the threads that want it.
#[derive(Debug, Default)]
pub(super) struct Writer {
    turn: Turn,
    /// Only for whose turn it is, so never waited for.
    connection: Mutex<Option<Connection>>,
}

impl Writer {
    /// Does something with the one connection that writes. It is closed if it is left in the middle
    /// of a transaction.
    fn with<T>(
        &self,
        file: &OpenFile,
        work: impl FnOnce(&Connection, &Wait) -> Result<T>,
    ) -> Result<T> {
        // Before any lock is asked for: in the child of a fork it may be held for ever.
        file.check_process()?;
        if file.settings.read_only {
            return Err(connection::opened_read_only());
        }
        let wait = Wait::new(file.settings.patience);
        let _taken = self.turn.take(wait.left())?;
        file.check_identity()?;
        let mut writer = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let connection = writer
            .take()
            .map_or_else(|| file.connect(Role::Writer), Ok)?;
        let done = work(&connection, &wait);
        if connection.is_autocommit() {
            *writer = Some(connection);
        }
        done
    }

    /// Runs a write to a partition.
    pub(super) fn write(
        &self,
        file: &OpenFile,
        partition: Partition,
        first: &[RowKey],
        work: &mut WriteWork<'_>,
    ) -> Result<()> {
        self.with(file, |connection, wait| {
            let mut attempt = || attempt(file, connection, wait, partition, first, work);
            let (mut done, mut only_erases) = attempt();
            let mut attempts = 1;
            // Another process may take the space before this one has it, but not each time.
            while is_full(&done) && only_erases && attempts < ATTEMPTS && file.ballast.free() {
                // Merging the log after the commit would use the space up to make the file longer.
                set_autocheckpoint(connection, 0)?;
                (done, only_erases) = attempt();
                attempts += 1;
            }
            if attempts > 1 {
                file.ballast.take_back();
                // The write has ended: this is none of its errors.
                let _ = set_autocheckpoint(connection, AUTOCHECKPOINT);
            }
            done
        })
    }

    /// Overwrites what is left in the log.
    pub(super) fn purge(&self, file: &OpenFile) -> Result<Purge> {
        self.with(file, |connection, wait| {
            let _next = queue::enter(&file.place, wait);
            clear_log(file, connection)
        })
    }

    /// Writes the file anew without the space of deleted rows. The log of an older state is merged
    /// first, because it may be as long as the file.
    pub(super) fn compact(&self, file: &OpenFile) -> Result<Purge> {
        self.with(file, |connection, wait| {
            let _next = queue::enter(&file.place, wait);
            checkpoint(file, connection)?;
            connection.execute_batch("VACUUM").map_err(failed)?;
            clear_log(file, connection)
        })
    }

    /// Leaves the connection as it is, in the child of a fork: SQLite would act on locks and files
    /// of the parent as it closes it.
    pub(super) fn forget(&mut self) {
        let _ = ManuallyDrop::new(mem::take(&mut self.connection));
    }
}

/// Tries a write once. Also returns true if it puts no value and gives up some.
fn attempt(
    file: &OpenFile,
    connection: &Connection,
    wait: &Wait,
    partition: Partition,
    first: &[RowKey],
    work: &mut WriteWork<'_>,
) -> (Result<()>, bool) {
    let transaction = match begin(file, connection, wait) {
        Ok(transaction) => transaction,
        Err(error) => return (Err(error), false),
    };
    file.ballast.take_once();
    let mut changes = Changes::new(&transaction, partition);
    let done =
        rows::select(&transaction, partition, first).and_then(|rows| work(rows, &mut changes));
    let only_erases = changes.only_erases();
    let done = done.and_then(|()| transaction.commit().map_err(commit_failed));
    (done, only_erases)
}

/// Overwrites what is left in the log, and takes back the space for erasing.
fn clear_log(file: &OpenFile, connection: &Connection) -> Result<Purge> {
    let done = checkpoint(file, connection);
    if matches!(done, Ok(Purge::Done)) {
        file.ballast.take_back();
    }
    done
}

/// Overwrites what is left in the log.
fn checkpoint(file: &OpenFile, connection: &Connection) -> Result<Purge> {
    connection
        .busy_timeout(PURGE_PATIENCE.min(file.settings.patience))
        .map_err(failed)?;
    let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| {
        row.get::<_, bool>(0)
    });
    connection
        .busy_timeout(file.settings.patience)
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
fn begin<'a>(file: &OpenFile, connection: &'a Connection, wait: &Wait) -> Result<Transaction<'a>> {
    let begin =
        || Transaction::new_unchecked(connection, TransactionBehavior::Immediate).map_err(failed);
    // SQLite itself would sleep longer each time, while the lock is free.
    connection.busy_timeout(Duration::ZERO).map_err(failed)?;
    let mut next = None;
    let begun = loop {
        // Now and then without being next: a process that is stopped in the queue stays there.
        next = next.or_else(|| queue::enter(&file.place, wait));
        match begin() {
            Err(error) if error.kind() == ErrorKind::Busy && !wait.is_over() => {
                next.as_ref().map_or_else(queue::pause, Next::pause);
            }
            begun => break begun,
        }
    };
    // A commit with a rollback journal waits for readers.
    connection
        .busy_timeout(file.settings.patience)
        .map_err(failed)?;
    begun
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
