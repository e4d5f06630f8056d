//! Ways to write a value so that it stays in its place. Each is written in parts, so that its
//! length is known before anything is allocated and no copy is left behind.

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroize;

/// A way to write a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template) enum Encoding {
    /// The value itself.
    Plain,
    /// RFC 4648 section 4, with padding.
    Base64,
    /// RFC 4648 section 5, without padding, as in tokens and URLs.
    Base64Url,
    /// RFC 4648 section 8, in small letters.
    Hex,
    /// RFC 3986 section 2.1: all but the unreserved characters.
    Percent,
    /// `application/x-www-form-urlencoded`, WHATWG URL Standard section 5.2.
    Form,
    /// Inside the quotes of a JSON string, RFC 8259 section 7.
    Json,
    /// One word of a POSIX shell in single quotes, POSIX.1 section 2.2.2.
    Shell,
    /// In single quotes, with `\\` before these and itself, PostgreSQL section 34.1.1.1.
    Libpq,
    /// In double quotes, which are doubled inside.
    AdoNet,
    /// In braces; the closing one is doubled inside.
    Odbc,
}

/// RFC 3986 section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The characters that the form serialiser encodes, besides the space.
const NOT_IN_FORMS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'*')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_');

impl Encoding {
    /// Returns true if a filter has written the value as this encoding of a surface would, so that
    /// it goes in as it is. After any other filter the surface encodes: else what a filter made,
    /// such as `%2F` by `json`, would be read as something else.
    ///
    /// | surface | its encoding | filter that is one for it |
    /// |---|---|---|
    /// | `Url`, `UrlPath`, `UrlQuery` | `Percent` | `url` |
    /// | `Form` | `Form` | `url`: forms are read alike with `%20` and `+` |
    /// | `Json` | `Json` | `json` |
    /// | `Shell` | `Shell` | `shell` |
    /// | `Text`, `Header`, `Env` | `Plain` | none, and none is needed |
    /// | `Libpq`, `AdoNet`, `Odbc` | of the same name | none |
    pub(in crate::template) fn is_done_by(self, filter: Self) -> bool {
        match self {
            Self::Percent | Self::Form => filter == Self::Percent,
            Self::Json | Self::Shell => filter == self,
            Self::Plain
            | Self::Base64
            | Self::Base64Url
            | Self::Hex
            | Self::Libpq
            | Self::AdoNet
            | Self::Odbc => false,
        }
    }

    /// The length of the written value, in bytes.
    pub(in crate::template) fn length(self, value: &str) -> usize {
        if self == Self::Plain {
            return value.len();
        }
        let mut length = 0_usize;
        self.write(value, &mut |part| {
            length = length.saturating_add(part.len());
        });
        length
    }

    /// Appends the written value.
    #[inline]
    pub(in crate::template) fn push(self, value: &str, out: &mut String) {
        if self == Self::Plain {
            return out.push_str(value);
        }
        self.write(value, &mut |part| out.push_str(part));
    }

    fn write(self, value: &str, sink: &mut impl FnMut(&str)) {
        match self {
            Self::Plain => sink(value),
            Self::Base64 => in_blocks(value, sink, |block, buffer| {
                Base64::encode(block, buffer).ok()
            }),
            Self::Base64Url => in_blocks(value, sink, |block, buffer| {
                Base64UrlUnpadded::encode(block, buffer).ok()
            }),
            Self::Hex => in_blocks(value, sink, |block, buffer| {
                base16ct::lower::encode_str(block, buffer).ok()
            }),
            Self::Percent => utf8_percent_encode(value, RESERVED).for_each(sink),
            Self::Form => {
                for (nth, word) in value.split(' ').enumerate() {
                    if nth > 0 {
                        sink("+");
                    }
                    utf8_percent_encode(word, NOT_IN_FORMS).for_each(&mut *sink);
                }
            }
            Self::Json => escaped(value, is_escaped_in_json, json_escape, sink),
            Self::Shell => quoted(value, ("'", "'"), &['\''], r"'\'", sink),
            Self::Libpq => quoted(value, ("'", "'"), &['\'', '\\'], r"\", sink),
            Self::AdoNet => quoted(value, ("\"", "\""), &['"'], "\"", sink),
            Self::Odbc => quoted(value, ("{", "}"), &['}'], "}", sink),
        }
    }
}

/// Encodes 48 bytes at a time, a multiple of three, so that only the last block of base64 is
/// padded.
fn in_blocks(
    value: &str,
    sink: &mut impl FnMut(&str),
    encode: impl for<'b> Fn(&[u8], &'b mut [u8]) -> Option<&'b str>,
) {
    let mut buffer = [0; 96];
    for block in value.as_bytes().chunks(48) {
        // Always `Some`: 48 bytes are 64 characters of base64 and 96 of hex.
        if let Some(part) = encode(block, &mut buffer) {
            sink(part);
        }
    }
    buffer.zeroize();
}

