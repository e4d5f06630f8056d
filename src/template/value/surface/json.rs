//! The place in JSON text that a slot stands at (RFC 8259).

use super::skeleton::Skeleton;
use crate::template::cut::Cut;

/// The place of a slot in JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template::value) enum Place {
    /// In a string.
    String,
    /// Outside of every string, where a value could be anything.
    Bare,
    /// In the middle of an escape, which the value would end.
    Escape,
    /// Behind text that is not JSON, such as a comment, so that quotes are not sure to be quotes.
    Lost,
}

/// The place of each slot, in order. A text without quotes that is no object and no list is taken
/// for the inside of a string.
pub(in crate::template::value) fn places(text: &str, cuts: &[Cut]) -> Vec<Place> {
    let Skeleton { text, slots } = Skeleton::new(text, cuts);
    let is_whole =
        text.trim_start().starts_with(['{', '[']) || text.replace("\\\"", "").contains('"');
    let mut reader = Reader {
        is_whole,
        in_string: !is_whole,
        escape: 0,
        is_lost: false,
    };
    let mut places = Vec::with_capacity(slots.len());
    let mut open = slots.iter().peekable();
    for (at, byte) in text.bytes().enumerate() {
        if open.next_if_eq(&&at).is_some() {
            places.push(reader.place());
            reader.escape = 0;
        } else {
            reader.read(byte);
        }
    }
    places
}

impl Place {
    /// Reason why no value at all may stand there.
    pub(in crate::template::value) fn refusal_of_all(self) -> Option<&'static str> {
        match self {
            Self::String => None,
            Self::Bare => Some("may not stand outside of a JSON string: put it in quotes"),
            Self::Escape => {
                Some("may not stand right behind \"\\\", which would take a part of it away")
            }
            Self::Lost => {
                Some("stands behind text that is not JSON, such as a comment: leave that text out")
            }
        }
    }
}

/// The state of the text so far.
struct Reader {
    /// True if it is JSON from its first byte on.
    is_whole: bool,
    in_string: bool,
    /// The number of bytes of an escape that are still to come.
    escape: u8,
    is_lost: bool,
}

impl Reader {
    fn place(&self) -> Place {
        match self {
            _ if self.is_lost => Place::Lost,
            _ if self.escape > 0 => Place::Escape,
            _ if self.in_string => Place::String,
            _ => Place::Bare,
        }
    }

    fn read(&mut self, byte: u8) {
        match (self.in_string, self.escape) {
            (false, _) if byte == b'"' => self.in_string = true,
            // A comment is not JSON, and its quotes begin no string.
            (false, _) => self.is_lost |= matches!(byte, b'/' | b'#' | b'\''),
            (true, 0) => match byte {
                b'"' if self.is_whole => self.in_string = false,
                b'\\' => self.escape = 5,
                // A string has one line.
                _ => self.is_lost |= self.is_whole && byte < b' ',
            },
            (true, 5) => {
                self.escape = if byte == b'u' { 4 } else { 0 };
                self.is_lost |= self.is_whole && !b"\"\\/bfnrtu".contains(&byte);
            }
            (true, left) => {
                self.escape = left - 1;
                self.is_lost |= self.is_whole && !byte.is_ascii_hexdigit();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::plan::{Plan, ReferenceList, References};
    use crate::template::settings::Settings;
    use Place::{Bare, Escape, Lost, String};

    fn places_of(text: &str) -> Vec<Place> {
        places(
            text,
            Plan::of(
                Settings::shared(),
                text,
                &mut References::new(&mut ReferenceList::new()),
            )
            .unwrap()
            .cuts(),
        )
    }

    #[test]
    fn only_strings_take_values() {
        assert_eq!(
            places_of(r#"{"a": "<<A>>", "<<B>>": [1, "x<<C>>\"<<D>>"]}"#),
            [String; 4]
        );
        assert_eq!(
            places_of(r#"{"a": <<A>>, "b": "<<B>>", "c": [<<C>>]}"#),
            [Bare, String, Bare]
        );
        assert_eq!(places_of(r#""<<A>>" <<B>>"#), [String, Bare]);
        assert_eq!(places_of("  [<<A>>]"), [Bare]);
    }

    #[test]
    fn a_text_without_quotes_is_the_inside_of_a_string() {
        assert_eq!(places_of("<<A>>"), [String]);
        assert_eq!(places_of(r#"Bearer <<A>>, say \"<<B>>\""#), [String; 2]);
        assert_eq!(places_of("two\nlines <<A>>"), [String]);
        assert_eq!(places_of(r"C:\<<A>>"), [Escape]);
    }

    #[test]
    fn an_open_escape_takes_no_value() {
        assert_eq!(places_of(r#"{"a": "\<<A>>"}"#), [Escape]);
        assert_eq!(places_of(r#"{"a": "\\<<A>>\\\<<B>>"}"#), [String, Escape]);
        for (text, expected) in [
            (r"\u<<A>>", Escape),
            (r"\u00e<<A>>", Escape),
            (r"\u00e9<<A>>", String),
        ] {
            assert_eq!(places_of(&format!("[\"{text}\"]")), [expected], "{text}");
        }
    }

    #[test]
    fn behind_a_comment_quotes_are_not_sure() {
        for comment in ["// say \"x\n", "/* ' */", "# x\n", "'x'"] {
            assert_eq!(
                places_of(&format!("{{{comment} \"k\": \"<<A>>\"}}")),
                [Lost],
                "{comment}"
            );
        }
        assert_eq!(places_of("{\"a\": \"x\n\", \"k\": \"<<A>>\"}"), [Lost]);
        assert_eq!(places_of(r#"{"a": "\x", "k": "<<A>>"}"#), [Lost]);
        assert_eq!(places_of(r#"{"a": "// # '", "k": "<<A>>"}"#), [String]);
    }
}
