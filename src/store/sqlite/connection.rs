//! One connection, with everything off that a vault does not need.

use std::path::Path;
use std::time::Duration;

#[cfg(unix)]
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::failure::failed;
use super::identity::Identity;
use super::settings::Settings;
use super::vault_path::{ROLLBACK_JOURNAL, VaultPath, WRITE_AHEAD_LOG, existing};
use super::version::Journal;
use super::{file_system, schema, version};
use crate::error::{Error, ErrorKind, Result};
use crate::store::Row;

/// Purpose of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Reader,
    Writer,
}

/// Access of a connection to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    ReadAndWrite,
    Read,
    /// The path is a URI which says that nobody writes to the file.
    AtRest,
}

/// No row is longer with its key, tag and numbers, so nothing that a damaged file says makes SQLite
/// allocate more for one.
const LONGEST_ROW: i32 = 1 << 22;
const _: () = assert!(Row::MAX_INFO + Row::MAX_BODY + 1024 < LONGEST_ROW as usize);

/// Bytes that a write-ahead log keeps when it begins anew: four times the length at which it is
/// merged, so that it is seldom cut off and made longer again.
const LONGEST_LOG: i64 = 16 << 20;

/// Opens the vault at `place`, which must still be the file that was inspected.
pub(super) fn open_vault(
    place: &VaultPath,
    inspected: Identity,
    settings: &Settings,
    role: Role,
) -> Result<Connection> {
    let version = rusqlite::version_number();
    version::for_new_vault(version)?;
    let access = if settings.read_only {
        Access::Read
    } else {
        Access::ReadAndWrite
    };
    // Whoever uses the connection waits, and not SQLite.
    let connection = open(&place.file, access, Duration::ZERO)?;
    if place.identity()? != inspected {
        return Err(replaced());
    }
    if !settings.read_only && connection.is_readonly("main").map_err(failed)? {
        return Err(Error::new(
            ErrorKind::ReadOnly,
            "the vault's file or folder cannot be written; to read only, open it with read_only",
        ));
    }
    // Until the vault is accepted nothing may be written to it, also not by a checkpoint as the
    // connection closes.
    set(
        &connection,
        DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
        true,
    )?;
    schema::verify(&connection)?;
    let journal = schema::journal(&connection)?;
    version::accept(version, journal)?;
    refuse_cut_off(place)?;
    // Where it is not accepted, the folder was refused before.
    if journal == Journal::Wal
        && settings.network_file_system
        && file_system::is_remote(&place.folder, settings)?
    {
        return Err(file_system::has_no_shared_memory());
    }
    configure(&connection, role)?;
    set(
        &connection,
        DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
        false,
    )?;
    Ok(connection)
}

/// Refuses a file that ends within a page: SQLite reads what is missing as zeros, which can hide
/// rows. The file may be so while a log that is not merged holds the rest.
fn refuse_cut_off(place: &VaultPath) -> Result<()> {
    let file = existing(&place.file)?;
    if file.is_none_or(|file| file.len() % schema::PAGE_SIZE == 0)
        || existing(&place.beside(WRITE_AHEAD_LOG))?.is_some_and(|log| log.len() > 0)
        || existing(&place.beside(ROLLBACK_JOURNAL))?.is_some_and(|journal| journal.len() > 0)
    {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Corrupt,
        "the vault's file is cut off; restore a backup",
    ))
}

/// Opens the vault at `place` to read it, as a file that nobody writes to. The caller proves that
/// nobody did meanwhile: SQLite takes no lock, and looks for no change.
#[cfg(unix)]
pub(super) fn open_at_rest(place: &VaultPath, settings: &Settings) -> Result<Connection> {
    use std::os::unix::ffi::OsStrExt;
    version::for_new_vault(rusqlite::version_number())?;
    // Only a URI can say so. Everything in the path that could mean something in a URI is encoded.
    let path = percent_encode(place.file.as_os_str().as_bytes(), NON_ALPHANUMERIC);
    let uri = format!("file:{path}?immutable=1");
    let connection = open(Path::new(&uri), Access::AtRest, settings.patience)?;
    schema::verify(&connection)?;
    refuse_cut_off(place)?;
    configure(&connection, Role::Reader)?;
    Ok(connection)
}

#[cfg(not(unix))]
pub(super) fn open_at_rest(_: &VaultPath, _: &Settings) -> Result<Connection> {
    Err(Error::new(
        ErrorKind::ReadOnly,
        "the vault's folder cannot be written, which its write-ahead log needs on this system",
    ))
}

/// Refusal of a write to a vault that is only read.
pub(super) fn opened_read_only() -> Error {
    Error::new(
        ErrorKind::ReadOnly,
        "the vault was opened with read_only; to write, open it without that",
    )
}

pub(super) fn replaced() -> Error {
    Error::new(
        ErrorKind::Store,
        "the vault's file was moved or replaced while it was open; open it again",
    )
}

