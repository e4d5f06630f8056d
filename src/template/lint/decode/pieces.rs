//! The pieces of a text, each with its meaning.

use std::ops::Range;

use super::backslash::backslash;
use super::entity::entity;
use super::lookalike::look;
use super::means::Means;
use super::percent::percent;

/// A piece of a text, and what it stands for.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::template::lint) struct Piece {
    /// The place of the piece in the text.
    pub(in crate::template::lint) span: Range<usize>,
    pub(in crate::template::lint) means: Means,
}

/// The pieces of a text in order. Each byte is looked at a fixed number of times.
pub(in crate::template::lint) struct Pieces<'t> {
    text: &'t str,
    at: usize,
    /// True if the last piece was percent-encoded.
    after_percent: bool,
}

/// Returns false for a text that is not written in another way, without a close look.
pub(in crate::template::lint) fn may_be_other(text: &str) -> bool {
    memchr::memchr3(b'%', b'&', b'\\', text.as_bytes()).is_some() || !text.is_ascii()
}

impl<'t> Pieces<'t> {
    pub(in crate::template::lint) fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            after_percent: false,
        }
    }

    /// Reads the piece that begins with a byte that may mean something else.
    fn read(&mut self, rest: &str, first: u8) -> (Means, usize) {
        let after_percent = std::mem::take(&mut self.after_percent);
        match first {
            b'%' => {
                let read = percent(rest.as_bytes());
                self.after_percent = matches!(read.0, Means::Character(_));
                read
            }
            // A form writes a space so.
            b'+' => {
                let is_space = after_percent
                    || rest.get(1..).is_some_and(|rest| {
                        matches!(percent(rest.as_bytes()).0, Means::Character(_))
                    });
                let means = if is_space {
                    Means::Character(' ')
                } else {
                    Means::Itself
                };
                (means, 1)
            }
            b'&' => entity(rest),
            b'\\' => backslash(rest),
            _ => rest
                .chars()
                .next()
                .map_or((Means::Itself, 1), |c| (look(c), c.len_utf8())),
        }
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let rest = self.text.get(self.at..)?;
        let &first = rest.as_bytes().first()?;
        let plain = rest.bytes().position(is_special).unwrap_or(rest.len());
        let (means, length) = if plain > 0 {
            self.after_percent = false;
            (Means::Itself, plain)
        } else {
            self.read(rest, first)
        };
        let span = self.at..self.at + length;
        self.at = span.end;
        Some(Piece { span, means })
    }
}

fn is_special(byte: u8) -> bool {
    matches!(byte, b'%' | b'&' | b'\\' | b'+') || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> String {
        let mut out = String::new();
        let mut at = 0;
        for Piece { span, means } in Pieces::new(text) {
            assert_eq!(span.start, at, "{text}");
            at = span.end;
            match means {
                Means::Itself => out.push_str(text.get(span).unwrap()),
                Means::Character(character) => out.push(character),
                Means::Pair(character) => out.extend([character, character]),
                Means::Nothing => {}
            }
        }
        assert_eq!(at, text.len());
        out
    }

    #[test]
    fn each_way_to_write_a_mark_is_read() {
        for way in [
            "%3C",
            "%3c",
            "%253C",
            "%25253c",
            "&lt;",
            "&LT;",
            "&lt",
            "&#60;",
            "&#060;",
            "&#x3c;",
            "&#X3C;",
            "&amp;lt;",
            "&amp;amp;#60;",
            "\\u003c",
            "\\u003C",
            "\\u{3c}",
            "\\U0000003c",
            "\\x3c",
            "\\\\u003c",
            "\u{ff1c}",
            "\u{fe64}",
            "\\uff1c",
            "<\u{200b}",
            "\u{feff}<",
            "\u{ad}<",
        ] {
            assert_eq!(decoded(way), "<", "{way}");
            assert!(may_be_other(way), "{way}");
        }
        assert_eq!(decoded("«A»\u{a0}"), "<<A>> ");
        assert_eq!(decoded("%3C%3C+A+%3E a+b"), "<< A > a+b");
    }

    #[test]
    fn all_else_is_itself() {
        for text in [
            "",
            "plain",
            "100% of",
            "%",
            "%3",
            "%zz",
            "%25",
            "%00",
            "&",
            "&amp",
            "&nbsp",
            "&ltx;",
            "&#;",
            "&#x;",
            "&#99999999999;",
            "\\",
            "\\\\",
            "\\u00",
            "\\u{3c",
            "\\u{}",
            "\\n",
            "\\u0001",
            "é",
            "a+b",
            "+",
            "&lt",
        ] {
            let same = match text {
                "%25" => "%",
                "&lt" => "<",
                _ => text,
            };
            assert_eq!(decoded(text), same);
        }
        assert!(!may_be_other("<<plain>> + text"));
    }

    #[test]
    fn runs_take_one_look() {
        for run in ["%25", "&amp;", "\\", "%", "&", "+"] {
            let text = run.repeat(1 << 16);
            let pieces = Pieces::new(&text).count();
            assert!(pieces <= text.len());
            let _ = decoded(&text);
        }
    }
}
