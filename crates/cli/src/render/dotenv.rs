//! Lists of environment variables, as shells and most programs read them.

use std::fmt;
use std::ops::Range;

use zeroize::Zeroizing;

use crate::failure::{Failure, Result};

/// A list `NAME=VALUE`, in which the places of the values are known.
pub(crate) struct Dotenv<'t> {
    text: &'t str,
    entries: Vec<Entry<'t>>,
}

/// A variable of a list.
struct Entry<'t> {
    name: &'t str,
    value: String,
    /// Place of the value with its quotes.
    place: Range<usize>,
}

impl<'t> Dotenv<'t> {
    /// Reads a list. A value stands in single quotes, in double quotes with `\` before what is
    /// meant as it is, or without quotes up to ` #` or the end of the line.
    ///
    /// # Errors
    ///
    /// A line that is no variable, a quote without an end, or a name that comes twice.
    pub(crate) fn read(text: &'t str) -> Result<Self> {
        let mut entries: Vec<Entry<'t>> = Vec::new();
        let mut at = usize::from(text.starts_with('\u{feff}')) * '\u{feff}'.len_utf8();
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let line = rest.split_inclusive('\n').next().unwrap_or_default();
            let words = line.trim_start();
            if words.trim_end().is_empty() || words.starts_with('#') {
                at += line.len();
                continue;
            }
            let line_at = at;
            let refuse = |why: &str| refuse(text, line_at, why);
            let begin = at + (line.len() - words.len());
            let export = words.strip_prefix("export ").map_or(0, |_| "export ".len());
            let Some(sign) = words.find('=') else {
                return Err(refuse("a line has no \"=\""));
            };
            let name = words.get(export..sign).unwrap_or_default().trim();
            if !is_name(name) {
                return Err(refuse(
                    "the name of a variable has letters, digits and \"_\"",
                ));
            }
            if entries.iter().any(|entry| entry.name == name) {
                return Err(refuse("a variable is set for the second time"));
            }
            let behind = text.get(begin + sign + 1..).unwrap_or_default();
            let blank = behind.len() - behind.trim_start_matches([' ', '\t']).len();
            let start = begin + sign + 1 + blank;
            let value = behind.get(blank..).unwrap_or_default();
            let (value, len) = value_of(value).ok_or_else(|| refuse("a quote has no end"))?;
            let place = start..start + len;
            at = place.end;
            let rest = text.get(at..).unwrap_or_default();
            let rest = rest.split_inclusive('\n').next().unwrap_or_default();
            let after = rest.trim();
            if !after.is_empty() && !after.starts_with('#') {
                return Err(refuse("text stands behind a quoted value"));
            }
            at += rest.len();
            entries.push(Entry { name, value, place });
        }
        Ok(Self { text, entries })
    }

    /// Returns the names and values, in order.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'t str, &str)> {
        self.entries
            .iter()
            .map(|entry| (entry.name, entry.value.as_str()))
    }

    /// Writes the list with other values. A value that stays keeps its bytes.
    pub(crate) fn with<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> Zeroizing<Vec<u8>> {
        let written = |value: Option<&str>| value.map_or(0, |value| 2 + 2 * value.len());
        let longer = self.entries.iter().map(|entry| written(value(entry.name)));
        // Allocated once: a buffer that grows leaves copies of values.
        let mut out = Zeroizing::new(Vec::with_capacity(self.text.len() + longer.sum::<usize>()));
        let mut done = 0;
        let copy = |out: &mut Zeroizing<Vec<u8>>, range| {
            out.extend_from_slice(
                self.text
                    .get::<Range<usize>>(range)
                    .unwrap_or_default()
                    .as_bytes(),
            );
        };
        for entry in &self.entries {
            if let Some(value) = value(entry.name).filter(|value| *value != entry.value) {
                copy(&mut out, done..entry.place.start);
                quote(value, &mut out);
                done = entry.place.end;
            }
        }
        copy(&mut out, done..self.text.len());
        out
    }
}

/// Shows the names only.
impl fmt::Debug for Dotenv<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.entries.iter().map(|entry| entry.name))
            .finish()
    }
}

/// Writes a value so that shells and most programs read it as it is.
fn quote(value: &str, out: &mut Vec<u8>) {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+,".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        out.extend_from_slice(value.as_bytes());
    } else if value.contains('\'') {
        out.push(b'"');
        for byte in value.bytes() {
            if matches!(byte, b'\\' | b'"' | b'$' | b'`') {
                out.push(b'\\');
            }
            out.push(byte);
        }
        out.push(b'"');
    } else {
        out.push(b'\'');
        out.extend_from_slice(value.as_bytes());
        out.push(b'\'');
    }
}

