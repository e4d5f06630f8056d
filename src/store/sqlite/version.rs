//! Vaults that the linked version of SQLite can handle safely.

use crate::error::{Error, ErrorKind, Result};

/// The journal mode of a vault's file. A property of the file: opening never changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Journal {
    /// A write-ahead log: readers and the writer do not wait for each other.
    Wal,
    /// A rollback journal: while a write commits, readers wait.
    Rollback,
}

/// The first SQLite with STRICT tables.
const STRICT_TABLES: i32 = 3_037_000;

/// The first SQLite without the WAL-reset bug, by which two connections that write and checkpoint
/// at the same moment can damage the file (<https://sqlite.org/wal.html>, section "The WAL-reset
/// bug").
const WAL_RESET_FIXED: i32 = 3_051_003;

/// The journal for a new vault.
pub(super) fn for_new_vault(version: i32) -> Result<Journal> {
    if version < STRICT_TABLES {
        return Err(Error::new(
            ErrorKind::UnsafeSqlite,
            "the linked SQLite is older than 3.37; use the feature `bundled`",
        ));
    }
    Ok(if version < WAL_RESET_FIXED {
        Journal::Rollback
    } else {
        Journal::Wal
    })
}

/// Checks that a vault with this journal may be used.
pub(super) fn accept(version: i32, journal: Journal) -> Result<()> {
    match (journal, for_new_vault(version)?) {
        (Journal::Wal, Journal::Rollback) => Err(Error::new(
            ErrorKind::UnsafeSqlite,
            "the linked SQLite is older than 3.51.3 and can damage this vault; use the feature \
             `bundled`",
        )),
        (Journal::Wal, Journal::Wal) | (Journal::Rollback, _) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_vault_has_a_write_ahead_log_only_where_it_is_safe() {
        assert_eq!(
            for_new_vault(3_036_999).unwrap_err().kind(),
            ErrorKind::UnsafeSqlite
        );
        for version in [3_037_000, 3_040_001, 3_051_002] {
            assert_eq!(for_new_vault(version).unwrap(), Journal::Rollback);
        }
        for version in [3_051_003, 3_052_000, 4_000_000] {
            assert_eq!(for_new_vault(version).unwrap(), Journal::Wal);
        }
    }

    #[test]
    fn a_vault_with_a_write_ahead_log_is_refused_where_it_is_not_safe() {
        assert!(accept(3_051_003, Journal::Wal).is_ok());
        assert_eq!(
            accept(3_051_002, Journal::Wal).unwrap_err().kind(),
            ErrorKind::UnsafeSqlite
        );
        assert_eq!(
            accept(3_036_000, Journal::Wal).unwrap_err().kind(),
            ErrorKind::UnsafeSqlite
        );
    }

    #[test]
    fn a_vault_with_a_rollback_journal_is_used_by_every_sqlite_that_reads_it() {
        assert!(accept(3_051_003, Journal::Rollback).is_ok());
        assert!(accept(3_040_001, Journal::Rollback).is_ok());
        assert_eq!(
            accept(3_036_999, Journal::Rollback).unwrap_err().kind(),
            ErrorKind::UnsafeSqlite
        );
    }
}
