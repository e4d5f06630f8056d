//! Values that go into a document as JSON.

use std::fmt::Write as _;

use secrecy::SecretString;
use zeroize::Zeroizing;

use super::node::Node;
use super::parser::{Form, parse};
use crate::error::{Error, ErrorKind, Result};
use crate::template::structure::{DATE_KEY, MAX_DEPTH, Scalar, number};
use crate::template::value::Typed;

/// Most bytes of a float as it is written.
const LONGEST_FLOAT: usize = 24;

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

/// The refusal of what is no number.
const NUMBER: &str = "number: the value is not a JSON number alone, such as 5432 or -1.5e3";

/// The refusal of what is no JSON.
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
    /// Number of the floats that are written with other digits.
    rewritten: usize,
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
                self.changes |= number(digits).is_none();
                self.rewritten += usize::from(written(digits).is_some());
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

/// A float as most programs write it, if they write other digits.
fn written(digits: &str) -> Option<Zeroizing<String>> {
    let Some(Scalar::F64(float)) = number(digits) else {
        return None;
    };
    let mut written = Zeroizing::new(String::with_capacity(LONGEST_FLOAT));
    // Writing to a String cannot fail.
    let _ = write!(written, "{float:?}");
    (*written != digits).then_some(written)
}

/// Returns the other texts that a value in a document is found by: the text of a string, and the
/// JSON with floats as most programs write them.
pub(in crate::template) fn writings(json: &str) -> Vec<SecretString> {
    let Ok(root) = parse(json, Form::Json) else {
        return Vec::new();
    };
    let mut writings = Vec::new();
    if let Node::Text(string) = &root {
        writings.push(SecretString::from(&*string.text));
    }
    let rewritten = Found::of(&root, json).rewritten;
    if rewritten > 0 {
        // All at once: a text that grew would leave parts of it behind.
        let length = json.len() + rewritten * LONGEST_FLOAT;
        let mut out = Zeroizing::new(String::with_capacity(length));
        write(&root, json, &mut out);
        writings.push(SecretString::from(&**out));
    }
    writings
}

/// Appends the JSON without white space.
fn write(node: &Node, json: &str, out: &mut String) {
    match node {
        Node::Null => out.push_str("null"),
        Node::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Node::Number(span) => {
            let digits = json.get(span.range()).unwrap_or_default();
            out.push_str(written(digits).as_deref().map_or(digits, String::as_str));
        }
        Node::Text(string) => out.push_str(json.get(string.span.range()).unwrap_or_default()),
        Node::List(items) => {
            out.push('[');
            for (number, item) in items.iter().enumerate() {
                out.push_str(if number == 0 { "" } else { "," });
                write(item, json, out);
            }
            out.push(']');
        }
        Node::Object(entries) => {
            out.push('{');
            for (number, (key, entry)) in entries.iter().enumerate() {
                out.push_str(if number == 0 { "" } else { "," });
                out.push_str(json.get(key.span.range()).unwrap_or_default());
                out.push(':');
                write(entry, json, out);
            }
            out.push('}');
        }
    }
}
