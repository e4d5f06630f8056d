//! Pieces of documents that take the place of others.

use zeroize::Zeroizing;

/// A value that takes the place of a string.
#[allow(missing_debug_implementations)] // nobody else can name it, and it would show the value
pub enum Replacement {
    Text(Zeroizing<String>),
    /// JSON that was checked.
    Json(Zeroizing<String>),
}
