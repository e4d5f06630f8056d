//! The one table, and the proof that a file has it and nothing else.

use rusqlite::{Connection, Row};

use super::failure::{damaged, failed};
use super::rows;
use super::version::Journal;
use crate::error::{Error, ErrorKind, Result};

/// Says "a keyslot vault" in the header of the file: `ksl1` in ASCII.
const APPLICATION_ID: i32 = i32::from_be_bytes(*b"ksl1");

/// The bytes of a page of the file.
pub(super) const PAGE_SIZE: u64 = 4096;

/// The format of the tables; the format of what is sealed in them is the vault's.
const USER_VERSION: i32 = 1;

/// All that `sqlite_schema` may hold: type, name, and the text exactly as SQLite stores it, in the
/// order of names.
///
/// A rowid table, because rows are long: `WITHOUT ROWID` would drag the sealed bytes through the
/// inner pages. Every index costs a write, and damage to it can hide rows, so there is one for each
/// way that the vault looks for rows of a partition: by key, where those of a scope lie side by
/// side, and in the order of epochs. Other scans sort.
const SCHEMA: [(&str, &str, &str); 3] = [
    (
        "table",
        "rows",
        "CREATE TABLE rows(partition BLOB NOT NULL, kind INTEGER NOT NULL, key BLOB NOT NULL, \
         epoch INTEGER NOT NULL, info BLOB NOT NULL, body BLOB NOT NULL) STRICT",
    ),
    (
        "index",
        "rows_by_epoch",
        "CREATE INDEX rows_by_epoch ON rows(partition, kind, epoch, key)",
    ),
    (
        "index",
        "rows_by_key",
        "CREATE UNIQUE INDEX rows_by_key ON rows(partition, kind, key)",
    ),
];

/// Tables of SQLite's own, which an operator's `ANALYZE` adds: how many rows an index has. They
/// decide how fast rows are found and never which.
const STATISTICS: [(&str, &str); 2] = [
    ("sqlite_stat1", "CREATE TABLE sqlite_stat1(tbl,idx,stat)"),
    (
        "sqlite_stat4",
        "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
    ),
];

/// Makes an empty vault of an empty database.
pub(super) fn create(connection: &Connection, journal: Journal) -> Result<()> {
    let tables = SCHEMA.map(|(_, _, sql)| sql).join(";");
    connection
        .execute_batch(&format!(
            "PRAGMA page_size = 4096; PRAGMA encoding = 'UTF-8'; PRAGMA auto_vacuum = NONE;
             BEGIN IMMEDIATE;
             PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {USER_VERSION};
             {tables};
             COMMIT"
        ))
        .map_err(failed)?;
    if journal == Journal::Wal {
        let mode: String = connection
            .query_row("PRAGMA journal_mode = WAL", (), |row| row.get(0))
            .map_err(failed)?;
        if mode != "wal" {
            return Err(Error::new(
                ErrorKind::Io,
                "the vault's folder does not support a write-ahead log; use a local disk",
            ));
        }
    }
    Ok(())
}

/// Proves that the database is a vault that this version made. One transaction, because each of the
/// questions would lock the file on its own.
pub(super) fn verify(connection: &Connection) -> Result<()> {
    rows::of_one_moment(connection, || verify_now(connection))
}

fn verify_now(connection: &Connection) -> Result<()> {
    if number(connection, "PRAGMA application_id")? != APPLICATION_ID {
        return Err(Error::new(
            ErrorKind::NotAVault,
            "the file is a database, but not a vault",
        ));
    }
    let version = number(connection, "PRAGMA user_version")?;
    if version > USER_VERSION {
        return Err(Error::new(
            ErrorKind::UnsupportedFormat,
            "the vault was written by a newer version; update keyslot",
        ));
    }
    let pages = number(connection, "PRAGMA page_size")?;
    let vacuum = number(connection, "PRAGMA auto_vacuum")?;
    let encoding: String = connection
        .query_row("PRAGMA encoding", (), |row| row.get(0))
        .map_err(failed)?;
    if version != USER_VERSION
        || pages != 4096
        || vacuum != 0
        || encoding != "UTF-8"
        || !has_schema(connection)?
    {
        return Err(Error::new(
            ErrorKind::Corrupt,
            "the vault's tables were changed by another program; restore a backup",
        ));
    }
    Ok(())
}

/// Returns the journal of the database.
pub(super) fn journal(connection: &Connection) -> Result<Journal> {
    let mode: String = connection
        .query_row("PRAGMA journal_mode", (), |row| row.get(0))
        .map_err(failed)?;
    match mode.as_str() {
        "wal" => Ok(Journal::Wal),
        "delete" => Ok(Journal::Rollback),
        _ => Err(damaged()),
    }
}

fn number(connection: &Connection, pragma: &str) -> Result<i32> {
    connection
        .query_row(pragma, (), |row| row.get(0))
        .map_err(failed)
}

fn has_schema(connection: &Connection) -> Result<bool> {
    let mut statement = connection
        .prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name")
        .map_err(failed)?;
    let mut found = statement.query(()).map_err(failed)?;
    for (kind, name, sql) in SCHEMA {
        let Some(row) = found.next().map_err(failed)? else {
            return Ok(false);
        };
        if !is_item(row, [kind, name, "rows", sql])? {
            return Ok(false);
        }
    }
    // Their names come after those of the vault's own, and none comes twice.
    while let Some(row) = found.next().map_err(failed)? {
        let mut known = false;
        for (name, sql) in STATISTICS {
            known |= is_item(row, ["table", name, name, sql])?;
        }
        if !known {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_item(row: &Row<'_>, expected: [&str; 4]) -> Result<bool> {
    for (at, expected) in expected.into_iter().enumerate() {
        // A column that is no text at all is a changed one too.
        if row.get_ref(at).map_err(failed)?.as_str().ok() != Some(expected) {
            return Ok(false);
        }
    }
    Ok(true)
}