/// Writes a value between quotes, with a mark before each character that they would not hold.
fn quoted(
    value: &str,
    (open, close): (&str, &str),
    marked: &[char],
    mark: &str,
    sink: &mut impl FnMut(&str),
) {
    sink(open);
    escaped(
        value,
        |c| marked.contains(&c),
        |c, sink| {
            sink(mark);
            sink(c.encode_utf8(&mut [0; 4]));
        },
        sink,
    );
    sink(close);
}

/// Writes a value with some of its characters written in another way.
fn escaped<S: FnMut(&str)>(
    value: &str,
    is_escaped: impl Fn(char) -> bool + Copy,
    escape: impl Fn(char, &mut S),
    sink: &mut S,
) {
    for part in value.split_inclusive(is_escaped) {
        let last = part.chars().next_back().filter(|&last| is_escaped(last));
        sink(
            last.and_then(|last| part.strip_suffix(last))
                .unwrap_or(part),
        );
        if let Some(last) = last {
            escape(last, sink);
        }
    }
}

fn is_escaped_in_json(c: char) -> bool {
    matches!(c, '"' | '\\' | '\0'..='\x1f')
}

fn json_escape<S: FnMut(&str)>(c: char, sink: &mut S) {
    match c {
        '"' => sink("\\\""),
        '\\' => sink("\\\\"),
        '\u{8}' => sink("\\b"),
        '\t' => sink("\\t"),
        '\n' => sink("\\n"),
        '\u{c}' => sink("\\f"),
        '\r' => sink("\\r"),
        other => sink(&format!("\\u{:04x}", u32::from(other))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(encoding: Encoding, value: &str) -> String {
        let mut out = String::new();
        encoding.push(value, &mut out);
        assert_eq!(encoding.length(value), out.len(), "{encoding:?}");
        out
    }

    #[test]
    fn base64_has_the_vectors_of_rfc_4648() {
        let vectors = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (value, expected) in vectors {
            assert_eq!(encode(Encoding::Base64, value), expected);
            assert_eq!(
                encode(Encoding::Base64Url, value),
                expected.trim_end_matches('=')
            );
        }
        assert_eq!(encode(Encoding::Base64, "\u{3ff}\u{3ff}?"), "z7/Pvz8=");
        assert_eq!(encode(Encoding::Base64Url, "\u{3ff}\u{3ff}?"), "z7_Pvz8");
    }

    #[test]
    fn blocks_join_without_a_seam() {
        for length in [47, 48, 49, 95, 96, 97, 1000] {
            let value: String = ('a'..='z').cycle().take(length).collect();
            assert_eq!(
                encode(Encoding::Base64, &value),
                Base64::encode_string(value.as_bytes())
            );
            assert_eq!(
                encode(Encoding::Base64Url, &value),
                Base64UrlUnpadded::encode_string(value.as_bytes())
            );
            assert_eq!(
                encode(Encoding::Hex, &value),
                base16ct::lower::encode_string(value.as_bytes())
            );
        }
    }

    #[test]
    fn hex_is_in_small_letters() {
        assert_eq!(encode(Encoding::Hex, "\u{1}Jé"), "014ac3a9");
    }

    #[test]
    fn percent_leaves_only_unreserved_characters() {
        assert_eq!(encode(Encoding::Percent, "AZaz09-._~"), "AZaz09-._~");
        assert_eq!(
            encode(Encoding::Percent, "user:p@ss/w?rd#1 %é"),
            "user%3Ap%40ss%2Fw%3Frd%231%20%25%C3%A9"
        );
    }

    #[test]
    fn forms_write_spaces_as_plus() {
        assert_eq!(
            encode(Encoding::Form, " a b+c&d=e~*-._"),
            "+a+b%2Bc%26d%3De%7E*-._"
        );
    }

    #[test]
    fn json_escapes_what_rfc_8259_requires() {
        assert_eq!(
            encode(Encoding::Json, "a\"b\\c\n\r\t\u{8}\u{c}\0\u{1f}/é\u{7f}"),
            { "a\\\"b\\\\c\\n\\r\\t\\b\\f\\u0000\\u001f/é\u{7f}" }
        );
        assert_eq!(encode(Encoding::Json, "plain"), "plain");
    }

    #[test]
    fn shell_quotes_one_word() {
        assert_eq!(encode(Encoding::Shell, "'; rm -rf /"), r"''\''; rm -rf /'");
        assert_eq!(encode(Encoding::Shell, ""), "''");
        assert_eq!(
            encode(Encoding::Shell, "$(id) `id` \\ \n"),
            "'$(id) `id` \\ \n'"
        );
    }
}