/// Opens a database without looking at what is in it. The path must be absolute: SQLite builds may
/// read `file:…` as a URI even where the flag is not given, and that can mean a database in memory.
pub(super) fn open(path: &Path, access: Access, patience: Duration) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW
        | match access {
            Access::ReadAndWrite => OpenFlags::SQLITE_OPEN_READ_WRITE,
            Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
            Access::AtRest => OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI,
        };
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(patience).map_err(failed)?;
    connection
        .set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST_ROW)
        .map_err(failed)?;
    set(&connection, DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    set(&connection, DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    set(&connection, DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
    // A plan depends on the statement alone. Otherwise SQLite compiles each scan anew for the
    // values that it is given.
    set(&connection, DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // The tables are compared with the expected ones as the vault is opened. These hold for what is
    // added later.
    set(&connection, DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    set(&connection, DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    Ok(connection)
}

fn set(connection: &Connection, option: DbConfig, on: bool) -> Result<()> {
    if connection.set_db_config(option, on).map_err(failed)? == on {
        Ok(())
    } else {
        Err(refused())
    }
}

/// Sets what has to be set on each connection.
pub(super) fn configure(connection: &Connection, role: Role) -> Result<()> {
    let settings = [
        // 3 is EXTRA: a write that was acknowledged survives a loss of power. FULL is not enough
        // with a rollback journal, whose removal is the commit and may be undone.
        ("synchronous", 3),
        // What is deleted is overwritten with zeros.
        ("secure_delete", 1),
        ("cell_size_check", 1),
        // A memory-mapped file turns an error of the disk into a crash.
        ("mmap_size", 0),
        // A log that a long read let grow is made short again.
        ("journal_size_limit", LONGEST_LOG),
        // 2 is MEMORY: sorting leaves nothing on disk.
        ("temp_store", 2),
        ("query_only", i64::from(role == Role::Reader)),
    ];
    settings
        .into_iter()
        .try_for_each(|(name, value)| apply(connection, name, value))
}

/// Sets something and makes sure that it holds: SQLite ignores what it does not know.
pub(super) fn apply(connection: &Connection, name: &str, value: i64) -> Result<()> {
    // Some settings answer with what holds from now on, others have to be asked for it.
    let is = match answer(connection, &format!("PRAGMA {name} = {value}"))? {
        None => answer(connection, &format!("PRAGMA {name}"))?,
        is => is,
    };
    match is {
        Some(is) if is == value => Ok(()),
        // An SQLite built without memory mapping answers nothing.
        None if name == "mmap_size" => Ok(()),
        _ => Err(refused()),
    }
}

/// The number that a statement answers with, if it has an answer.
fn answer(connection: &Connection, pragma: &str) -> Result<Option<i64>> {
    connection
        .query_row(pragma, (), |row| row.get(0))
        .optional()
        .map_err(failed)
}

fn refused() -> Error {
    Error::new(
        ErrorKind::UnsafeSqlite,
        "the linked SQLite lacks a setting that a vault needs; use the feature `bundled`",
    )
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::store::sqlite::create;

    fn settings() -> Settings {
        Settings {
            patience: Duration::from_millis(10),
            ..Settings::default()
        }
    }

    fn vault(path: &Path) -> Result<VaultPath> {
        let place = VaultPath::of(path)?;
        create::create(&place, &settings())?;
        Ok(place)
    }

    #[test]
    fn a_link_that_is_put_in_place_after_the_checks_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let place = vault(&folder.path().join("vault.db")).unwrap();
        let inspected = place.inspect(&settings()).unwrap();
        open_vault(&place, inspected, &settings(), Role::Reader).unwrap();
        let away = folder.path().join("away.db");
        std::fs::rename(&place.file, &away).unwrap();
        std::os::unix::fs::symlink(&away, &place.file).unwrap();
        let error = open_vault(&place, inspected, &settings(), Role::Reader).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnsafeFile, "{error}");
    }

    #[test]
    fn a_file_that_is_put_in_place_after_the_checks_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let place = vault(&folder.path().join("vault.db")).unwrap();
        let inspected = place.inspect(&settings()).unwrap();
        let other = vault(&folder.path().join("other.db")).unwrap();
        std::fs::rename(&other.file, &place.file).unwrap();
        let error = open_vault(&place, inspected, &settings(), Role::Writer).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store, "{error}");
    }

    #[test]
    fn a_reader_cannot_write_and_a_writer_can() {
        let folder = tempfile::tempdir().unwrap();
        let place = vault(&folder.path().join("vault.db")).unwrap();
        let inspected = place.inspect(&settings()).unwrap();
        for (role, writes) in [(Role::Reader, false), (Role::Writer, true)] {
            let connection = open_vault(&place, inspected, &settings(), role).unwrap();
            assert_eq!(connection.execute("DELETE FROM rows", ()).is_ok(), writes);
        }
    }

    #[test]
    fn a_setting_that_does_not_hold_is_noticed() {
        let connection = Connection::open_in_memory().unwrap();
        apply(&connection, "cell_size_check", 1).unwrap();
        for (name, value) in [("cell_size_check", 2), ("no_such_setting", 1)] {
            assert_eq!(
                apply(&connection, name, value).unwrap_err().kind(),
                ErrorKind::UnsafeSqlite
            );
        }
    }
}
