//! Access rules of secrets, and permissions of handles.

use keyslot::Surface;
use pyo3::prelude::*;

use crate::data;
use crate::error::Outcome;
use crate::text::Text;

/// The tools, hosts and surfaces to which a secret may go.
#[pyclass(frozen, eq, module = "keyslot")]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AccessRules(pub(crate) keyslot::AccessRules);

#[pymethods]
impl AccessRules {
    #[new]
    #[pyo3(signature = (*, tools=vec![], hosts=vec![], surfaces=vec![], instructions=false))]
    fn new(
        tools: Vec<Text>,
        hosts: Vec<Text>,
        surfaces: Vec<Text>,
        instructions: bool,
    ) -> Outcome<Self> {
        let mut rules = keyslot::AccessRules::new().in_instructions(instructions);
        for tool in tools {
            rules = rules.tool(tool)?;
        }
        for host in hosts {
            rules = rules.host(host)?;
        }
        for surface in surfaces {
            rules = rules.surface(surface.as_str().parse::<Surface>()?);
        }
        Ok(Self(rules))
    }

    /// The rules for tools, sorted.
    #[getter]
    fn tools(&self) -> Vec<&str> {
        self.0.tools().collect()
    }

    /// The rules for hosts, sorted.
    #[getter]
    fn hosts(&self) -> Vec<&str> {
        self.0.hosts().collect()
    }

    /// The codes of the surfaces that are allowed; empty when all are.
    #[getter]
    fn surfaces(&self) -> Vec<&'static str> {
        self.0.surfaces().map(Surface::as_str).collect()
    }

    /// True if the secret may go into text that a model reads.
    #[getter]
    fn instructions(&self) -> bool {
        self.0.instructions()
    }

    /// Returns the rules as plain data.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data::of(py, &self.0)
    }

    fn __repr__(&self) -> String {
        format!("{:?}", self.0)
    }
}

/// The calls that a handle may make: `Permissions("use", "read")`.
#[pyclass(frozen, eq, module = "keyslot")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Permissions(pub(crate) keyslot::Permissions);

#[pymethods]
impl Permissions {
    #[new]
    #[pyo3(signature = (*names))]
    fn new(names: Vec<Text>) -> Outcome<Self> {
        let mut all = keyslot::Permissions::NONE;
        for name in names {
            all = all | name.as_str().parse()?;
        }
        Ok(Self(all))
    }

    fn __contains__(&self, name: Text) -> Outcome<bool> {
        Ok(self.0.contains(name.as_str().parse()?))
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("Permissions({})", self.0)
    }
}
