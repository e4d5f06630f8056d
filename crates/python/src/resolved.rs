//! Text and documents with values in them.

use std::borrow::Cow;

use keyslot::secrecy::ExposeSecret as _;
use keyslot::template::Tree;
use keyslot::{ErrorKind, Redactor};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use crate::data;
use crate::error::Outcome;

/// The result of a resolve.
#[derive(Debug)]
pub(crate) enum Content {
    Text(keyslot::Resolved<Cow<'static, str>>),
    Document(keyslot::Resolved<Tree>),
}

/// A text or document with values in it. Shown masked; cannot be pickled or copied.
#[pyclass(frozen, generic, module = "keyslot")]
#[derive(Debug)]
pub(crate) struct Resolved(pub(crate) Content);

impl Resolved {
    /// Returns a redactor of the secrets that went in.
    pub(crate) fn redactor(&self) -> keyslot::Result<Redactor> {
        match &self.0 {
            Content::Text(text) => Redactor::of(text),
            Content::Document(document) => Redactor::of(document),
        }
    }
}

const MASKED: &str = "**********";

/// Refuses what would make a copy that nobody masks.
fn no_copy() -> PyErr {
    PyTypeError::new_err("what was resolved cannot be copied or pickled: call get_secret_value()")
}

#[pymethods]
impl Resolved {
    /// Returns the text or document with its values. From here on nobody masks or wipes them.
    fn get_secret_value<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match &self.0 {
            Content::Text(text) => data::of(py, text.expose_secret().as_ref()),
            Content::Document(document) => data::of(py, document.expose_secret()),
        }
    }

    /// The secrets and variables that went in, each once, in the order of the text.
    #[getter]
    fn used<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data::of(
            py,
            &match &self.0 {
                Content::Text(text) => text.used(),
                Content::Document(document) => document.used(),
            },
        )
    }

    /// The names that no resolver knew, and that stayed because the target says so.
    #[getter]
    fn kept(&self) -> Vec<String> {
        let kept = match &self.0 {
            Content::Text(text) => text.kept(),
            Content::Document(document) => document.kept(),
        };
        kept.iter().map(ToString::to_string).collect()
    }

    fn __repr__(&self) -> String {
        format!("Resolved('{MASKED}')")
    }

    fn __str__(&self) -> &'static str {
        MASKED
    }

    fn __reduce_ex__(&self, _protocol: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(no_copy())
    }

    fn __copy__(&self) -> PyResult<()> {
        Err(no_copy())
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(no_copy())
    }
}

/// Arguments of a tool that a model wrote, with the granted values in them.
#[pyclass(frozen, generic, module = "keyslot")]
#[derive(Debug)]
pub(crate) struct ModelArgs {
    resolved: Py<Resolved>,
    attempts: Py<PyAny>,
    count: usize,
}

impl ModelArgs {
    /// Returns a redactor of the secrets that went in.
    pub(crate) fn redactor(&self) -> keyslot::Result<Redactor> {
        self.resolved.get().redactor()
    }

    pub(crate) fn of_text(
        py: Python<'_>,
        args: keyslot::template::ModelArgs<Cow<'_, str>>,
    ) -> Outcome<Self> {
        let (attempts, count) = (
            data::of(py, args.attempts())?.unbind(),
            args.attempt_count(),
        );
        let content = Content::Text(args.into_resolved().into_owned());
        Ok(Self {
            resolved: Py::new(py, Resolved(content))?,
            attempts,
            count,
        })
    }

    pub(crate) fn of_document(
        py: Python<'_>,
        args: keyslot::template::ModelArgs<Tree>,
    ) -> Outcome<Self> {
        let (attempts, count) = (
            data::of(py, args.attempts())?.unbind(),
            args.attempt_count(),
        );
        let content = Content::Document(args.into_resolved());
        Ok(Self {
            resolved: Py::new(py, Resolved(content))?,
            attempts,
            count,
        })
    }
}

#[pymethods]
impl ModelArgs {
    /// Returns the arguments with their values. From here on nobody masks or wipes them.
    fn get_secret_value<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.resolved.get().get_secret_value(py)
    }

    /// The arguments, as a resolve gives them.
    #[getter]
    fn resolved(&self, py: Python<'_>) -> Py<Resolved> {
        self.resolved.clone_ref(py)
    }

    /// The placeholders that were not granted and stayed as they were; 100 at most.
    #[getter]
    fn attempts(&self, py: Python<'_>) -> Py<PyAny> {
        self.attempts.clone_ref(py)
    }

    /// The number of all attempts.
    #[getter]
    fn attempt_count(&self) -> usize {
        self.count
    }

    fn __repr__(&self) -> String {
        format!("ModelArgs('{MASKED}')")
    }

    fn __str__(&self) -> &'static str {
        MASKED
    }

    fn __reduce_ex__(&self, _protocol: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(no_copy())
    }

    fn __copy__(&self) -> PyResult<()> {
        Err(no_copy())
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(no_copy())
    }
}

/// The error about an input of another type.
pub(crate) const NO_INPUT: (ErrorKind, &str) = (
    ErrorKind::InvalidInput,
    "what is resolved is a str, dict, list or tuple",
);
