//! Targets of a resolve.

use keyslot::{Surface, UnknownNames};
use pyo3::prelude::*;

use crate::data;
use crate::error::{Outcome, refused};
use crate::text::Text;

/// The destination of resolved text: a tool, the host that it sends the text to, and the place in
/// which the text stands.
#[pyclass(frozen, eq, module = "keyslot")]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Target(pub(crate) keyslot::Target);

#[pymethods]
impl Target {
    #[new]
    #[pyo3(signature = (
        tool=None, *, host=None, url=None, surface=None, instructions=false, unknown_names=None
    ))]
    fn new(
        tool: Option<Text>,
        host: Option<Text>,
        url: Option<Text>,
        surface: Option<Text>,
        instructions: bool,
        unknown_names: Option<Text>,
    ) -> Outcome<Self> {
        let refuse = |why| Err(refused(keyslot::ErrorKind::InvalidInput, why));
        let mut target = match (tool, instructions) {
            (Some(_), true) => return refuse("a target has a tool or instructions, not both"),
            (Some(tool), false) => keyslot::Target::tool(tool),
            (None, true) => keyslot::Target::instructions(),
            (None, false) => keyslot::Target::unspecified(),
        };
        target = match (host, url) {
            (Some(_), Some(_)) => return refuse("a target has a host or a url, not both"),
            (Some(host), None) => target.with_host(host)?,
            (None, Some(url)) => target.with_url(url)?,
            (None, None) => target,
        };
        if let Some(surface) = surface {
            target = target.with_surface(surface.as_str().parse::<Surface>()?);
        }
        if let Some(unknown) = unknown_names {
            target = target.with_unknown_names(unknown.as_str().parse::<UnknownNames>()?);
        }
        Ok(Self(target))
    }

    /// The name of the tool.
    #[getter]
    fn tool(&self) -> Option<&str> {
        self.0.tool_name()
    }

    /// The host without its port.
    #[getter]
    fn host(&self) -> Option<&str> {
        self.0.host()
    }

    /// The port.
    #[getter]
    fn port(&self) -> Option<u16> {
        self.0.port()
    }

    /// The code of the surface.
    #[getter]
    fn surface(&self) -> &'static str {
        self.0.surface().as_str()
    }

    /// True for text that a model reads.
    #[getter]
    fn instructions(&self) -> bool {
        self.0.is_instructions()
    }

    /// Returns the target as plain data.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data::of(py, &self.0)
    }

    fn __repr__(&self) -> String {
        format!("{:?}", self.0)
    }
}

/// Returns the target of an argument; none is no particular one.
pub(crate) fn or_none(target: Option<&Bound<'_, Target>>) -> keyslot::Target {
    target.map_or_else(keyslot::Target::unspecified, |target| {
        target.get().0.clone()
    })
}
