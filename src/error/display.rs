//! The text of an error.

use std::fmt;

use super::error::Repr;
use super::position::Position;
use super::printable::Printable;

/// The message, and the words for the holder of the handle.
pub(super) struct Said<'a>(pub(super) &'a Repr);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Printable(&self.0.message).fmt(f)?;
        match &self.0.aside {
            Some(words) => write!(f, "; {}", Printable(words)),
            None => Ok(()),
        }
    }
}

/// Place of the error: JSON Pointer, line and column.
pub(super) struct Location<'a>(pub(super) &'a Repr);

impl fmt::Display for Location<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The pointer of a document that is a string is empty, and of no help.
        let pointer = self
            .0
            .pointer
            .as_deref()
            .filter(|pointer| !pointer.is_empty())
            .map(Printable);
        match (pointer, self.0.position) {
            (None, None) => Ok(()),
            (None, Some(Position { line, column })) => write!(f, " (line {line}, column {column})"),
            (Some(pointer), None) => write!(f, " (at {pointer})"),
            (Some(pointer), Some(Position { line: 1, column })) => {
                write!(f, " (at {pointer}, column {column})")
            }
            (Some(pointer), Some(Position { line, column })) => {
                write!(f, " (at {pointer}, line {line}, column {column})")
            }
        }
    }
}

/// Number of the other failures.
pub(super) struct Others(pub(super) usize);

impl fmt::Display for Others {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 | 1 => Ok(()),
            2 => f.write_str(", and 1 more failure"),
            count => write!(f, ", and {} more failures", count - 1),
        }
    }
}
