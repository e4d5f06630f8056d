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

impl From<Failed> for PyErr {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Refused(error) => Python::attach(|py| exception(py, &error)),
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

/// Makes the exception as an object.
pub(crate) fn made<'py>(py: Python<'py>, error: &keyslot::Error) -> PyResult<Bound<'py, PyAny>> {
    static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let make = MAKE.import(py, "keyslot.errors", "_make")?;
    make.call1((error.to_string(), data::of(py, error)?))
}
