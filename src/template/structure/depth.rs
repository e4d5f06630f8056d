//! The depth to which documents may be nested.

use crate::error::{Error, ErrorKind};

/// The most levels of lists and objects in a document.
pub(in crate::template) const MAX_DEPTH: usize = 128;

/// The error of a document that is nested deeper.
#[cold]
pub(in crate::template) fn too_deep() -> Error {
    Error::new(
        ErrorKind::TooLarge,
        format!("a document may be nested {MAX_DEPTH} levels deep at most"),
    )
}
