//! Documents of JSON.

use std::borrow::Cow;
use std::mem;

use secrecy::{ExposeSecret, SecretSlice};
use serde_json::Value;
use zeroize::Zeroizing;

use super::made::read;
use super::parser::Form;
use crate::error::{Error, ErrorKind, Result};
use crate::resolve::{Resolved, Sealed, Wipe};
use crate::template::limits::Limits;
use crate::template::structure::{
    Copied, Node, Places, Replacement, Scalar, Structure, View, copy, wipe,
};
use crate::wipe::overwrite;

impl Resolved<Value> {
    /// The document as compact JSON, in memory that is wiped when dropped: to send it without a
    /// copy that stays behind.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{ResolveExt, Variables};
    /// use serde_json::json;
    ///
    /// let variables = Variables::new().with("TOKEN", "a \"quoted\" token")?;
    /// let body = variables.resolve_json(&json!({"token": "<<TOKEN>>"}))?.to_bytes()?;
    /// assert_eq!(body.expose_secret(), br#"{"token":"a \"quoted\" token"}"#);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// None that can be caused: JSON can always be written.
    pub fn to_bytes(&self) -> Result<SecretSlice<u8>> {
        let unwritten = |_| {
            Error::new(
                ErrorKind::InvalidDocument,
                "the document cannot be written as JSON",
            )
        };
        let mut length = Length(0);
        serde_json::to_writer(&mut length, self.expose_secret()).map_err(unwritten)?;
        // One allocation of the exact size: one that grows would leave parts of values behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(length.0));
        serde_json::to_writer(&mut *bytes, self.expose_secret()).map_err(unwritten)?;
        debug_assert_eq!(bytes.len(), length.0, "measured and written lengths differ");
        Ok(mem::take(&mut *bytes).into())
    }
}

/// Counts what is written.
struct Length(usize);

impl std::io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Sealed for Value {}

impl Wipe for Value {
    type Places = Places;

    fn wipe(&mut self, places: &Places) {
        wipe(self, places);
    }
}

impl Structure for Value {
    type Output = Self;
    type Node = Self;
    const KEEPS_DIGITS: bool = false;

    fn root(&self) -> &Self {
        self
    }

    fn rewritten(
        &self,
        keys: bool,
        _: Limits,
        replace: &mut impl FnMut() -> Option<Replacement>,
        places: &mut Places,
    ) -> Result<Self> {
        let (root, written) = copy(self, keys, replace, |json| read(json, Form::Json))?;
        *places = written;
        Ok(root)
    }

    /// Level by level: the usual way would overflow the stack.
    fn dismantle(self) {
        let mut open = vec![self];
        while let Some(value) = open.pop() {
            match value {
                Value::Array(items) => open.extend(items),
                Value::Object(entries) => open.extend(entries.into_iter().map(|(_, entry)| entry)),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
    }
}

impl Node for Value {
    type Key = String;
    type Items<'n> = std::slice::Iter<'n, Self>;
    type Entries<'n> = serde_json::map::Iter<'n>;

    fn view(&self) -> View<'_, Self> {
        match self {
            Value::String(text) => View::Text(text),
            Value::Array(items) => View::Items(items.iter()),
            Value::Object(entries) => View::Entries(entries.iter()),
            Value::Null | Value::Bool(_) | Value::Number(_) => View::Plain,
        }
    }

    fn is_true(&self) -> bool {
        *self == Value::Bool(true)
    }

    fn key_text(key: &String) -> Option<&str> {
        Some(key)
    }

    fn key_label(key: &String) -> Cow<'_, str> {
        Cow::Borrowed(key)
    }
}

impl Copied for Value {
    fn from_key(text: String) -> String {
        text
    }

    fn from_text(text: String) -> Self {
        Value::String(text)
    }

    fn from_scalar(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Null => Value::Null,
            Scalar::Bool(value) => Value::Bool(value),
            Scalar::I64(value) => Value::from(value),
            Scalar::U64(value) => Value::from(value),
            Scalar::F64(value) => Value::from(value),
        }
    }

    fn from_items(items: impl Iterator<Item = Self>) -> Self {
        Value::Array(items.collect())
    }

    fn from_entries(entries: impl Iterator<Item = (String, Self)>) -> Self {
        Value::Object(entries.collect())
    }

    fn each_string(&mut self, all: bool, visit: &mut impl FnMut(&mut String)) {
        match self {
            Value::String(text) => visit(text),
            Value::Array(items) => items
                .iter_mut()
                .for_each(|item| item.each_string(all, visit)),
            Value::Object(entries) if all => {
                for (mut key, mut entry) in mem::take(entries) {
                    visit(&mut key);
                    entry.each_string(all, visit);
                }
            }
            Value::Object(entries) => entries
                .values_mut()
                .for_each(|entry| entry.each_string(all, visit)),
            Value::Bool(_) | Value::Number(_) if all => overwrite(self, Value::Null),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}
