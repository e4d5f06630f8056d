//! The strings of a document, in one fixed order.

use std::fmt::Write as _;

use serde_json::Value;

use super::Document;
use crate::error::{Error, ErrorKind, Result};

/// A walk over all strings of a document but its keys, in the order in which [`Resolved`](crate::Resolved) wipes them.
pub(super) struct Strings<'v> {
    number: usize,
    path: Vec<Step<'v>>,
}

/// One string.
pub(super) struct Leaf<'w, 'v> {
    pub(super) number: usize,
    pub(super) text: &'v str,
    path: &'w [Step<'v>],
}

enum Step<'v> {
    Key(&'v str),
    Index(usize),
}

impl<'v> Strings<'v> {
    /// Visits each string.
    ///
    /// # Errors
    ///
    /// `TooLarge` when the document is nested too deep, and what `visit` says.
    pub(super) fn walk(value: &'v Value, visit: &mut impl FnMut(Leaf<'_, 'v>) -> Result<()>) -> Result<()> {
        Self { number: 0, path: Vec::new() }.descend(value, visit)
    }

    fn descend(&mut self, value: &'v Value, visit: &mut impl FnMut(Leaf<'_, 'v>) -> Result<()>) -> Result<()> {
        match value {
            Value::String(text) => {
                visit(Leaf { number: self.number, text, path: &self.path })?;
                self.number += 1;
                Ok(())
            }
            Value::Array(items) => {
                self.check_depth()?;
                items.iter().enumerate().try_for_each(|(index, item)| self.step(Step::Index(index), item, visit))
            }
            Value::Object(entries) => {
                self.check_depth()?;
                entries.iter().try_for_each(|(key, entry)| self.step(Step::Key(key), entry, visit))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        }
    }

    fn step(
        &mut self,
        step: Step<'v>,
        value: &'v Value,
        visit: &mut impl FnMut(Leaf<'_, 'v>) -> Result<()>,
    ) -> Result<()> {
        self.path.push(step);
        self.descend(value, visit)?;
        self.path.pop();
        Ok(())
    }

    fn check_depth(&self) -> Result<()> {
        if self.path.len() < Document::MAX_DEPTH {
            return Ok(());
        }
        let message = format!("a document may be nested {} levels deep at most", Document::MAX_DEPTH);
        Err(Error::new(ErrorKind::TooLarge, message))
    }
}

impl Leaf<'_, '_> {
    /// Its JSON Pointer: `~` is written `~0` and `/` is written `~1` (RFC 6901 section 3).
    pub(super) fn pointer(&self) -> String {
        let mut pointer = String::new();
        for step in self.path {
            match step {
                Step::Key(key) => {
                    pointer.push('/');
                    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                }
                // Writing to a String cannot fail.
                Step::Index(index) => drop(write!(pointer, "/{index}")),
            }
        }
        pointer
    }
}

/// A copy in which some strings, by their number, are others. The depth was checked by a walk.
pub(super) fn copy(value: &Value, number: &mut usize, replace: &mut impl FnMut(usize) -> Option<String>) -> Value {
    match value {
        Value::String(text) => {
            let replaced = replace(*number);
            *number += 1;
            Value::String(replaced.unwrap_or_else(|| text.clone()))
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| copy(item, number, replace)).collect()),
        Value::Object(entries) => {
            Value::Object(entries.iter().map(|(key, entry)| (key.clone(), copy(entry, number, replace))).collect())
        }
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_)) => plain.clone(),
    }
}

/// Drops a document level by level: one that is nested too deep would overflow the stack.
pub(super) fn dismantle(value: Value) {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(entries) => open.extend(entries.into_iter().map(|(_, entry)| entry)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}
