//! Scopes: handles on the secrets of one place.

use std::time::Duration;

use keyslot::secrecy::ExposeSecret as _;
use keyslot::template::Engine;
use keyslot::{Actor, Epoch, ErrorKind, OnExisting, Revision, SecretName, Status, Version};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyDictMethods, PyIterator, PyList};

use crate::audit::AuditLog;
use crate::bulk::{self, Callback};
use crate::error::{Outcome, refused};
use crate::info::SecretInfo;
use crate::redactor::Redactor;
use crate::resolved::{ModelArgs, Resolved};
use crate::resolving::{self, Beside, Input};
use crate::rules::Permissions;
use crate::snapshot::Snapshot;
use crate::target::{self, Target};
use crate::text::{Text, Value};
use crate::{data, grants, options, syntax};

/// One scope of a vault: resolves what is in it and above it, and manages what is in it.
#[pyclass(frozen, module = "keyslot")]
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    scope: keyslot::ScopedVault,
    engine: Engine,
}

impl Scope {
    pub(crate) fn new(scope: keyslot::ScopedVault, engine: Engine) -> Self {
        Self { scope, engine }
    }

    fn like(&self, scope: keyslot::ScopedVault) -> Self {
        Self::new(scope, self.engine.clone())
    }
}

/// Makes the input of a put of a value and keyword arguments.
fn input(value: Value, given: Option<&Bound<'_, PyDict>>) -> Outcome<keyslot::SecretInput> {
    let given = given.map(PyDictMethods::copy).transpose()?;
    let flag = |name: &str| -> PyResult<bool> {
        let Some(given) = &given else {
            return Ok(false);
        };
        let is_set = given.get_item(name)?.map(|value| value.extract::<bool>());
        if is_set.is_some() {
            given.del_item(name)?;
        }
        is_set.unwrap_or(Ok(false))
    };
    let (is_new, trims) = (flag("if_absent")?, flag("trimmed")?);
    let mut input = value.into_input()?.apply(options::change(given.as_ref())?);
    if is_new {
        input = input.if_absent();
    }
    Ok(if trims { input.trimmed() } else { input })
}

/// Makes the input of one of many secrets: a value, or a dict of it and its facts.
fn item_input(item: &Bound<'_, PyAny>) -> Outcome<keyslot::SecretInput> {
    let Ok(facts) = item.cast::<PyDict>() else {
        return input(item.extract()?, None);
    };
    let facts = facts.copy()?;
    let none = || {
        refused(
            ErrorKind::InvalidInput,
            "each item is a value, or a dict of value and facts",
        )
    };
    let value = facts.get_item("value")?.ok_or_else(none)?;
    facts.del_item("value")?;
    input(value.extract()?, Some(&facts))
}

#[pymethods]
impl Scope {
    /// The path of the scope.
    #[getter]
    fn path(&self) -> &str {
        self.scope.scope().as_str()
    }

    /// The calls that this handle may make.
    #[getter]
    fn permissions(&self) -> Permissions {
        Permissions(self.scope.permissions())
    }

    /// Returns a handle with the permissions that both have.
    fn narrowed(&self, permissions: &Permissions) -> Self {
        self.like(self.scope.with(permissions.0))
    }

    /// Returns a handle for an actor, who is recorded with each change.
    fn acting_as(&self, actor: Text) -> Outcome<Self> {
        Ok(self.like(self.scope.acting_as(Actor::new(actor)?)))
    }

    /// Returns a handle for one run, which the audit log names.
    fn for_run(&self, run: Text) -> Outcome<Self> {
        Ok(self.like(self.scope.for_run(run)?))
    }

    /// Returns a handle with a reason, which the audit log has.
    fn because(&self, reason: Text) -> Outcome<Self> {
        Ok(self.like(self.scope.because(reason)?))
    }

    /// Returns a handle that can be used for one target only.
    fn for_target(&self, target: &Target) -> Self {
        self.like(self.scope.for_target(target.0.clone()))
    }

    /// Returns a handle that reads another syntax, such as `mustache` or `angle | uri`.
    fn with_syntax(&self, syntax: &Bound<'_, PyAny>) -> Outcome<Self> {
        let engine = self.engine.clone().syntax(syntax::of(syntax)?);
        Ok(Self::new(self.scope.with_engine(&engine), engine))
    }

