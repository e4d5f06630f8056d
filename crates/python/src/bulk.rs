//! Calls for many secrets: their progress, and their errors.

use std::ops::ControlFlow;

use keyslot::store::Purge;
use keyslot::{BulkError, BulkProgress, ErrorKind, OnExisting};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict};

use crate::error::{Failed, Outcome, exception, refused};
use crate::text::Text;

/// A callback of the caller, called between two writes.
#[derive(Debug)]
pub(crate) struct Callback {
    call: Option<Py<PyAny>>,
    raised: Option<PyErr>,
}

impl Callback {
    pub(crate) fn new(call: Option<Py<PyAny>>) -> Self {
        Self { call, raised: None }
    }

    /// Tells what `told` makes. The call for many ends if the callback raises or returns `False`.
    pub(crate) fn tell(
        &mut self,
        told: impl FnOnce(Python<'_>) -> PyResult<Py<PyAny>>,
    ) -> ControlFlow<()> {
        let Some(call) = &self.call else {
            return ControlFlow::Continue(());
        };
        let answer = Python::attach(|py| {
            let answer = call.bind(py).call1((told(py)?,))?;
            let is_end = answer
                .cast::<PyBool>()
                .is_ok_and(|answer| !answer.is_true());
            Ok(is_end)
        });
        match answer {
            Ok(false) => ControlFlow::Continue(()),
            Ok(true) => ControlFlow::Break(()),
            Err(raised) => {
                self.raised = Some(raised);
                ControlFlow::Break(())
            }
        }
    }

    /// The exception of the callback, if it raised one.
    pub(crate) fn ended(self) -> PyResult<()> {
        self.raised.map_or(Ok(()), Err)
    }
}

/// Makes the result of a call for many secrets.
pub(crate) fn done(
    py: Python<'_>,
    done: Result<BulkProgress, BulkError>,
    callback: Callback,
) -> Outcome<Py<PyAny>> {
    callback.ended()?;
    match done {
        Ok(done) => Ok(shown(py, done)?),
        Err(error) => Err(Failed::Raised(failed(py, &error)?)),
    }
}

/// Makes plain data of a progress.
pub(crate) fn shown(py: Python<'_>, progress: BulkProgress) -> PyResult<Py<PyAny>> {
    let data = PyDict::new(py);
    data.set_item("changed", progress.changed)?;
    data.set_item("skipped", progress.skipped)?;
    data.set_item("total", progress.total)?;
    data.set_item("purge", progress.purge.map(Purge::as_str))?;
    Ok(data.into_any().unbind())
}

/// Makes the exception of an error, which knows the item and the progress.
fn failed(py: Python<'_>, error: &BulkError) -> PyResult<PyErr> {
    let made = exception(py, error.error());
    let value = made.value(py);
    value.setattr("item", error.item())?;
    value.setattr("progress", shown(py, error.progress())?)?;
    let unsettled = error.unsettled();
    value.setattr("unsettled", (unsettled.start, unsettled.end))?;
    Ok(made)
}

/// Reads the rule for names that exist.
pub(crate) fn on_existing(rule: &Text) -> Outcome<OnExisting> {
    Ok(match rule.as_str() {
        "fail" => OnExisting::Fail,
        "skip" => OnExisting::Skip,
        "replace" => OnExisting::Replace,
        "version" => OnExisting::Version,
        _ => {
            return Err(refused(
                ErrorKind::InvalidInput,
                "on_existing is fail, skip, replace or version",
            ));
        }
    })
}
