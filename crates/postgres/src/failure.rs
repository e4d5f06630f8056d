//! Failures of a connection, and the errors that they become.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use keyslot::{Error, ErrorKind};
use tokio_postgres::error::{DbError, Severity};

/// Failure of a flight.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// The connection is gone, or the server did not answer in time.
    Lost,
    /// The server refused a statement. The text names the grant that the statement needs.
    Refused(SqlState, &'static str),
    /// The answer is not one to the question.
    Broken,
    /// An error that was made already: of a connection that could not be made, or of the caller.
    Made(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Made(error)
    }
}

/// Code of an error of the server, which is all that is kept of it: the rest of its message may
/// hold names, values and parts of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SqlState([u8; 5]);

impl SqlState {
    /// The code that a server sent; zeros for text of another shape.
    pub(crate) fn of(error: &DbError) -> Self {
        let code = error.code().code().as_bytes();
        let is_code = |code: &[u8; 5]| {
            code.iter()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        };
        Self(code.try_into().ok().filter(is_code).unwrap_or([b'0'; 5]))
    }

    /// Returns the code, e.g. `42501`.
    ///
    /// ```no_run
    /// use std::error::Error as _;
    /// use keyslot_postgres::{PostgresConfig, PostgresStore, SqlState};
    ///
    /// let config = PostgresConfig::new("postgres://app:wrong@127.0.0.1/app")?;
    /// let error = PostgresStore::open(&config).unwrap_err();
    /// let state = error.source().and_then(|source| source.downcast_ref::<SqlState>());
    /// assert_eq!(state.map(SqlState::code), Some("28P01"));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    fn is_one_of(self, codes: &[&str]) -> bool {
        codes.contains(&self.code())
    }

    /// Two writers met: run again.
    pub(crate) fn is_conflict(self) -> bool {
        self.is_one_of(&["40001", "40P01"])
    }

    /// A statement that was prepared does not fit its tables any more, or is unknown to a server
    /// behind a pooler.
    pub(crate) fn is_stale_statement(self) -> bool {
        self.is_one_of(&["0A000", "26000", "42P05"])
    }

    /// The table or its schema is not there.
    pub(crate) fn is_no_table(self) -> bool {
        self.is_one_of(&["42P01", "3F000"])
    }

    /// Somebody else made the same table at the same moment.
    pub(crate) fn is_made_by_another(self) -> bool {
        self.is_one_of(&["23505", "42P07", "42P06", "42710", "40001", "XX000"])
    }

    /// The server ended the connection, or does not know how a commit ended.
    fn is_end(self) -> bool {
        let code = self.code();
        code.starts_with("08")
            || self.is_one_of(&["57P01", "57P02", "57P03", "57P05", "25P03", "40003"])
    }
}

impl fmt::Display for SqlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SQLSTATE {}", self.code())
    }
}

impl StdError for SqlState {}

impl Failure {
    /// The failure of a statement on an open connection.
    pub(crate) fn of(error: &tokio_postgres::Error, grant: &'static str) -> Self {
        if let Some(error) = error.as_db_error() {
            let state = SqlState::of(error);
            let is_fatal = match error.parsed_severity() {
                Some(severity) => matches!(severity, Severity::Fatal | Severity::Panic),
                None => matches!(error.severity(), "FATAL" | "PANIC"),
            };
            return if is_fatal || state.is_end() {
                Self::Lost
            } else {
                Self::Refused(state, grant)
            };
        }
        let is_io = error
            .source()
            .and_then(|source| source.downcast_ref::<io::Error>())
            .is_some_and(|error| error.kind() != io::ErrorKind::InvalidData);
        if error.is_closed() || is_io {
            Self::Lost
        } else {
            Self::Broken
        }
    }

    /// Returns true if nothing reached the server, or nothing came back.
    pub(crate) fn is_lost(&self) -> bool {
        match self {
            Self::Lost => true,
            Self::Made(error) => error.kind() == ErrorKind::Unavailable,
            Self::Refused(..) | Self::Broken => false,
        }
    }

    /// The error for the caller.
    pub(crate) fn into_error(self) -> Error {
        match self {
            Self::Lost => unavailable(),
            Self::Refused(state, grant) => refused(state, grant),
            Self::Broken => corrupt(),
            Self::Made(error) => error,
        }
    }
}

pub(crate) fn unavailable() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "the connection to PostgreSQL was lost and nothing was written; try again",
    )
}

pub(crate) fn unsettled() -> Error {
    Error::new(
        ErrorKind::Unsettled,
        "the connection to PostgreSQL was lost during a commit, and how it ended cannot be told: \
         others wrote since, or the server does not come back; read what is stored before you \
         write again",
    )
}

pub(crate) fn in_part() -> Error {
    Error::new(
        ErrorKind::Unsettled,
        "PostgreSQL committed less than it was told to write; remove triggers and rules from the \
         tables of keyslot, and verify the vault",
    )
}

pub(crate) fn corrupt() -> Error {
    Error::new(
        ErrorKind::Corrupt,
        "PostgreSQL gave rows of another shape than keyslot wrote",
    )
}

pub(crate) fn busy() -> Error {
    Error::new(
        ErrorKind::Busy,
        "other writers hold the rows of this tenant; try again",
    )
}

/// The error for what the server refused.
fn refused(state: SqlState, grant: &'static str) -> Error {
    let code = state.code();
    let error = match code {
        "40001" | "40P01" | "55P03" => busy(),
        "53300" => Error::new(
            ErrorKind::Busy,
            "PostgreSQL has no free connection; raise max_connections or make the pools smaller",
        ),
        "57014" => Error::new(
            ErrorKind::Busy,
            "PostgreSQL cancelled a statement, by hand or by statement_timeout; try again",
        ),
        "25006" => Error::new(
            ErrorKind::ReadOnly,
            "this PostgreSQL server can be read but not written, as a standby is",
        ),
        "53100" => Error::new(ErrorKind::StorageFull, "the disk of PostgreSQL is full"),
        "42501" => Error::new(
            ErrorKind::StoreDenied,
            format!("the role of this connection lacks a grant: {grant}, and USAGE on the schema"),
        ),
        _ if state.is_no_table() => Error::new(
            ErrorKind::VaultNotFound,
            "the tables of keyslot are not in this schema; PostgresStore::create makes them",
        ),
        // A column that lacks, of another type, or one that a view does not let through.
        "42703" | "42883" | "42804" | "42P10" | "55000" | "42809" | "22P03" | "42846" => corrupt(),
        _ if code.starts_with("53") => Error::new(
            ErrorKind::Unavailable,
            "PostgreSQL is out of memory or of another resource; try again",
        ),
        _ => Error::new(
            ErrorKind::Store,
            "PostgreSQL refused a statement of the store",
        ),
    };
    error.with_source(state)
}
