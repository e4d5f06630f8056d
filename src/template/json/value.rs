//! A JSON text as a value of `serde_json`.

use std::mem;

use serde_json::{Number, Value};

use super::node::{Node, Span};
use super::parser::{Form, parse};
use crate::error::{Error, ErrorKind, Result};
use crate::template::structure::float;

/// Parses a document.
///
/// # Errors
///
/// `InvalidDocument` with the place; no word of the text.
pub(in crate::template) fn value(text: &str, form: Form) -> Result<Value> {
    made(parse(text, form)?, text)
}

fn made(node: Node, text: &str) -> Result<Value> {
    Ok(match node {
        Node::Null => Value::Null,
        Node::Bool(value) => Value::Bool(value),
        Node::Number(span) => Value::Number(number(span, text)?),
        Node::Text(mut string) => Value::String(mem::take(&mut string.text)),
        Node::List(items) => {
            let items = items.into_iter().map(|item| made(item, text));
            Value::Array(items.collect::<Result<_>>()?)
        }
        Node::Object(entries) => {
            let entries = entries
                .into_iter()
                .map(|(mut key, entry)| Ok((mem::take(&mut key.text), made(entry, text)?)));
            Value::Object(entries.collect::<Result<_>>()?)
        }
    })
}

/// Reads a number that comes out as the same number.
fn number(span: Span, text: &str) -> Result<Number> {
    let digits = text.get(span.range()).unwrap_or_default();
    // An integer would lose the sign of a zero.
    let integer = (digits != "-0").then_some(digits);
    (integer.and_then(|digits| digits.parse::<i64>().ok()))
        .map(Number::from)
        .or_else(|| digits.parse::<u64>().ok().map(Number::from))
        .or_else(|| float(digits).and_then(Number::from_f64))
        .ok_or_else(|| {
            let message = "the document has a number that would be changed, because it is out of \
                           range or too precise; write it in quotes, or use JsonText";
            Error::new(ErrorKind::InvalidDocument, message).at(span.range(), text)
        })
}
