//! A variable of a list.

use std::ops::Range;

use keyslot::secrecy::SecretString;

/// A variable, and the place of its value in the text.
pub(super) struct Variable<'t> {
    /// Its name.
    pub(super) name: &'t str,
    /// Its value, decoded.
    pub(super) value: SecretString,
    /// The place of the value with its quotes.
    pub(super) place: Range<usize>,
    /// The line of the name, from 1.
    pub(super) line: usize,
}
