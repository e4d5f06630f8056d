//! Journals of other databases beside a vault.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, ffi};

use super::failure::io_failed;
use super::vault_path::{ROLLBACK_JOURNAL, SHARED_MEMORY, VaultPath, WRITE_AHEAD_LOG, existing};
use crate::error::{Error, ErrorKind, Result};

/// Refuses a vault that has another database's rollback journal beside it: SQLite would take it for
/// the vault's own and write its pages over the vault's. A vault with a write-ahead log never has
/// one; where the vault's own journal is a rollback journal, nothing tells the two apart.
pub(super) fn refuse(place: &VaultPath) -> Result<()> {
    if existing(&place.beside(ROLLBACK_JOURNAL))?.is_none_or(|journal| journal.len() == 0)
        || !must_roll_back(place)
    {
        return Ok(());
    }
    let in_use = existing(&place.beside(SHARED_MEMORY))?.is_some()
        || existing(&place.beside(WRITE_AHEAD_LOG))?.is_some();
    // The one place that opens the file beside SQLite. Nobody is writing, or the journal would be a
    // live one; and who has a vault with a write-ahead log open in this process keeps its shared
    // memory there, so then it is not done.
    if in_use || has_write_ahead_log(&place.file)? {
        return Err(Error::new(
            ErrorKind::UnsafeFile,
            "a rollback journal of another database lies beside the vault; move it away",
        ));
    }
    Ok(())
}

/// Returns true if SQLite would write the pages of the journal into the database. A connection that
/// may not write reports that instead.
fn must_roll_back(place: &VaultPath) -> bool {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let probed = Connection::open_with_flags(&place.file, flags)
        .and_then(|connection| connection.query_row("PRAGMA schema_version", (), |_| Ok(())));
    let code = probed
        .err()
        .and_then(|error| error.sqlite_error().map(|error| error.extended_code));
    code == Some(ffi::SQLITE_READONLY_ROLLBACK)
}

/// Reads it in the header of the file (<https://sqlite.org/fileformat2.html>, section 1.3.3).
fn has_write_ahead_log(path: &Path) -> Result<bool> {
    let mut header = [0; 20];
    File::open(path)
        .and_then(|mut file| file.read_exact(&mut header))
        .map_err(io_failed)?;
    Ok(header.ends_with(&[2, 2]))
}
