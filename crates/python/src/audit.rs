//! Audit logs.

use std::time::Duration;

use keyslot::{AuditCursor, AuditQuery, AuditRetention};
use pyo3::IntoPyObjectExt as _;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::bulk::Callback;
use crate::data;
use crate::document;
use crate::error::{Outcome, refused};
use crate::text::Text;

/// The log of uses and changes of the secrets of an organization or scope.
#[pyclass(frozen, module = "keyslot")]
#[derive(Debug)]
pub(crate) struct AuditLog(pub(crate) keyslot::AuditLog);

#[pymethods]
impl AuditLog {
    /// Returns a page of the entries that fit a question, the newest first: `limit` at most.
    ///
    /// The question is keyword arguments: `since`, `until` (text as in RFC 3339, or a `datetime`),
    /// `name`, `actor`, `actions` (a list), `outcome` (`ok`, or the code of an error), `refused`,
    /// `within`, `run`, `oldest_first`. `after` is the `next` of the page before.
    #[pyo3(signature = (*, after=None, limit=100, **query))]
    fn page<'py>(
        &self,
        py: Python<'py>,
        after: Option<Text>,
        limit: usize,
        query: Option<&Bound<'py, PyDict>>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let after = after.map(|after| after.as_str().parse::<AuditCursor>());
        let (after, query) = (after.transpose()?, asked(query)?);
        let page = py.detach(|| self.0.page(&query, after, limit))?;
        let shown = data::of(py, &page)?;
        // Times are objects in Python.
        let entries = shown.get_item("entries")?;
        for (at, entry) in page.entries.iter().enumerate() {
            entries.get_item(at)?.set_item("time", entry.time)?;
        }
        Ok(shown)
    }

    /// Takes the oldest entries of an organization away, and returns their number: those that were
    /// stored longer ago than `max_age`, and those beyond the newest `max_entries`. `progress` is
    /// called after each write with the number so far; if it returns `False` or raises, the call
    /// ends there.
    #[pyo3(signature = (reason, *, max_age=None, max_entries=None, progress=None))]
    fn prune(
        &self,
        py: Python<'_>,
        reason: Text,
        max_age: Option<Duration>,
        max_entries: Option<u64>,
        progress: Option<Py<PyAny>>,
    ) -> Outcome<u64> {
        let mut kept = AuditRetention::new();
        if let Some(age) = max_age {
            kept = kept.max_age(age);
        }
        if let Some(entries) = max_entries {
            kept = kept.max_entries(entries);
        }
        let mut callback = Callback::new(progress);
        let taken = py.detach(|| {
            let taken = |taken: u64| callback.tell(|py| taken.into_py_any(py));
            self.0.prune_with(&kept, reason, taken)
        });
        callback.ended()?;
        Ok(taken?)
    }

    /// Returns the uses of each secret.
    fn usage<'py>(&self, py: Python<'py>) -> Outcome<Bound<'py, PyAny>> {
        let usage = py.detach(|| self.0.usage())?;
        Ok(data::of(py, &usage)?)
    }
}

fn asked(given: Option<&Bound<'_, PyDict>>) -> Outcome<AuditQuery> {
    let Some(given) = given else {
        return Ok(AuditQuery::new());
    };
    let given = given.copy()?;
    let mut times = (None, None);
    for (name, time) in [("since", &mut times.0), ("until", &mut times.1)] {
        let Some(value) = given.get_item(name)? else {
            continue;
        };
        if let Ok(value) = value.extract::<std::time::SystemTime>() {
            *time = Some(value);
            given.del_item(name)?;
        }
    }
    let tree = document::of(&given)?;
    let query: Result<AuditQuery, _> = tree.to();
    // The crate says what the question should be, and repeats nothing of it.
    let mut query = query.map_err(|_| {
        refused(
            keyslot::ErrorKind::InvalidInput,
            "a question to an audit log has since, until, name, actor, actions, outcome, refused, \
             within, run and oldest_first",
        )
    })?;
    if let Some(since) = times.0 {
        query = query.since(since);
    }
    if let Some(until) = times.1 {
        query = query.until(until);
    }
    Ok(query)
}
