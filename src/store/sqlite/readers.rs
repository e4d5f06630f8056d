//! The connections that read.

use std::mem::{self, ManuallyDrop};
use std::num::NonZeroUsize;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

use super::connection::{self, Role};
use super::open_file::OpenFile;
use super::queue;
use super::read_connection::{Moments, ReadConnection};
use crate::error::{Error, ErrorKind, Result};

/// Fewest and most readers that are kept open while nobody reads.
const FEWEST_IDLE: usize = 4;
const MOST_IDLE: usize = 16;

/// The most memory for pages of the file that all readers which are kept hold together, in KiB.
/// Divided among them, 8 MiB for each of the fewest: a vault of 10,000 secrets fits, and a resolve
/// reads no page of it twice. The most of them get what SQLite gives by default.
const PAGES: usize = 32 << 10;

/// Returns the number of readers that are kept open: as many as this machine can run at once, so
/// that workers on all of them do not open and close connections in turn.
fn kept_idle() -> usize {
    static KEPT: OnceLock<usize> = OnceLock::new();
    *KEPT.get_or_init(|| {
        let at_once = thread::available_parallelism().map_or(FEWEST_IDLE, NonZeroUsize::get);
        at_once.clamp(FEWEST_IDLE, MOST_IDLE)
    })
}

/// Opens a reader.
fn open(file: &OpenFile) -> Result<ReadConnection> {
    let connection = file.connect(Role::Reader)?;
    let pages = i64::try_from(PAGES / kept_idle()).unwrap_or(i64::MAX);
    // Less than zero counts KiB, and not pages.
    connection::apply(&connection, "cache_size", -pages)?;
    Ok(ReadConnection::new(connection))
}

/// The connections that read, as many as read at once.
#[derive(Debug, Default)]
pub(super) struct Readers {
    idle: Mutex<Vec<ReadConnection>>,
    pub(super) moments: Moments,
}

impl Readers {
    /// Reads with a connection that nobody else uses meanwhile. One that failed is closed, whatever
    /// state it is in.
    pub(super) fn read<T>(
        &self,
        file: &OpenFile,
        work: impl FnMut(&mut ReadConnection) -> Result<T>,
    ) -> Result<T> {
        file.check_process()?;
        file.check_identity()?;
        self.read_warm(file, work)
    }

    /// Reads like [`read`](Self::read), from a file that was checked before. Tries again while a
    /// writer has the file for itself.
    pub(super) fn read_warm<T>(
        &self,
        file: &OpenFile,
        mut work: impl FnMut(&mut ReadConnection) -> Result<T>,
    ) -> Result<T> {
        if file.settings.at_rest {
            return read_at_rest(file, work);
        }
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let mut reader = match idle.map_or_else(|| open(file), Ok) {
            Ok(reader) => reader,
            Err(error) if file.settings.read_only && may_be_at_rest(&error) => {
                return read_at_rest(file, work);
            }
            Err(error) => return Err(error),
        };
        let found = queue::while_locked(file.settings.patience, || {
            reader.end()?;
            work(&mut reader)
        })?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < kept_idle() {
            idle.push(reader);
        }
        Ok(found)
    }

    /// Leaves the connections as they are, in the child of a fork: SQLite would act on locks and
    /// files of the parent as it closes them.
    pub(super) fn forget(&mut self) {
        let _ = ManuallyDrop::new(mem::take(&mut self.idle));
    }
}

/// Returns true for the errors of a folder that cannot be written.
fn may_be_at_rest(refusal: &Error) -> bool {
    matches!(refusal.kind(), ErrorKind::Io | ErrorKind::ReadOnly)
}

/// Reads from a folder that cannot be written, where SQLite cannot make the shared memory of a
/// write-ahead log: without one, and proves that nobody wrote meanwhile.
///
/// The file is opened anew each time, because what SQLite keeps of it in memory may be old. A
/// commit since then would be in a log, or in the file if somebody merged the log.
fn read_at_rest<T>(
    file: &OpenFile,
    work: impl FnOnce(&mut ReadConnection) -> Result<T>,
) -> Result<T> {
    let before = file.place.stamp()?;
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
    let found = connection::open_at_rest(&file.place, &file.settings)
        .and_then(|connection| work(&mut ReadConnection::new(connection)));
    if file.place.stamp()? != before {
        return Err(Error::new(
            ErrorKind::Busy,
            "the vault was written to while it was read; try again",
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::store::SqliteStore;

    #[test]
    fn readers_that_are_kept_hold_their_share_of_pages() {
        let share = |connection: &Connection| -> i64 {
            let asked = connection.query_row("PRAGMA cache_size", (), |row| row.get(0));
            asked.unwrap()
        };
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::create(folder.path().join("vault.db")).unwrap();
        let kept = i64::try_from(kept_idle()).unwrap();
        let own = store
            .readers
            .read(&store.file, |reader| Ok(share(&reader.connection)));
        let own = -own.unwrap();
        assert!(own * kept <= 32 << 10 && own * kept > 31 << 10, "{own} KiB");
        // Asked for, and not found by chance.
        let plain = -share(&Connection::open_in_memory().unwrap());
        assert!(plain > 0 && (plain != own || kept == 16), "{plain} KiB");
    }
}
