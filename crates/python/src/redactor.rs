//! Redactors.

use keyslot::redact::Mask;
use keyslot::{ErrorKind, SecretName};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyDictMethods, PyString};

use crate::error::{Failed, Outcome, refused};
use crate::resolved::{ModelArgs, Resolved};
use crate::stream::RedactStream;
use crate::text::{Text, Value};
use crate::{data, document, text};

/// Turns values in what a tool returns, logs or raises back into placeholders.
#[pyclass(frozen, module = "keyslot")]
#[derive(Clone, Debug)]
pub(crate) struct Redactor(pub(crate) keyslot::Redactor);

#[pymethods]
impl Redactor {
    /// Makes a redactor of values that are not from a resolve, by name.
    #[new]
    #[pyo3(
        signature = (secrets=None, *, min_len=None, mask=None),
        text_signature = "(secrets=None, *, min_len=None, mask='placeholder')"
    )]
    fn new(
        secrets: Option<&Bound<'_, PyDict>>,
        min_len: Option<usize>,
        mask: Option<Text>,
    ) -> Outcome<Self> {
        let mut builder = keyslot::Redactor::builder();
        for (name, value) in secrets.into_iter().flat_map(PyDictMethods::iter) {
            let (name, value): (Text, Value) = (name.extract()?, value.extract()?);
            builder = builder.secret(SecretName::new(name)?, value.into_secret()?);
        }
        if let Some(bytes) = min_len {
            builder = builder.min_len(bytes);
        }
        let mask = match mask.as_ref().map_or("placeholder", Text::as_str) {
            "placeholder" => Mask::Placeholder,
            "stars" => Mask::Stars,
            _ => {
                return Err(refused(
                    ErrorKind::InvalidInput,
                    "a mask is placeholder or stars",
                ));
            }
        };
        Ok(Self(builder.build()?.with_mask(mask)))
    }

    /// Makes a redactor of the secrets that went into what was resolved.
    #[staticmethod]
    fn of(resolved: Source<'_>) -> Outcome<Self> {
        Ok(Self(match resolved {
            Source::Resolved(resolved) => resolved.get().redactor()?,
            Source::Args(args) => args.get().redactor()?,
        }))
    }

    /// Returns a redactor of the secrets of both.
    fn merge(&self, other: &Self) -> Outcome<Self> {
        Ok(Self(self.0.clone().merge(&other.0)?))
    }

    /// True if it holds values that its user must not learn.
    #[getter]
    fn is_guarded(&self) -> bool {
        self.0.is_guarded()
    }

    /// The values and parts that are not masked, in words.
    #[getter]
    fn skipped(&self) -> Vec<String> {
        self.0.skipped().iter().map(ToString::to_string).collect()
    }

    /// Masks the secrets in a text, in bytes, or in the texts, bytes, numbers and keys of a
    /// document. Tuples become lists.
    fn redact<'py>(
        &self,
        py: Python<'py>,
        value: &Bound<'py, PyAny>,
    ) -> Outcome<Bound<'py, PyAny>> {
        if let Ok(string) = value.cast::<PyString>() {
            let string = text::of(string)?;
            let masked = py.detach(|| self.0.redact(&string));
            return Ok(PyString::new(py, &masked).into_any());
        }
        if let Ok(bytes) = value.cast::<PyBytes>() {
            let bytes = bytes.as_bytes();
            let masked = py.detach(|| self.0.redact_bytes(bytes));
            return Ok(PyBytes::new(py, &masked).into_any());
        }
        let mut tree = document::of(value).map_err(Failed::without_place)?;
        py.detach(|| self.0.redact_tree(&mut tree));
        Ok(data::of(py, &tree)?)
    }

    /// Begins to redact what comes in parts.
    fn stream(&self) -> RedactStream {
        RedactStream::new(self.0.stream())
    }

    fn __repr__(&self) -> String {
        format!("{:?}", self.0)
    }
}

/// A source of values for a redactor.
#[derive(FromPyObject)]
enum Source<'py> {
    Resolved(Bound<'py, Resolved>),
    Args(Bound<'py, ModelArgs>),
}
