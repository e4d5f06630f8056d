//! Copies of documents in which other values take the places of strings.

use std::mem;

use super::node::{Copied, Node, Places, View};
use super::number::Scalar;
use super::replacement::Replacement;
use super::wipe::wipe;
use crate::error::{Error, Result};

/// Makes a copy in which other values take the places of some strings, and says which; `replace` is
/// asked for each string, in the order of a walk, and `read` reads JSON. The depth was checked by a
/// walk.
///
/// # Errors
///
/// The error of `read`.
pub(in crate::template) fn copy<N: Copied>(
    root: &N,
    keys: bool,
    replace: &mut impl FnMut() -> Option<Replacement>,
    read: impl Fn(&str) -> Result<N>,
) -> Result<(N, Places)> {
    let mut copying = Copying {
        keys,
        replace,
        read,
        strings: 0,
        written: Some(Vec::new()).filter(|_| !keys),
        refused: None,
    };
    let mut root = copying.copied(root);
    match copying.refused {
        None => Ok((root, copying.written)),
        Some(error) => {
            wipe(&mut root, &None);
            Err(error)
        }
    }
}

struct Copying<'r, R, J> {
    keys: bool,
    replace: &'r mut R,
    read: J,
    /// Number of the strings so far.
    strings: usize,
    written: Places,
    refused: Option<Error>,
}

impl<R: FnMut() -> Option<Replacement>, J> Copying<'_, R, J> {
    fn copied<N: Copied>(&mut self, node: &N) -> N
    where
        J: Fn(&str) -> Result<N>,
    {
        match node.view() {
            View::Plain => node.clone(),
            View::Text(text) => match self.next() {
                None => N::from_text(text.to_owned()),
                Some(Replacement::Text(mut text)) => N::from_text(mem::take(&mut *text)),
                Some(Replacement::Json(json)) => {
                    self.written = None;
                    (self.read)(&json).unwrap_or_else(|error| {
                        self.refused = Some(error);
                        N::from_scalar(Scalar::Null)
                    })
                }
            },
            View::Items(items) => N::from_items(items.map(|item| self.copied(item))),
            View::Entries(entries) => N::from_entries(entries.map(|(key, entry)| {
                let is_visited = self.keys && <N as Node>::key_text(key).is_some();
                let replaced = if is_visited { self.next() } else { None };
                let key = match replaced {
                    None => key.clone(),
                    Some(Replacement::Text(mut text) | Replacement::Json(mut text)) => {
                        N::from_key(mem::take(&mut *text))
                    }
                };
                (key, self.copied(entry))
            })),
        }
    }

    /// Returns what takes the place of the next string.
    fn next(&mut self) -> Option<Replacement> {
        let number = self.strings;
        self.strings += 1;
        let replacement = (self.replace)()?;
        if let Some(written) = &mut self.written {
            written.push(number);
        }
        Some(replacement)
    }
}

#[cfg(test)]
#[cfg(feature = "json")]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn with(value: &Value, read: impl Fn(&str) -> Result<Value>) -> Result<(Value, Places)> {
        let mut replacements = vec![
            None,
            Some(Replacement::Text("b".to_owned().into())),
            Some(Replacement::Json("[1]".to_owned().into())),
        ]
        .into_iter();
        copy(value, false, &mut || replacements.next().flatten(), read)
    }

    #[test]
    fn with_json_in_it_everything_is_wiped_later() {
        let read = |json: &str| Ok(serde_json::from_str(json).unwrap());
        let copied = with(&json!(["x", "x", "x", 2, "x"]), read);
        assert_eq!(copied.unwrap(), (json!(["x", "b", [1], 2, "x"]), None));
        let copied = with(&json!(["x", "x"]), read);
        assert_eq!(copied.unwrap(), (json!(["x", "b"]), Some(vec![1])));
    }

    #[test]
    fn json_that_cannot_be_read_gives_no_document() {
        let read = |_: &str| Err(Error::new(crate::error::ErrorKind::InvalidDocument, "no"));
        assert!(with(&json!(["x", "x", "x"]), read).is_err());
        assert!(with(&json!(["x", "x"]), read).is_ok(), "the control");
    }
}
