//! The error of a log that was tampered with.

use crate::error::{Error, ErrorKind};

/// The error for a log that is not the one that its head accounts for.
pub(super) fn broken() -> Error {
    Error::new(
        ErrorKind::Tampered,
        "an audit log is not the one that its head accounts for: somebody changed, deleted or \
         added entries; verify tells more",
    )
}
