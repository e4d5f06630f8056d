//! Vaults.

use std::path::PathBuf;

use keyslot::template::Engine;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::audit::AuditLog;
use crate::data;
use crate::error::Outcome;
use crate::key::Key;
use crate::opening::{Settings, Verb};
use crate::scope::Scope;
use crate::text::Text;
use crate::twin;

/// Secrets of many organizations, encrypted, in one file or in memory.
#[pyclass(frozen, module = "keyslot")]
#[derive(Debug)]
pub(crate) struct Vault {
    vault: keyslot::Vault,
    engine: Engine,
}

fn open(
    py: Python<'_>,
    verb: Verb,
    path: &std::path::Path,
    key: &Key<'_>,
    settings: Option<&Bound<'_, PyDict>>,
) -> Outcome<Vault> {
    let settings = Settings::of(settings)?;
    let (engine, key) = (settings.engine.clone(), key.unlock());
    let vault = py.detach(|| twin::alone(path, || settings.open(verb, path, key)))?;
    Ok(Vault { vault, engine })
}

#[pymethods]
impl Vault {
    /// Opens the vault in a file. May wait for the file.
    #[staticmethod]
    #[pyo3(signature = (path, key, **settings))]
    fn open(
        py: Python<'_>,
        path: PathBuf,
        key: Key<'_>,
        settings: Option<&Bound<'_, PyDict>>,
    ) -> Outcome<Self> {
        open(py, Verb::Open, &path, &key, settings)
    }

    /// Creates a vault in a new file, which only its owner can read.
    #[staticmethod]
    #[pyo3(signature = (path, key, **settings))]
    fn create(
        py: Python<'_>,
        path: PathBuf,
        key: Key<'_>,
        settings: Option<&Bound<'_, PyDict>>,
    ) -> Outcome<Self> {
        open(py, Verb::Create, &path, &key, settings)
    }

    /// Opens the vault in a file, or creates it.
    #[staticmethod]
    #[pyo3(signature = (path, key, **settings))]
    fn open_or_create(
        py: Python<'_>,
        path: PathBuf,
        key: Key<'_>,
        settings: Option<&Bound<'_, PyDict>>,
    ) -> Outcome<Self> {
        open(py, Verb::OpenOrCreate, &path, &key, settings)
    }

    /// Makes a vault that lives as long as the process.
    #[staticmethod]
    #[pyo3(signature = (key, **settings))]
    fn in_memory(
        py: Python<'_>,
        key: Key<'_>,
        settings: Option<&Bound<'_, PyDict>>,
    ) -> Outcome<Self> {
        let settings = Settings::of(settings)?;
        let (engine, key) = (settings.engine.clone(), key.unlock());
        let vault = py.detach(|| settings.in_memory(key))?;
        Ok(Self { vault, engine })
    }

    /// Makes a vault of a backup, in a new file.
    #[staticmethod]
    fn restore(py: Python<'_>, backup: PathBuf, to: PathBuf, key: Key<'_>) -> Outcome<Self> {
        let key = key.unlock();
        let vault = py.detach(|| twin::alone(&to, || keyslot::Vault::restore(backup, &to, key)))?;
        let engine = Engine::new();
        Ok(Self { vault, engine })
    }

    /// Returns a handle on one scope: all that a tool runner needs, and nothing beyond it.
    fn scope(&self, path: Text) -> Outcome<Scope> {
        let scope = self.vault.scope(path.as_str())?;
        Ok(Scope::new(scope, self.engine.clone()))
    }

    /// Returns the organizations that ever stored a secret, sorted.
    fn organizations(&self, py: Python<'_>) -> Outcome<Vec<String>> {
        let all = py.detach(|| self.vault.organizations())?;
        Ok(all.into_iter().map(String::from).collect())
    }

    /// Returns the scopes of an organization that hold secrets, sorted.
    fn scopes(&self, py: Python<'_>, organization: Text) -> Outcome<Vec<String>> {
        let all = py.detach(|| self.vault.scopes(organization.as_str()))?;
        Ok(all.into_iter().map(String::from).collect())
    }

    /// Reads every row and holds it against the sealed heads.
    fn verify<'py>(&self, py: Python<'py>) -> Outcome<Bound<'py, PyAny>> {
        let report = py.detach(|| self.vault.verify())?;
        Ok(data::of(py, &report)?)
    }

    /// Copies the vault into a new file, while readers and writers go on, and verifies the copy.
    fn backup_to<'py>(&self, py: Python<'py>, path: PathBuf) -> Outcome<Bound<'py, PyAny>> {
        let backup = py.detach(|| self.vault.backup_to(path))?;
        Ok(data::of(py, &backup.verification)?)
    }

    /// Erases what deleted and replaced values left in the files: `done`, `pending` or
    /// `out_of_reach`.
    fn purge(&self, py: Python<'_>) -> Outcome<&'static str> {
        Ok(py.detach(|| self.vault.purge())?.as_str())
    }

    /// Gives the space of what was deleted back to the file system.
    fn compact(&self, py: Python<'_>) -> Outcome<&'static str> {
        Ok(py.detach(|| self.vault.compact())?.as_str())
    }

    /// Returns the keys that open this vault, the oldest first.
    fn keys<'py>(&self, py: Python<'py>) -> Outcome<Bound<'py, PyAny>> {
        let keys = py.detach(|| self.vault.keys())?;
        Ok(data::of(py, &keys)?)
    }

    /// Lets one more key open this vault.
    fn add_key<'py>(
        &self,
        py: Python<'py>,
        name: Text,
        key: Key<'_>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let key = key.unlock();
        let added = py.detach(|| self.vault.add_key(name, key))?;
        Ok(data::of(py, &added)?)
    }

    /// Removes a key by its name or id.
    fn remove_key(&self, py: Python<'_>, name_or_id: Text) -> Outcome<&'static str> {
        Ok(py.detach(|| self.vault.remove_key(name_or_id))?.as_str())
    }

    /// Puts a new key in place of one that opens this vault.
    fn change_root_key(&self, py: Python<'_>, old: Key<'_>, new: Key<'_>) -> Outcome<&'static str> {
        let (old, new) = (old.unlock(), new.unlock());
        let purge = py.detach(|| self.vault.change_root_key(old, new))?;
        Ok(purge.as_str())
    }

    /// Makes a new data key for an organization, and returns its generation.
    fn rotate_data_key(&self, py: Python<'_>, organization: Text) -> Outcome<u32> {
        Ok(py.detach(|| self.vault.rotate_data_key(organization.as_str()))?)
    }

    /// Seals everything of an organization anew with its newest data key.
    fn rewrap<'py>(&self, py: Python<'py>, organization: Text) -> Outcome<Bound<'py, PyAny>> {
        let done = py.detach(|| self.vault.rewrap(organization.as_str())?.finish())?;
        Ok(data::of(py, &done)?)
    }

    /// Returns the state of the keys.
    fn key_status<'py>(&self, py: Python<'py>) -> Outcome<Bound<'py, PyAny>> {
        let status = py.detach(|| self.vault.key_status())?;
        Ok(data::of(py, &status)?)
    }

    /// Returns the audit log of an organization.
    fn audit(&self, organization: Text) -> Outcome<AuditLog> {
        Ok(AuditLog(self.vault.audit(organization.as_str())?))
    }

    /// Stores all entries about uses that wait.
    fn flush_audit(&self, py: Python<'_>) -> Outcome<()> {
        Ok(py.detach(|| self.vault.flush_audit())?)
    }

    fn __repr__(&self) -> String {
        format!("{:?}", self.vault)
    }
}
