//! Text without the characters that a terminal obeys.

use std::fmt::{self, Write as _};

/// Text with its control characters shown as spaces, so that no terminal obeys them.
pub(super) struct Printable<'a>(pub(super) &'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .chars()
            .try_for_each(|c| f.write_char(if is_printable(c) { c } else { ' ' }))
    }
}

/// Returns false for control characters and for those that reorder or hide text (Unicode
/// `Bidi_Control`, zero width, tags).
pub(crate) fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(
            c,
            '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}'
                | '\u{feff}'
                | '\u{e0000}'..='\u{e007f}'
        )
}
