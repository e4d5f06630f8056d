//! Spans in the units of other languages.

use std::ops::Range;

use super::position::FloorCharBoundary as _;

/// A span in the units of other languages, counted while the text is at hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Units {
    pub(crate) chars: Range<usize>,
    pub(crate) utf16: Range<usize>,
}

impl Units {
    /// Counts a span of bytes of a text.
    pub(crate) fn of(text: &str, bytes: &Range<usize>) -> Self {
        Self {
            chars: chars(text, bytes),
            utf16: utf16(text, bytes),
        }
    }
}

/// Converts a span of bytes into one of characters. Panics for no text.
pub(crate) fn chars(text: &str, bytes: &Range<usize>) -> Range<usize> {
    count(text, bytes, |part| part.chars().count())
}

/// Converts a span of bytes into one of UTF-16 code units. Panics for no text.
pub(crate) fn utf16(text: &str, bytes: &Range<usize>) -> Range<usize> {
    // Only characters of four bytes take two units.
    count(text, bytes, |part| {
        let wide = part.bytes().filter(|&byte| byte >= 0xf0).count();
        part.chars().count() + wide
    })
}

fn count(text: &str, bytes: &Range<usize>, units: fn(&str) -> usize) -> Range<usize> {
    let start = text.floor_char_boundary_at(bytes.start);
    let end = text.floor_char_boundary_at(bytes.end).max(start);
    let sum = |part: Option<&str>| units(part.unwrap_or_default());
    let before = sum(text.get(..start));
    before..before + sum(text.get(start..end))
}
