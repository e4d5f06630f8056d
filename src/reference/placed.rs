//! References with the places where a document has them.

use serde::Serialize;

use super::reference::Reference;

/// A reference with the places where a document has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[non_exhaustive]
pub struct PlacedReference {
    /// The reference.
    pub reference: Reference,
    /// The number of its placeholders.
    pub count: u32,
    /// JSON Pointers (RFC 6901 section 3) to the first strings that hold one of them, for a person
    /// who looks for it: not all of them, and none in a text that is no document.
    pub pointers: Vec<String>,
}

impl PlacedReference {
    /// The most pointers that are kept for one reference.
    pub const MAX_POINTERS: usize = 8;

    /// The longest pointer that is kept, in bytes.
    pub const MAX_POINTER: usize = 256;

    /// The most bytes of the pointers of one document.
    pub(crate) const MAX_BYTES: usize = 64 * 1024;

    pub(crate) fn new(reference: Reference) -> Self {
        Self {
            reference,
            count: 0,
            pointers: Vec::new(),
        }
    }

    pub(crate) fn with(self, count: u32, pointers: Vec<String>) -> Self {
        Self {
            count,
            pointers,
            ..self
        }
    }
}
