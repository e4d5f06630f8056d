//! The refusal of rows.

use crate::error::{Error, ErrorKind};

/// The error for rows that are not those that the view has. Gives no detail of them.
pub(super) fn tampered() -> Error {
    Error::new(
        ErrorKind::Tampered,
        "the stored secrets are not those that the sealed head of their organization accounts for: \
         somebody deleted, added or put back rows; verify tells more",
    )
}

/// The same for damage that was found while rows were compared. Errors of the store stay.
pub(super) fn of_damage(error: Error) -> Error {
    if is_damage(&error) {
        return tampered().with_source(error);
    }
    error
}

/// Returns true for the error of a row that does not open.
pub(super) fn is_damage(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Corrupt | ErrorKind::UnsupportedFormat
    )
}

/// The error of a view that others change faster than it can be read.
pub(super) fn restless() -> Error {
    Error::new(
        ErrorKind::Busy,
        "the organization is written to faster than its rows can be compared; try again",
    )
}