/// Reads the value at the start of a text, and its length with quotes.
fn value_of(text: &str) -> Option<(String, usize)> {
    if let Some(inner) = text.strip_prefix('\'') {
        let end = inner.find('\'')?;
        return Some((inner.get(..end)?.to_owned(), end + 2));
    }
    if let Some(inner) = text.strip_prefix('"') {
        let mut value = String::new();
        let mut chars = inner.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => return Some((value, at + 2)),
                '\\' => match chars.next()?.1 {
                    'n' => value.push('\n'),
                    'r' => value.push('\r'),
                    't' => value.push('\t'),
                    c @ ('\\' | '"' | '$' | '`') => value.push(c),
                    '\n' => {}
                    other => value.extend(['\\', other]),
                },
                c => value.push(c),
            }
        }
        return None;
    }
    let line = text.lines().next().unwrap_or_default();
    let end = line.match_indices('#').find_map(|(at, _)| {
        let before = line.get(..at)?;
        (before.is_empty() || before.ends_with([' ', '\t'])).then_some(at)
    });
    let value = line.get(..end.unwrap_or(line.len()))?.trim_end();
    Some((value.to_owned(), value.len()))
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn refuse(text: &str, at: usize, why: &str) -> Failure {
    let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
    Failure::usage(format!("not a list of variables: {why} (line {line})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    const LIST: &str = "\u{feff}# list\nexport A=1 # one\nB='two words' \n\n\
                        C=\"say \\\"hi\\\" \\$5\"\nD=\nE=a#b\n\
                        KEY=\"line one\nline two\"\nF = spaced";

    fn entries(text: &str) -> Vec<(String, String)> {
        let list = Dotenv::read(text).unwrap();
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        list.entries().map(owned).collect()
    }

    #[test]
    fn lists_are_read() {
        let expected = [
            ("A", "1"),
            ("B", "two words"),
            ("C", "say \"hi\" $5"),
            ("D", ""),
            ("E", "a#b"),
            ("KEY", "line one\nline two"),
            ("F", "spaced"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(entries(LIST), expected);
    }

    #[test]
    fn what_is_no_list_is_refused_with_its_line() {
        for (text, why) in [
            ("A=1\nrubbish", "a line has no \"=\" (line 2)"),
            ("A=1\n\n1B=2", "(line 3)"),
            ("A=1\nA=2", "second time (line 2)"),
            ("A='x", "a quote has no end (line 1)"),
            ("A=\"x\\\"", "a quote has no end (line 1)"),
            ("A='x'y", "behind a quoted value (line 1)"),
        ] {
            let shown = Dotenv::read(text).unwrap_err().to_string();
            assert!(shown.ends_with(why), "{text:?}: {shown}");
            assert!(!shown.contains("rubbish"));
        }
    }

    #[test]
    fn other_bytes_stay_and_values_read_back() {
        let list = Dotenv::read(LIST).unwrap();
        let same = list.with(|_| None);
        assert_eq!(std::str::from_utf8(&same).unwrap(), LIST);
        for value in [
            "plain",
            "",
            "a b",
            "it's",
            "\"",
            "$HOME `id` \\",
            "'\"$x\\n`",
            "#",
            " edge ",
            "line\nline 'two'",
            "a=b",
            "é🔑",
            "\\n",
        ] {
            let out = list.with(|name| (name == "B").then_some(value));
            let text = std::str::from_utf8(&out).unwrap();
            let read = entries(text);
            assert_eq!(read[1].1, value, "{text}");
            assert_eq!(read.len(), 7, "{text}");
            assert!(text.contains("export A=1 # one\n"), "{text}");
        }
    }

    #[test]
    fn a_shell_reads_the_same() {
        for value in [
            "it's",
            "$HOME `id` \\",
            "'\"$x\\n`",
            "a b",
            "two\nlines",
            "é;|&",
        ] {
            let list = Dotenv::read("V=x\n").unwrap();
            let out = list.with(|_| Some(value));
            let script = format!("{}\nprintf %s \"$V\"", std::str::from_utf8(&out).unwrap());
            let shown = Command::new("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8(shown.stdout).unwrap(), value);
        }
    }
}
