//! Values that stand where placeholders should.

use std::fmt;

use serde::Serialize;

use crate::reference::Reference;

/// A string of a document that is a value, or has one in it: see
/// [`Redactor::find`](crate::Redactor::find).
///
/// No field holds a value that was looked for. `replacement` has the rest of the string, which may
/// be anything.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Literal {
    /// The JSON Pointer (RFC 6901) of the string; for a key that of its entry. Empty for a text
    /// that is the whole document. A key that has a value in it is masked here.
    pub pointer: String,
    /// True for a key of an object.
    pub is_key: bool,
    /// True if the string is nothing but one value, or one writing of it.
    pub is_whole: bool,
    /// The secrets in it, each once.
    pub references: Vec<Reference>,
    /// The string with placeholders in the place of values, as the redactor masks them.
    pub replacement: String,
}

/// Leaves the rest of the string out.
impl fmt::Debug for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            pointer,
            is_key,
            is_whole,
            references,
            replacement: _,
        } = self;
        f.debug_struct("Literal")
            .field("pointer", pointer)
            .field("is_key", is_key)
            .field("is_whole", is_whole)
            .field("references", references)
            .finish_non_exhaustive()
    }
}
