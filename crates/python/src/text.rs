//! Text and values that come in from Python.

use keyslot::ErrorKind;
use keyslot::secrecy::SecretString;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use zeroize::Zeroizing;

use crate::error::{Failed, refused};

/// A text, in memory that is wiped.
///
/// Python's own error about a lone surrogate holds the whole text, which may be a value. It is
/// dropped here, before it is the context of another one.
#[derive(Debug)]
pub(crate) struct Text(Zeroizing<String>);

impl Text {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<Text> for String {
    fn from(Text(mut text): Text) -> Self {
        std::mem::take(&mut *text)
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for Text {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let text = object.cast::<PyString>().map_err(|_| not_text())?;
        of(&text).map(Self)
    }
}

/// Reads a string of Python.
pub(crate) fn of(text: &Bound<'_, PyString>) -> PyResult<Zeroizing<String>> {
    let read = text.to_cow().ok();
    let read = read.ok_or_else(|| refused(ErrorKind::InvalidInput, SURROGATE))?;
    Ok(Zeroizing::new(read.into_owned()))
}

pub(crate) const SURROGATE: &str =
    "text holds half of a surrogate pair, which is no character; decode it as UTF-8 or UTF-16";

fn not_text() -> Failed {
    refused(ErrorKind::InvalidInput, "text is a str")
}

/// A value: a `str`, `bytes` of UTF-8, or what has a method `get_secret_value`, such as the
/// `SecretStr` of pydantic.
pub(crate) struct Value(Zeroizing<Vec<u8>>);

impl Value {
    /// Returns the value as input of a put.
    pub(crate) fn into_input(mut self) -> keyslot::Result<keyslot::SecretInput> {
        keyslot::SecretInput::from_bytes(std::mem::take(&mut *self.0))
    }

    /// Returns the value as text.
    pub(crate) fn into_secret(mut self) -> keyslot::Result<SecretString> {
        let bytes = std::mem::take(&mut *self.0);
        String::from_utf8(bytes)
            .map(SecretString::from)
            .map_err(|error| {
                drop(Zeroizing::new(error.into_bytes()));
                keyslot::Error::new(ErrorKind::InvalidValue, "a value is text in UTF-8")
            })
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for Value {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let bytes = |text: &Bound<'_, PyString>| {
            let mut text = of(text)?;
            Ok(Self(Zeroizing::new(
                std::mem::take(&mut *text).into_bytes(),
            )))
        };
        if let Ok(text) = object.cast::<PyString>() {
            return bytes(&text);
        }
        if let Ok(raw) = object.cast::<PyBytes>() {
            return Ok(Self(Zeroizing::new(raw.as_bytes().to_vec())));
        }
        let inner = object.call_method0("get_secret_value").ok();
        match inner.as_ref().map(|inner| inner.cast::<PyString>()) {
            Some(Ok(text)) => bytes(text),
            _ => Err(refused(
                ErrorKind::InvalidValue,
                "a value is a str, bytes of UTF-8, or an object with get_secret_value",
            )
            .into()),
        }
    }
}
