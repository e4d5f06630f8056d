//! Values that go into a document as JSON.

use std::fmt::{self, Write as _};

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::node::Node;
use super::parser::{Form, parse};
use crate::error::{Error, ErrorKind, Result};
use crate::template::structure::{DATE_KEY, MAX_DEPTH, Scalar, number};
use crate::template::value::Typed;

/// Most bytes of a float in any of the [`STYLES`].
const LONGEST_FLOAT: usize = 25;

/// Checks a value that goes into `depth` lists and objects of a document, which keeps a number as
/// it is written if `keeps_digits`.
///
/// # Errors
///
/// `FilterFailed` for what the filter does not take, `Unencodable` for a number that the document
/// would change, `TooLarge` for a document that would be nested too deep. None holds a word of the
/// value.
pub(in crate::template) fn check(
    json: &str,
    typed: Typed,
    keeps_digits: bool,
    depth: usize,
) -> Result<()> {
    let root = parsed(json, typed)?;
    let found = Found::of(&root, json);
    if found.has_date {
        return Err(failed(ANY));
    }
    if found.changes && !keeps_digits {
        let message = "the value has a number that the document would change, because it is out \
                       of range or too precise; let it be text, or use JsonText";
        return Err(Error::new(ErrorKind::Unencodable, message));
    }
    if depth + found.depth > MAX_DEPTH {
        let message =
            format!("with the value the document would be nested over {MAX_DEPTH} levels deep");
        return Err(Error::new(ErrorKind::TooLarge, message));
    }
    Ok(())
}

/// Message for a value that is not a number.
const NUMBER: &str = "number: the value is not a JSON number alone, such as 5432 or -1.5e3";

/// Message for a value that is not JSON.
const ANY: &str = "json_value: the value is not JSON (RFC 8259), or two parsers could read it \
                   differently: each key stands once in an object and is none that a parser \
                   reserves, no character is half, no list or object is over 128 levels deep";

fn parsed(json: &str, typed: Typed) -> Result<Node> {
    let parsed = parse(json, Form::Json);
    match typed {
        // White space around a number, and a byte order mark, are no part of it.
        Typed::Number => match parsed {
            Ok(Node::Number(span)) if span.range() == (0..json.len()) => Ok(Node::Number(span)),
            _ => Err(failed(NUMBER)),
        },
        // A byte order mark is one at the start of a text, and no JSON in the midst of it.
        Typed::Json if json.starts_with('\u{feff}') => Err(failed(ANY)),
        Typed::Json => parsed.map_err(|_| failed(ANY)),
    }
}

fn failed(why: &'static str) -> Error {
    Error::new(ErrorKind::FilterFailed, why)
}

/// Facts of a value.
#[derive(Default)]
struct Found {
    /// The levels of its lists and objects.
    depth: usize,
    /// True for a number that is not kept but as text.
    changes: bool,
    /// True for an object that is a date to `toml`.
    has_date: bool,
    /// Number of the floats.
    floats: usize,
}

impl Found {
    fn of(root: &Node, json: &str) -> Self {
        let mut found = Self::default();
        found.look(root, json, 0);
        found
    }

    fn look(&mut self, node: &Node, json: &str, depth: usize) {
        self.depth = self.depth.max(depth);
        match node {
            Node::Null | Node::Bool(_) | Node::Text(_) => {}
            Node::Number(span) => {
                let digits = json.get(span.range()).unwrap_or_default();
                let number = number(digits);
                self.changes |= number.is_none();
                self.floats += usize::from(matches!(number, Some(Scalar::F64(_))));
            }
            Node::List(items) => {
                self.depth = self.depth.max(depth + 1);
                for item in items {
                    self.look(item, json, depth + 1);
                }
            }
            Node::Object(entries) => {
                self.depth = self.depth.max(depth + 1);
                for (key, entry) in entries {
                    self.has_date |= key.text == DATE_KEY;
                    self.look(entry, json, depth + 1);
                }
            }
        }
    }
}

/// A way to write floats. All have `1.5` for `1.50`.
#[derive(Clone, Copy)]
enum Style {
    /// `1e20`, `1e-7`, and `.0` behind a whole number without an exponent, as Rust has it.
    Short,
    /// The same but for `1e+20` and `1e-07`, as `serde_json`, Python and Go have it.
    Signed,
    /// No exponent and no `.0` where JavaScript has none.
    Plain,
}

