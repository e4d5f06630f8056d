//! Lines and columns.

use serde::Serialize;

/// A place in a text: line and column, both counted from 1. Columns count characters, not bytes.
///
/// ```
/// use keyslot::template::Template;
///
/// let text = "é <<$secret.>>";
/// let position = Template::compile(text).unwrap_err().position(text).unwrap();
/// assert_eq!((position.line, position.column), (1, 3));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
}

impl Position {
    /// Returns the position of a byte of `text`; a byte inside a character counts as that
    /// character.
    pub(crate) fn of(text: &str, byte: usize) -> Self {
        let before = text
            .get(..text.floor_char_boundary_at(byte))
            .unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.get(line_start..).unwrap_or("");
        // The byte order mark of a file is none of its characters.
        Self {
            line: 1 + memchr::memchr_iter(b'\n', before.as_bytes()).count(),
            column: 1 + line
                .strip_prefix('\u{feff}')
                .unwrap_or(line)
                .chars()
                .count(),
        }
    }
}

/// `str::floor_char_boundary`, which the minimum Rust does not have yet.
pub(super) trait FloorCharBoundary {
    fn floor_char_boundary_at(&self, byte: usize) -> usize;
}

impl FloorCharBoundary for str {
    fn floor_char_boundary_at(&self, byte: usize) -> usize {
        (0..=byte.min(self.len()))
            .rev()
            .find(|&at| self.is_char_boundary(at))
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, byte: usize) -> (usize, usize) {
        let Position { line, column } = Position::of(text, byte);
        (line, column)
    }

    #[test]
    fn lines_and_columns_are_counted_from_1() {
        assert_eq!(of("", 0), (1, 1));
        assert_eq!(of("abc", 2), (1, 3));
        assert_eq!(of("ab\ncd", 2), (1, 3), "a line feed ends its own line");
        assert_eq!(of("ab\ncd", 3), (2, 1));
        assert_eq!(of("\n\n\n", 3), (4, 1));
    }

    #[test]
    fn columns_are_characters() {
        assert_eq!(of("é🔑x", 6), (1, 3));
        assert_eq!(of("é\n🔑x", 7), (2, 2));
        assert_eq!(of("🔑x", 2), (1, 1), "inside a character");
        assert_eq!(of("a\tb", 2), (1, 3), "a tab is one character");
        assert_eq!(of("ab\r\nc", 4), (2, 1));
    }

    #[test]
    fn is_written_as_an_object() {
        let json = serde_json::to_string(&Position::of("a\nbc", 3)).unwrap();
        assert_eq!(json, r#"{"line":2,"column":2}"#);
    }

    #[test]
    fn outside_of_the_text_is_its_end() {
        assert_eq!(of("ab\nc", 99), (2, 2));
        assert_eq!(of("", usize::MAX), (1, 1));
    }
}
