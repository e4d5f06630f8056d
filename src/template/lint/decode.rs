//! Text that is written in another way: percent-encoded, escaped for HTML or in a string, in
//! full-width characters, or with invisible ones.

use std::ops::Range;

/// A piece of a text, and what it stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// The place of the piece in the text.
    pub(super) span: Range<usize>,
    pub(super) means: Means,
}

/// The meaning of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Means {
    Itself,
    Character(char),
    /// This character twice, of one that looks so.
    Pair(char),
    /// An invisible character.
    Nothing,
}

/// The pieces of a text in order. Each byte is looked at a fixed number of times.
pub(super) struct Pieces<'t> {
    text: &'t str,
    at: usize,
    /// True if the last piece was percent-encoded.
    after_percent: bool,
}

/// Returns false for a text that is not written in another way, without a close look.
pub(super) fn may_be_other(text: &str) -> bool {
    memchr::memchr3(b'%', b'&', b'\\', text.as_bytes()).is_some() || !text.is_ascii()
}

impl<'t> Pieces<'t> {
    pub(super) fn new(text: &'t str) -> Self {
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

/// Reads `%3C`, also encoded again, as in `%253C`.
fn percent(rest: &[u8]) -> (Means, usize) {
    let mut at = 1;
    while rest.get(at..at + 2) == Some(b"25") {
        at += 2;
    }
    let code = rest.get(at..at + 2).and_then(|digits| number(digits, 16));
    match code.and_then(printable) {
        Some(character) => (Means::Character(character), at + 2),
        None if at > 1 => (Means::Character('%'), at),
        None => (Means::Itself, 1),
    }
}

/// Reads `&lt;`, `&#60;` and `&#x3c;`, also escaped again, as in `&amp;lt;`.
fn entity(rest: &str) -> (Means, usize) {
    let mut at = 1;
    while rest.get(at..).is_some_and(|rest| rest.starts_with("amp;")) {
        at += 4;
    }
    let name = rest.as_bytes().get(at..).unwrap_or_default();
    let name = name.get(..LONGEST).unwrap_or(name);
    let length = name
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'#')
        .unwrap_or(name.len());
    let (name, behind) = name.split_at_checked(length).unwrap_or_default();
    let is_closed = behind.first() == Some(&b';');
    let character = match name {
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16).and_then(printable),
        [b'#', digits @ ..] => number(digits, 10).and_then(printable),
        _ => ENTITIES
            .iter()
            .find(|(known, _)| known.as_bytes() == name)
            .map(|(_, character)| *character)
            // Only the old names may be without an end.
            .filter(|_| is_closed || length == 2),
    };
    match character {
        Some(character) => (
            Means::Character(character),
            at + length + usize::from(is_closed),
        ),
        None if at > 1 => (Means::Character('&'), at),
        None => (Means::Itself, 1),
    }
}

/// The longest entity that is read, in bytes.
const LONGEST: usize = 12;

/// The names in HTML of the characters that marks and placeholders are made of.
const ENTITIES: [(&str, char); 29] = [
    ("lt", '<'),
    ("LT", '<'),
    ("gt", '>'),
    ("GT", '>'),
    ("lcub", '{'),
    ("lbrace", '{'),
    ("rcub", '}'),
    ("rbrace", '}'),
    ("dollar", '$'),
    ("percnt", '%'),
    ("lsqb", '['),
    ("lbrack", '['),
    ("rsqb", ']'),
    ("rbrack", ']'),
    ("lpar", '('),
    ("rpar", ')'),
    ("num", '#'),
    ("commat", '@'),
    ("colon", ':'),
    ("period", '.'),
    ("lowbar", '_'),
    ("sol", '/'),
    ("excl", '!'),
    ("vert", '|'),
    ("verbar", '|'),
    ("ast", '*'),
    ("hyphen", '-'),
    ("nbsp", ' '),
    ("Tab", '\t'),
];

/// Reads `\u003c`, `\u{3c}`, `\U0000003c` and `\x3c`, also behind more backslashes than one.
fn backslash(rest: &str) -> (Means, usize) {
    let run = rest.len() - rest.trim_start_matches('\\').len();
    let behind = rest.as_bytes().get(run..).unwrap_or_default();
    let (digits, begins, ends) = match behind {
        [b'u', b'{', digits @ ..] => {
            let length = digits
                .iter()
                .take(9)
                .position(|byte| *byte == b'}')
                .unwrap_or_default();
            (digits.get(..length), 2, 1)
        }
        [b'u', digits @ ..] => (digits.get(..4), 1, 0),
        [b'U', digits @ ..] => (digits.get(..8), 1, 0),
        [b'x', digits @ ..] => (digits.get(..2), 1, 0),
        _ => (None, 0, 0),
    };
    let read = digits.and_then(|digits| {
        let code = number(digits, 16)?;
        let means = match printable(code) {
            Some(character) => Means::Character(character),
            None => look(char::from_u32(code)?),
        };
        Some((means, run + begins + digits.len() + ends))
    });
    read.filter(|(means, _)| *means != Means::Itself)
        .unwrap_or((Means::Itself, run))
}

/// Returns the meaning of a character that is not ASCII.
fn look(character: char) -> Means {
    match character {
        '\u{ff01}'..='\u{ff5e}' => u32::from(character)
            .checked_sub(0xfee0)
            .and_then(char::from_u32)
            .map_or(Means::Itself, Means::Character),
        '\u{fe64}' | '\u{2039}' | '\u{3008}' | '\u{27e8}' => Means::Character('<'),
        '\u{fe65}' | '\u{203a}' | '\u{3009}' | '\u{27e9}' => Means::Character('>'),
        '\u{fe5b}' => Means::Character('{'),
        '\u{fe5c}' => Means::Character('}'),
        '\u{fe69}' => Means::Character('$'),
        '\u{ab}' | '\u{226a}' | '\u{300a}' | '\u{27ea}' => Means::Pair('<'),
        '\u{bb}' | '\u{226b}' | '\u{300b}' | '\u{27eb}' => Means::Pair('>'),
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
            Means::Character(' ')
        }
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' => Means::Nothing,
        _ => Means::Itself,
    }
}

/// Reads digits of a base, no more than a code point has and some zeros.
fn number(digits: &[u8], base: u32) -> Option<u32> {
    let digit = |code: u32, byte: &u8| {
        let digit = char::from(*byte).to_digit(base)?;
        code.checked_mul(base)?.checked_add(digit)
    };
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0, digit)
}

/// Returns a character of ASCII that a placeholder may hold.
fn printable(code: u32) -> Option<char> {
    char::from_u32(code).filter(|c| matches!(c, ' '..='~' | '\t'))
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