    /// Resolves a text, dict, list or tuple: every placeholder becomes its value, or the call
    /// fails. `secrets` of the caller answer before the vault, and `variables` after it, bare
    /// names alone.
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
        let with = (&self.engine, &self.scope);
        match target {
            Some(target) => resolving::resolve(py, with, &target.get().0, beside, &input),
            None => resolving::resolve(py, with, &target::or_none(None), beside, &input),
        }
    }

    /// Resolves in arguments that a model wrote what is granted; all else stays.
    #[pyo3(signature = (target, args, grants=None))]
    fn resolve_model_args(
        &self,
        py: Python<'_>,
        target: &Bound<'_, Target>,
        args: Input,
        grants: Option<&Bound<'_, PyAny>>,
    ) -> Outcome<ModelArgs> {
        let grants = grants::of(grants)?.0;
        let (scope, target) = (&self.scope, &target.get().0);
        match &args {
            Input::Text(text) => {
                let text = text.as_str();
                let args = py.detach(|| scope.resolve_model_args(target, text, &grants))?;
                ModelArgs::of_text(py, args)
            }
            Input::Document(tree) => {
                let args = py.detach(|| scope.resolve_model_args(target, tree, &grants))?;
                ModelArgs::of_document(py, args)
            }
        }
    }

    /// Returns lints of a config, and fails as a resolve would, without a value.
    #[pyo3(signature = (input, target=None))]
    fn check<'py>(
        &self,
        py: Python<'py>,
        input: Input,
        target: Option<&Bound<'_, Target>>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let target = target::or_none(target);
        let lints = py.detach(|| resolving::check(&self.scope, &target, &input))?;
        Ok(data::of(py, &lints)?)
    }

    /// Says for each reference of an input which scope decides, and why it does not resolve.
    #[pyo3(signature = (input, target=None))]
    fn explain<'py>(
        &self,
        py: Python<'py>,
        input: Input,
        target: Option<&Bound<'_, Target>>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let target = target::or_none(target);
        let said = py.detach(|| {
            let references = resolving::references(&self.engine, &input)?;
            self.scope.explain(&target, &references)
        })?;
        Ok(data::of(py, &said)?)
    }

    /// Returns the references of an input, as placeholders of the default syntax.
    fn references(&self, input: Input) -> Outcome<Vec<String>> {
        let all = resolving::references(&self.engine, &input)?;
        Ok(all.iter().map(ToString::to_string).collect())
    }

    /// Returns the references that mean no secret here or above, and the secrets of this very
    /// scope that none of them means.
    fn missing_and_unused(
        &self,
        py: Python<'_>,
        input: Input,
    ) -> Outcome<(Vec<String>, Vec<String>)> {
        let (missing, unused) = py.detach(|| -> keyslot::Result<_> {
            let all = resolving::references(&self.engine, &input)?;
            let missing = self.scope.missing(&all)?;
            Ok((missing, self.scope.unused(&all)?))
        })?;
        let missing = missing.iter().map(ToString::to_string).collect();
        Ok((missing, unused.into_iter().map(String::from).collect()))
    }

    /// Holds fast the secrets that a config means now, for all resolves of a run.
    fn snapshot(&self, py: Python<'_>, input: Input) -> Outcome<Snapshot> {
        let snapshot = py.detach(|| {
            let references = resolving::references(&self.engine, &input)?;
            self.scope.snapshot(&references)
        })?;
        let engine = self.engine.clone();
        Ok(Snapshot { snapshot, engine })
    }

    /// Makes a redactor of the nearest secret of each name.
    #[pyo3(signature = (names, target=None))]
    fn redactor(
        &self,
        py: Python<'_>,
        names: Vec<Text>,
        target: Option<&Bound<'_, Target>>,
    ) -> Outcome<Redactor> {
        let target = target.map(|target| target.get().0.clone());
        let made = py.detach(|| match target {
            None => self.scope.redactor(&names),
            Some(target) => self.scope.redactor_for(&target, &names),
        })?;
        Ok(Redactor(made))
    }

    /// Finds the strings of a document that are a value, or have one in them.
    fn find_values<'py>(&self, py: Python<'py>, input: Input) -> Outcome<Bound<'py, PyAny>> {
        let found = py.detach(|| match &input {
            Input::Text(text) => self.scope.find_values(text.as_str()),
            Input::Document(tree) => self.scope.find_values(tree),
        })?;
        Ok(data::of(py, &found)?)
    }

    /// Stores a value: a new secret, or the next version of one that is there.
    #[pyo3(signature = (name, value, **facts))]
    fn put(
        &self,
        py: Python<'_>,
        name: Text,
        value: Value,
        facts: Option<&Bound<'_, PyDict>>,
    ) -> Outcome<SecretInfo> {
        let input = input(value, facts)?;
        Ok(SecretInfo(py.detach(|| self.scope.put(name, input))?))
    }

    /// Puts a new secret under a revoked name.
    #[pyo3(signature = (name, value, **facts))]
    fn replace_revoked(
        &self,
        py: Python<'_>,
        name: Text,
        value: Value,
        facts: Option<&Bound<'_, PyDict>>,
    ) -> Outcome<SecretInfo> {
        let input = input(value, facts)?;
        Ok(SecretInfo(
            py.detach(|| self.scope.replace_revoked(name, input))?,
        ))
    }

    /// Changes the facts about a secret, without a new value.
    #[pyo3(signature = (name, **facts))]
    fn update(
        &self,
        py: Python<'_>,
        name: Text,
        facts: Option<&Bound<'_, PyDict>>,
    ) -> Outcome<SecretInfo> {
        let change = options::change(facts)?;
        Ok(SecretInfo(py.detach(|| self.scope.update(name, change))?))
    }

    /// Returns what is known of a secret of this very scope, besides its value.
    fn info(&self, py: Python<'_>, name: Text) -> Outcome<SecretInfo> {
        Ok(SecretInfo(py.detach(|| self.scope.info(name))?))
    }

    /// Returns the value of a secret of this very scope, for somebody who may see it.
    fn reveal(&self, py: Python<'_>, name: Text) -> Outcome<String> {
        let value = py.detach(|| self.scope.reveal(name))?;
        Ok(value.expose_secret().to_owned())
    }

    /// Returns true if a value is the one that is stored.
    fn matches(&self, py: Python<'_>, name: Text, value: Value) -> Outcome<bool> {
        let value = value.into_secret()?;
        Ok(py.detach(|| self.scope.matches(name, value))?)
    }

    /// Returns the secrets of this very scope, without their values.
    #[pyo3(signature = (*, name_contains=None, after=None, limit=None))]
    fn list(
        &self,
        py: Python<'_>,
        name_contains: Option<Text>,
        after: Option<Text>,
        limit: Option<usize>,
    ) -> Outcome<Vec<SecretInfo>> {
        let listed = py.detach(|| {
            let mut list = self.scope.list();
            if let Some(part) = name_contains {
                list = list.name_contains(part);
            }
            let mut sorted = list.sorted();
            if let Some(after) = after {
                sorted = sorted.after(&SecretName::new(after)?);
            }
            match limit {
                Some(limit) => sorted.limit(limit).page(),
                None => sorted.page(),
            }
        })?;
        Ok(listed.into_iter().map(SecretInfo).collect())
    }

    /// Returns the names in this very scope, sorted, revoked ones included.
    fn names(&self, py: Python<'_>) -> Outcome<Vec<String>> {
        let names = py.detach(|| self.scope.names())?;
        Ok(names.into_iter().map(String::from).collect())
    }

    /// Makes the value of an older version the newest again, as a new version.
    #[pyo3(signature = (name, version, *, if_revision=None))]
    fn rollback(
        &self,
        py: Python<'_>,
        name: Text,
        version: u64,
        if_revision: Option<u64>,
    ) -> Outcome<SecretInfo> {
        let none = || refused(ErrorKind::InvalidInput, "versions are counted from 1");
        let (version, scope) = (Version::new(version).ok_or_else(none)?, &self.scope);
        let info = py.detach(|| match if_revision.map(Revision::new) {
            Some(at) => scope.if_revision(at).rollback(name, version),
            None => scope.rollback(name, version),
        })?;
        Ok(SecretInfo(info))
    }

    /// Switches a secret on or off: `active` or `inactive`.
    #[pyo3(signature = (name, status, *, if_revision=None))]
    fn set_status(
        &self,
        py: Python<'_>,
        name: Text,
        status: Text,
        if_revision: Option<u64>,
    ) -> Outcome<SecretInfo> {
        let (status, scope): (Status, _) = (status.as_str().parse()?, &self.scope);
        let info = py.detach(|| match if_revision.map(Revision::new) {
            Some(at) => scope.if_revision(at).set_status(name, status),
            None => scope.set_status(name, status),
        })?;
        Ok(SecretInfo(info))
    }

    /// Revokes a secret for good: `done`, `pending` or `out_of_reach`, as `Vault.purge` says.
    #[pyo3(signature = (name, *, if_revision=None))]
    fn revoke(
        &self,
        py: Python<'_>,
        name: Text,
        if_revision: Option<u64>,
    ) -> Outcome<&'static str> {
        let purge = py.detach(|| match if_revision.map(Revision::new) {
            Some(at) => self.scope.if_revision(at).revoke(name),
            None => self.scope.revoke(name),
        })?;
        Ok(purge.as_str())
    }

    /// Deletes a secret; with `force` also a revoked name.
    #[pyo3(signature = (name, *, force=false, if_revision=None))]
    fn delete(
        &self,
        py: Python<'_>,
        name: Text,
        force: bool,
        if_revision: Option<u64>,
    ) -> Outcome<&'static str> {
        let scope = &self.scope;
        let purge = py.detach(|| match (if_revision.map(Revision::new), force) {
            (Some(at), true) => scope.if_revision(at).force_delete(name),
            (Some(at), false) => scope.if_revision(at).delete(name),
            (None, true) => scope.force_delete(name),
            (None, false) => scope.delete(name),
        })?;
        Ok(purge.as_str())
    }

    /// Stores many secrets in writes of bounded size. `items` is a dict of values, or of dicts of
    /// `value` and the keyword arguments of `put`. `on_existing` is `fail`, `skip`, `replace` or
    /// `version`. `progress` is called after each write with the progress so far; if it returns
    /// `False` or raises, the call ends there, and what is stored stays.
    #[pyo3(signature = (items, *, on_existing=None, progress=None))]
    fn put_all(
        &self,
        py: Python<'_>,
        items: &Bound<'_, PyDict>,
        on_existing: Option<Text>,
        progress: Option<Py<PyAny>>,
    ) -> Outcome<Py<PyAny>> {
        let rule = on_existing.as_ref().map(bulk::on_existing).transpose()?;
        let rule = rule.unwrap_or(OnExisting::Fail);
        let mut inputs = Vec::with_capacity(items.len());
        for (name, item) in items.iter() {
            inputs.push((name.extract::<Text>()?, item_input(&item)?));
        }
        let mut callback = Callback::new(progress);
        let done = py.detach(|| {
            self.scope.put_all_with(inputs, rule, |progress| {
                callback.tell(|py| bulk::shown(py, progress))
            })
        });
        bulk::done(py, done, callback)
    }

    /// Deletes many secrets in writes of bounded size; with `force` also revoked names. A name
    /// without a secret is skipped. `progress` is that of `put_all`.
    #[pyo3(signature = (names, *, force=false, progress=None))]
    fn delete_all(
        &self,
        py: Python<'_>,
        names: Vec<Text>,
        force: bool,
        progress: Option<Py<PyAny>>,
    ) -> Outcome<Py<PyAny>> {
        let mut callback = Callback::new(progress);
        let done = py.detach(|| {
            let tell = |progress| callback.tell(|py| bulk::shown(py, progress));
            if force {
                self.scope.force_delete_all_telling(&names, tell)
            } else {
                self.scope.delete_all_telling(&names, tell)
            }
        });
        bulk::done(py, done, callback)
    }

    /// Switches many secrets on or off, or revokes them: `active`, `inactive` or `revoked`. One
    /// that has the status is skipped. `progress` is that of `put_all`.
    #[pyo3(signature = (names, status, *, progress=None))]
    fn set_status_all(
        &self,
        py: Python<'_>,
        names: Vec<Text>,
        status: Text,
        progress: Option<Py<PyAny>>,
    ) -> Outcome<Py<PyAny>> {
        let status: Status = status.as_str().parse()?;
        let mut callback = Callback::new(progress);
        let done = py.detach(|| {
            let tell = |progress| callback.tell(|py| bulk::shown(py, progress));
            self.scope.set_status_all_with(&names, status, tell)
        });
        bulk::done(py, done, callback)
    }

    /// Copies a secret of this very scope into another scope of the same organization.
    fn clone_to(&self, py: Python<'_>, name: Text, target: &Self) -> Outcome<SecretInfo> {
        Ok(SecretInfo(
            py.detach(|| self.scope.clone_to(name, &target.scope))?,
        ))
    }

    /// Returns the number of writes to the secrets of the organization.
    fn epoch(&self, py: Python<'_>) -> Outcome<u64> {
        Ok(py.detach(|| self.scope.epoch())?.get())
    }

    /// Waits until a secret of this scope or above changes, and returns the changes since an
    /// epoch; none if the time is over.
    fn wait_for_changes<'py>(
        &self,
        py: Python<'py>,
        since: u64,
        timeout: Duration,
    ) -> Outcome<Bound<'py, PyAny>> {
        let since = Epoch::new(since);
        let changes = py.detach(|| self.scope.wait_for_changes(since, timeout))?;
        Ok(data::of(py, &changes)?)
    }

    /// Returns the audit log of this scope and those within it.
    fn audit(&self) -> AuditLog {
        AuditLog(self.scope.audit())
    }

    /// Goes over the names of this very scope, sorted.
    fn __iter__<'py>(&self, py: Python<'py>) -> Outcome<Bound<'py, PyIterator>> {
        let names = PyList::new(py, self.names(py)?)?;
        Ok(names.try_iter()?)
    }

    fn __contains__(&self, py: Python<'_>, name: Text) -> Outcome<bool> {
        match py.detach(|| self.scope.info(name)) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn __repr__(&self) -> String {
        format!("Scope({})", self.path())
    }
}
