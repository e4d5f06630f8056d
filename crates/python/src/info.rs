//! Facts about stored secrets.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use keyslot::{Actor, Version};
use pyo3::prelude::*;

use crate::data;
use crate::rules::AccessRules;

/// Everything that a screen shows of a secret. Never a value.
#[pyclass(frozen, eq, module = "keyslot")]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SecretInfo(pub(crate) keyslot::SecretInfo);

#[pymethods]
impl SecretInfo {
    #[getter]
    fn scope(&self) -> &str {
        self.0.scope.as_str()
    }

    #[getter]
    fn name(&self) -> &str {
        self.0.name.as_str()
    }

    /// The identity of the secret, in hexadecimal digits.
    #[getter]
    fn record(&self) -> String {
        self.0.record.to_string()
    }

    /// `active`, `inactive` or `revoked`.
    #[getter]
    fn status(&self) -> &'static str {
        self.0.status.as_str()
    }

    #[getter]
    fn revision(&self) -> u64 {
        self.0.revision.get()
    }

    /// The version that resolves; `None` when revoked.
    #[getter]
    fn version(&self) -> Option<u64> {
        self.0.version().map(Version::get)
    }

    /// The fingerprint of the value that resolves, in hexadecimal digits.
    #[getter]
    fn fingerprint(&self) -> Option<String> {
        self.0.fingerprint().map(|print| print.to_string())
    }

    /// The last four characters of the value that resolves, if they may be shown.
    #[getter]
    fn hint(&self) -> Option<&str> {
        self.0.hint()
    }

    /// The kept versions, the oldest first.
    #[getter]
    fn versions(&self) -> Vec<VersionInfo> {
        self.0.versions.iter().cloned().map(VersionInfo).collect()
    }

    #[getter]
    fn description(&self) -> &str {
        &self.0.description
    }

    #[getter]
    fn metadata(&self) -> BTreeMap<String, String> {
        self.0.metadata.clone()
    }

    #[getter]
    fn created_at(&self) -> SystemTime {
        self.0.created_at
    }

    #[getter]
    fn created_by(&self) -> Option<&str> {
        self.0.created_by.as_ref().map(Actor::as_str)
    }

    #[getter]
    fn updated_at(&self) -> SystemTime {
        self.0.updated_at
    }

    #[getter]
    fn updated_by(&self) -> Option<&str> {
        self.0.updated_by.as_ref().map(Actor::as_str)
    }

    #[getter]
    fn not_before(&self) -> Option<SystemTime> {
        self.0.not_before
    }

    #[getter]
    fn expires_at(&self) -> Option<SystemTime> {
        self.0.expires_at
    }

    #[getter]
    fn rotate_every(&self) -> Option<Duration> {
        self.0.rotate_every
    }

    #[getter]
    fn rules(&self) -> AccessRules {
        AccessRules(self.0.rules.clone())
    }

    /// Returns true if the value that resolves has reached the age at which it should be replaced.
    #[pyo3(signature = (now=None))]
    fn due_for_rotation(&self, now: Option<SystemTime>) -> bool {
        self.0.due_for_rotation(now.unwrap_or_else(SystemTime::now))
    }

    /// Returns the facts as plain data; times are text as in RFC 3339.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data::of(py, &self.0)
    }

    fn __repr__(&self) -> String {
        let (scope, name, status) = (&self.0.scope, &self.0.name, self.0.status);
        format!("SecretInfo({} in {scope}, {status})", name.as_str())
    }
}

/// A kept version of a secret.
#[pyclass(frozen, eq, module = "keyslot")]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct VersionInfo(keyslot::VersionInfo);

#[pymethods]
impl VersionInfo {
    #[getter]
    fn version(&self) -> u64 {
        self.0.version.get()
    }

    #[getter]
    fn created_at(&self) -> SystemTime {
        self.0.created_at
    }

    #[getter]
    fn created_by(&self) -> Option<&str> {
        self.0.created_by.as_ref().map(Actor::as_str)
    }

    #[getter]
    fn fingerprint(&self) -> Option<String> {
        self.0.fingerprint.map(|print| print.to_string())
    }

    #[getter]
    fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    fn __repr__(&self) -> String {
        format!("VersionInfo({})", self.0.version)
    }
}
