//! The errors of a log that was tampered with.

use crate::error::{Error, ErrorKind};

/// The error for a log that is not the one that its head accounts for.
pub(super) fn broken() -> Error {
    Error::new(
        ErrorKind::Tampered,
        "an audit log is not the one that its head accounts for: somebody changed, deleted or \
         added entries; verify tells more",
    )
}

/// The error for a log that has not the entries any more that a reader was given.
pub(super) fn cut() -> Error {
    Error::new(
        ErrorKind::Tampered,
        "an audit log is not the one that was read before: it was cut, or an older one was put \
         back; verify tells more",
    )
}
