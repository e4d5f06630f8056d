//! Errors of SQLite as errors of this crate: their code and nothing else.

use std::fmt;
use std::io;

use rusqlite::ffi;

use crate::error::{Error, ErrorKind};

/// The result code of SQLite without its message, which may hold SQL, a path or a value.
#[derive(Clone, Copy, Debug)]
struct SqliteCode(i32);

impl fmt::Display for SqliteCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SQLite error {}: {}", self.0, ffi::code_to_str(self.0))
    }
}

impl std::error::Error for SqliteCode {}

/// For `map_err`: hands only the code on. (`From` would put a type of `rusqlite` into the public
/// API.)
#[expect(clippy::needless_pass_by_value, reason = "what map_err passes")]
pub(super) fn failed(error: rusqlite::Error) -> Error {
    let code = match error {
        rusqlite::Error::SqliteFailure(error, _) | rusqlite::Error::SqlInputError { error, .. } => {
            error.extended_code
        }
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::Utf8Error(..)
        | rusqlite::Error::InvalidColumnType(..) => return damaged(),
        _ => return Error::new(ErrorKind::Store, "the vault's database could not be used"),
    };
    let (kind, message) = explain(code);
    Error::new(kind, message).with_source(SqliteCode(code))
}

/// An error of a commit, for `map_err`. A failure of the disk leaves open whether the write is
/// there after the next start.
pub(super) fn commit_failed(error: rusqlite::Error) -> Error {
    let failure = failed(error);
    if failure.kind() != ErrorKind::Io {
        return failure;
    }
    Error::new(
        ErrorKind::Unsettled,
        "the disk failed while a write was committed, so it may be stored or not; read the secret \
         to see",
    )
    .with_source(failure)
}

/// Returns true if somebody else had a lock, so that another attempt may succeed soon.
pub(super) fn is_locked(error: &Error) -> bool {
    use std::error::Error as _;
    let code = error.source().and_then(|source| source.downcast_ref());
    code.is_some_and(|SqliteCode(code)| {
        matches!(code & 0xFF, ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED)
    })
}

fn explain(code: i32) -> (ErrorKind, &'static str) {
    match code {
        ffi::SQLITE_READONLY_DBMOVED => {
            return (
                ErrorKind::Store,
                "the vault's file was moved while it was open; open it again",
            );
        }
        ffi::SQLITE_CANTOPEN_SYMLINK => {
            return (
                ErrorKind::UnsafeFile,
                "the vault's file is a symbolic link; give the path it points to",
            );
        }
        // Any error of the device in a read, which may pass.
        ffi::SQLITE_IOERR_CORRUPTFS => {
            return (
                ErrorKind::Io,
                "the disk under the vault could not be read; check it, and try again",
            );
        }
        // The file of the shared memory could not grow.
        ffi::SQLITE_IOERR_SHMSIZE => {
            return (
                ErrorKind::StorageFull,
                "the disk that the vault is on is full",
            );
        }
        ffi::SQLITE_IOERR_NOMEM => {
            return (
                ErrorKind::Store,
                "there is not enough memory for the vault's database",
            );
        }
        _ => {}
    }
    // The lower byte is the primary code.
    match code & 0xFF {
        // The last: a lock could not be had in many attempts.
        ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED | ffi::SQLITE_PROTOCOL => (
            ErrorKind::Busy,
            "the vault is locked by another writer; try again",
        ),
        ffi::SQLITE_READONLY | ffi::SQLITE_PERM => (
            ErrorKind::ReadOnly,
            "the vault's file or folder cannot be written",
        ),
        ffi::SQLITE_FULL => (
            ErrorKind::StorageFull,
            "the disk that the vault is on is full",
        ),
        ffi::SQLITE_NOTADB => (ErrorKind::NotAVault, "the file is not a vault"),
        ffi::SQLITE_IOERR => (
            ErrorKind::Io,
            "the operating system could not read or write the vault's file",
        ),
        ffi::SQLITE_CANTOPEN => (
            ErrorKind::Io,
            "the operating system could not open the vault's file or its log",
        ),
        // A row that is put was measured before.
        ffi::SQLITE_CORRUPT | ffi::SQLITE_FORMAT | ffi::SQLITE_MISMATCH | ffi::SQLITE_TOOBIG => {
            (ErrorKind::Corrupt, DAMAGED)
        }
        ffi::SQLITE_NOMEM => (
            ErrorKind::Store,
            "there is not enough memory for the vault's database",
        ),
        _ => (ErrorKind::Store, "the vault's database could not be used"),
    }
}

const DAMAGED: &str = "the vault's file is damaged; restore a backup";

/// The bytes of the file are not what a store wrote.
pub(super) fn damaged() -> Error {
    Error::new(ErrorKind::Corrupt, DAMAGED)
}

/// An error of the operating system about a file; `std` puts no path into those.
pub(super) fn io_failed(error: io::Error) -> Error {
    let (kind, message) = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => (
            ErrorKind::StorageFull,
            "the disk that the vault is on is full",
        ),
        io::ErrorKind::ReadOnlyFilesystem => {
            (ErrorKind::ReadOnly, "the vault's folder cannot be written")
        }
        _ => (
            ErrorKind::Io,
            "the operating system refused access to the vault's file or folder",
        ),
    };
    Error::new(kind, message).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;

    #[test]
    fn an_error_keeps_the_code_and_drops_the_text() {
        let said = Some("near \"sk_live_canary\": syntax error".to_owned());
        let error = failed(rusqlite::Error::SqliteFailure(
            ffi::Error::new(ffi::SQLITE_BUSY_SNAPSHOT),
            said,
        ));
        assert_eq!(error.kind(), ErrorKind::Busy);
        let source = error.source().unwrap().to_string();
        assert!(source.starts_with("SQLite error 517: "), "{source}");
        assert!(!format!("{error} {error:?} {source}").contains("canary"));
    }

    #[test]
    fn codes_have_kinds_of_their_own() {
        for (code, kind) in [
            (ffi::SQLITE_LOCKED, ErrorKind::Busy),
            (ffi::SQLITE_READONLY_DIRECTORY, ErrorKind::ReadOnly),
            (ffi::SQLITE_READONLY_DBMOVED, ErrorKind::Store),
            (ffi::SQLITE_FULL, ErrorKind::StorageFull),
            (ffi::SQLITE_IOERR_SHMSIZE, ErrorKind::StorageFull),
            (ffi::SQLITE_NOTADB, ErrorKind::NotAVault),
            (ffi::SQLITE_CORRUPT_INDEX, ErrorKind::Corrupt),
            (ffi::SQLITE_IOERR_WRITE, ErrorKind::Io),
            (ffi::SQLITE_IOERR_CORRUPTFS, ErrorKind::Io),
            (ffi::SQLITE_PROTOCOL, ErrorKind::Busy),
            (ffi::SQLITE_CANTOPEN, ErrorKind::Io),
            (ffi::SQLITE_CANTOPEN_SYMLINK, ErrorKind::UnsafeFile),
            (ffi::SQLITE_TOOBIG, ErrorKind::Corrupt),
            (ffi::SQLITE_ERROR, ErrorKind::Store),
        ] {
            assert_eq!(explain(code).0, kind, "code {code}");
        }
    }
}
