//! Secrets of one moment, for a whole run.

use keyslot::template::Engine;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::Outcome;
use crate::resolved::Resolved;
use crate::resolving::{self, Beside, Input};
use crate::target::{self, Target};

/// The secrets that a config means at one moment: all resolves of a run agree on their versions.
#[pyclass(frozen, module = "keyslot")]
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) snapshot: keyslot::Snapshot,
    pub(crate) engine: Engine,
}

#[pymethods]
impl Snapshot {
    /// Resolves a text or document with the versions of the snapshot.
    #[pyo3(signature = (input, target=None, *, secrets=None, variables=None))]
    fn resolve(
        &self,
        py: Python<'_>,
        input: Input,
        target: Option<&Bound<'_, Target>>,
        secrets: Option<&Bound<'_, PyDict>>,
        variables: Option<&Bound<'_, PyDict>>,
    ) -> Outcome<Resolved> {
        let beside = Beside::of(secrets, variables)?;
        let target = target::or_none(target);
        let with = (&self.engine, &self.snapshot);
        resolving::resolve(py, with, &target, beside, &input)
    }

    /// Takes the snapshot anew, of the same references.
    fn refresh(&self, py: Python<'_>) -> Outcome<()> {
        Ok(py.detach(|| self.snapshot.refresh())?)
    }
}
