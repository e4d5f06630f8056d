//! Errors: one opaque type for the whole crate, with a kind to match on and, for templates, a place
//! in the text.

mod diagram;
mod display;
mod error;
mod failures;
mod json;
mod kind;
mod position;
mod printable;
mod span;
mod units;

pub use error::{Error, Result};
pub(crate) use failures::Failures;
pub use kind::ErrorKind;
pub use position::Position;
pub(crate) use printable::is_printable;
pub(crate) use units::{Units, chars, utf16};