const STYLES: [Style; 3] = [Style::Short, Style::Signed, Style::Plain];

/// Returns a float in a style; `None` for other numbers.
fn written(digits: &str, style: Style) -> Option<Zeroizing<String>> {
    let Some(Scalar::F64(float)) = number(digits) else {
        return None;
    };
    let with = |write: &dyn Fn(&mut String) -> fmt::Result| {
        let mut written = Zeroizing::new(String::with_capacity(LONGEST_FLOAT));
        // Writing to a String cannot fail.
        let _ = write(&mut written);
        written
    };
    let short = with(&|out| write!(out, "{float:?}"));
    let exponent = short.split_once('e');
    let exponent = exponent.and_then(|(one, other)| Some((one, other.parse::<i16>().ok()?)));
    Some(match (style, exponent) {
        (Style::Signed, Some((mantissa, exponent))) => {
            with(&|out| write!(out, "{mantissa}e{exponent:+03}"))
        }
        (Style::Plain, _) if (1e-6..1e21).contains(&float.abs()) => {
            with(&|out| write!(out, "{float}"))
        }
        _ => short,
    })
}

/// Returns the other texts that a value in a document is found by: the text of a string, and the
/// JSON with floats in each of the [`STYLES`].
pub(in crate::template) fn writings(json: &str) -> Vec<SecretString> {
    let Ok(root) = parse(json, Form::Json) else {
        return Vec::new();
    };
    let mut writings = Vec::new();
    if let Node::Text(string) = &root {
        writings.push(SecretString::from(&*string.text));
    }
    let floats = Found::of(&root, json).floats;
    for style in STYLES.into_iter().filter(|_| floats > 0) {
        // All at once: a text that grew would leave parts of it behind.
        let length = json.len() + floats * LONGEST_FLOAT;
        let mut out = Zeroizing::new(String::with_capacity(length));
        write(&root, json, style, &mut out);
        let is_new = |known: &SecretString| known.expose_secret() != out.as_str();
        if *out != json && writings.iter().all(is_new) {
            writings.push(SecretString::from(&**out));
        }
    }
    writings
}

/// Appends the JSON without white space.
fn write(node: &Node, json: &str, style: Style, out: &mut String) {
    match node {
        Node::Null => out.push_str("null"),
        Node::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Node::Number(span) => {
            let digits = json.get(span.range()).unwrap_or_default();
            let written = written(digits, style);
            out.push_str(written.as_deref().map_or(digits, String::as_str));
        }
        Node::Text(string) => out.push_str(json.get(string.span.range()).unwrap_or_default()),
        Node::List(items) => {
            out.push('[');
            for (number, item) in items.iter().enumerate() {
                out.push_str(if number == 0 { "" } else { "," });
                write(item, json, style, out);
            }
            out.push(']');
        }
        Node::Object(entries) => {
            out.push('{');
            for (number, (key, entry)) in entries.iter().enumerate() {
                out.push_str(if number == 0 { "" } else { "," });
                out.push_str(json.get(key.span.range()).unwrap_or_default());
                out.push(':');
                write(entry, json, style, out);
            }
            out.push('}');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_in_each_style_once() {
        for (json, expected) in [
            ("[1.50,\"1.50\"]", vec!["[1.5,\"1.50\"]"]),
            ("[1.5]", vec![]),
            ("[1.0]", vec!["[1]"]),
            ("{ \"k\": 1.0e0 }", vec!["{\"k\":1.0}", "{\"k\":1}"]),
            ("1e-7", vec!["1e-07"]),
            ("1E+20", vec!["1e20", "1e+20", "100000000000000000000"]),
            ("\"1.50\"", vec!["1.50"]),
        ] {
            let writings = writings(json);
            let writings = writings.iter().map(ExposeSecret::expose_secret);
            assert_eq!(writings.collect::<Vec<_>>(), expected, "{json}");
        }
    }

    #[test]
    fn no_float_is_longer_than_the_longest() {
        let mut longest = 0;
        for digits in [
            "-1.7976931348623157e308",
            "-2.2250738585072014e-308",
            "-1.2345678901234567e-6",
            "-1.2345678901234567e-5",
            "-1.2345678901234568e20",
            "-12345678901234567e0",
        ] {
            for written in STYLES.map(|style| written(digits, style)) {
                longest = longest.max(written.map_or(0, |written| written.len()));
            }
        }
        assert_eq!(longest, LONGEST_FLOAT);
    }
}
