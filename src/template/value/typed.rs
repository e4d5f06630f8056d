//! Values that go into a document as what they are in JSON, and not as text.

use super::filter::Filter;
use crate::error::{Error, ErrorKind};

/// The last filter of a value that goes in as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template) enum Typed {
    /// A number, and nothing else.
    Number,
    /// Any JSON.
    Json,
}

/// The last filter, if a value goes in as JSON after it.
pub(in crate::template) fn typed(filters: &[Filter]) -> Option<Typed> {
    match filters.last() {
        Some(Filter::Typed(typed)) => Some(*typed),
        _ => None,
    }
}

/// Makes the error of a place where no JSON may go in.
#[cold]
pub(in crate::template) fn no_place() -> Error {
    let message = "number and json_value need a string of a document to themselves: no other text \
                   in it, no key, and no surface but plain text";
    Error::new(ErrorKind::Unencodable, message)
}
