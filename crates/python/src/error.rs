//! Errors of the crate as exceptions of `keyslot.errors`.

use keyslot::ErrorKind;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyAny;

use crate::data;

/// Result of a call of the crate, on its way to Python.
pub(crate) type Outcome<T> = Result<T, Failed>;

/// A failure: of the crate, or an exception that Python raised already.
#[derive(Debug)]
pub(crate) enum Failed {
    Refused(keyslot::Error),
    /// An error about a document, and the reason, which the crate does not repeat.
    Document(keyslot::Error, &'static str),
    Raised(PyErr),
}

impl From<keyslot::Error> for Failed {
    fn from(error: keyslot::Error) -> Self {
        Self::Refused(error)
    }
}

impl From<PyErr> for Failed {
    fn from(error: PyErr) -> Self {
        Self::Raised(error)
    }
}

impl Failed {
    /// Returns the failure without its place, for the output of a tool: a key there may be a value,
    /// and is a part of the place.
    pub(crate) fn without_place(self) -> Self {
        match self {
            Self::Document(error, why) => refused(error.kind(), why),
            Self::Refused(error) if error.kind() == ErrorKind::TooLarge => {
                refused(error.kind(), "the document is nested too deeply")
            }
            Self::Refused(error) => refused(error.kind(), "the document cannot be read"),
            Self::Raised(error) => Self::Raised(error),
        }
    }
}

impl From<Failed> for PyErr {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Refused(error) => Python::attach(|py| exception(py, &error)),
            Failed::Document(error, why) => Python::attach(|py| {
                let made = with_reason(py, &error, why);
                made.map_or_else(|failed| failed, PyErr::from_value)
            }),
            Failed::Raised(error) => error,
        }
    }
}

/// Makes a failure of the binding itself. The message holds no input.
pub(crate) fn refused(kind: ErrorKind, message: &'static str) -> Failed {
    keyslot::Error::new(kind, message).into()
}

/// Makes the exception of an error: Python picks the class by the code.
pub(crate) fn exception(py: Python<'_>, error: &keyslot::Error) -> PyErr {
    made(py, error).map_or_else(|failed| failed, PyErr::from_value)
}

fn made<'py>(py: Python<'py>, error: &keyslot::Error) -> PyResult<Bound<'py, PyAny>> {
    make(py, error.to_string(), data::of(py, error)?)
}

/// Makes the exception of an error about a document, with the reason in place of its message.
fn with_reason<'py>(
    py: Python<'py>,
    error: &keyslot::Error,
    why: &'static str,
) -> PyResult<Bound<'py, PyAny>> {
    let parts = data::of(py, error)?;
    parts
        .get_item("failures")?
        .get_item(0)?
        .set_item("message", why)?;
    let place = error.pointer().filter(|pointer| !pointer.is_empty());
    let place = place.map(|pointer| format!(" (at {pointer})"));
    make(py, format!("{why}{}", place.unwrap_or_default()), parts)
}

fn make<'py>(
    py: Python<'py>,
    text: String,
    parts: Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    MAKE.import(py, "keyslot.errors", "_make")?
        .call1((text, parts))
}
