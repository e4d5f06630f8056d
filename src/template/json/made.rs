//! Documents made of a JSON text.

use std::mem;

use super::node::{Node, Span};
use super::parser::{Form, parse};
use crate::error::{Error, ErrorKind, Result};
use crate::template::structure::{Copied, Scalar, number, wipe};

/// Parses a document.
///
/// # Errors
///
/// `InvalidDocument` with the place; no word of the text.
pub(in crate::template) fn read<N: Copied>(text: &str, form: Form) -> Result<N> {
    let root = parse(text, form)?;
    let mut changed = None;
    let mut made = made(root, text, &mut changed);
    let Some(span) = changed else {
        return Ok(made);
    };
    wipe(&mut made, &None);
    let message = "the document has a number that would be changed, because it is out of range or \
                   too precise; write it in quotes, or use JsonText";
    Err(Error::new(ErrorKind::InvalidDocument, message).at(span.range(), text))
}

/// Makes a value of a node. The first number that would be changed goes into `changed`.
fn made<N: Copied>(node: Node, text: &str, changed: &mut Option<Span>) -> N {
    let scalar = match node {
        Node::Null => Scalar::Null,
        Node::Bool(value) => Scalar::Bool(value),
        Node::Number(span) => {
            let number = number(text.get(span.range()).unwrap_or_default());
            number.unwrap_or_else(|| {
                changed.get_or_insert(span);
                Scalar::Null
            })
        }
        Node::Text(mut string) => return N::from_text(mem::take(&mut string.text)),
        Node::List(items) => {
            return N::from_items(items.into_iter().map(|item| made(item, text, changed)));
        }
        Node::Object(entries) => {
            return N::from_entries(entries.into_iter().map(|(mut key, entry)| {
                let key = N::from_key(mem::take(&mut key.text));
                (key, made(entry, text, changed))
            }));
        }
    };
    N::from_scalar(scalar)
}
