//! Handles on scopes: narrowing, reading, resolving.

use std::sync::Arc;

use keyslot::secrecy::{ExposeSecret as _, SecretString};
use keyslot::template::{Engine, Grants, JsonText};
use keyslot::{Actor, List, Permissions, ScopedVault, SecretName, Target};
use napi_derive::napi;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::audit::NativeAudit;
use crate::failure::{json, misused, refuse};
use crate::input::{Form, Input};
use crate::options::target;
use crate::redactor::NativeRedactor;
use crate::resolved::NativeResolved;
use crate::run::NativeValues;
use crate::snapshot::NativeSnapshot;
use crate::work::{Answer, perform};

/// A handle on a scope.
#[napi]
#[derive(Clone, Debug)]
pub struct NativeScope {
    pub(crate) scoped: ScopedVault,
    pub(crate) engine: Arc<Engine>,
}

/// A target that was read once.
#[napi]
#[derive(Debug)]
pub struct NativeTarget(Target);

#[napi]
impl NativeTarget {
    /// Reads a target from JSON.
    #[napi(constructor)]
    pub fn new(json: String) -> napi::Result<Self> {
        target(&json).map(Self)
    }

    /// The target as JSON.
    #[napi]
    pub fn json(&self) -> napi::Result<String> {
        json(&self.0)
    }
}

/// Filters of a list.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Filter {
    name_contains: Option<String>,
    metadata: std::collections::BTreeMap<String, String>,
    after: Option<SecretName>,
    limit: Option<usize>,
}

/// Most entries of a list that names no limit.
const LISTED: usize = 1000;

impl Filter {
    fn read(json: &str) -> napi::Result<Self> {
        let filter = serde_json::from_str(json);
        filter.map_err(|_| {
            misused("a filter has nameContains, metadata with strings, after and limit")
        })
    }

    fn limit(&self) -> usize {
        self.limit.unwrap_or(LISTED)
    }

    fn apply(&self, mut list: List) -> List {
        if let Some(part) = &self.name_contains {
            list = list.name_contains(part);
        }
        let metadata = self.metadata.iter();
        metadata.fold(list, |list, (key, value)| list.with_metadata(key, value))
    }
}

impl NativeScope {
    fn with(&self, scoped: ScopedVault) -> Self {
        Self {
            scoped,
            engine: Arc::clone(&self.engine),
        }
    }

    /// The target of a call: the one that is said, or that of the handle.
    fn meant(&self, target: Option<&NativeTarget>) -> Target {
        match (target, self.scoped.target()) {
            (Some(said), Some(bound)) if said.0 == Target::unspecified() => bound.clone(),
            (Some(said), _) => said.0.clone(),
            (None, Some(bound)) => bound.clone(),
            (None, None) => Target::unspecified(),
        }
    }
}

#[napi]
impl NativeScope {
    /// The path of the scope.
    #[napi]
    pub fn path(&self) -> &str {
        self.scoped.scope().as_str()
    }

    /// The permissions of the handle, such as `use | read`.
    #[napi]
    pub fn permissions(&self) -> String {
        self.scoped.permissions().to_string()
    }

    /// A handle with these permissions at most.
    #[napi]
    pub fn narrowed(&self, permissions: String) -> napi::Result<Self> {
        let permissions: Permissions = permissions.parse().map_err(refuse)?;
        Ok(self.with(self.scoped.with(permissions)))
    }

    /// A handle whose changes have an actor.
    #[napi]
    pub fn acting_as(&self, actor: String) -> napi::Result<Self> {
        let actor = Actor::new(actor).map_err(refuse)?;
        Ok(self.with(self.scoped.acting_as(actor)))
    }

    /// A handle for a run.
    #[napi]
    pub fn for_run(&self, run: String) -> napi::Result<Self> {
        Ok(self.with(self.scoped.for_run(run).map_err(refuse)?))
    }

    /// A handle whose entries in the audit log have a reason.
    #[napi]
    pub fn because(&self, reason: String) -> napi::Result<Self> {
        Ok(self.with(self.scoped.because(reason).map_err(refuse)?))
    }

    /// A handle for one target.
    #[napi]
    pub fn for_target(&self, target: &NativeTarget) -> Self {
        self.with(self.scoped.for_target(target.0.clone()))
    }

    /// The facts about a secret, as JSON.
    #[napi]
    pub fn info(&self, now: bool, name: String) -> napi::Result<Answer<String>> {
        let scoped = self.scoped.clone();
        perform(now, move || json(&scoped.info(name).map_err(refuse)?))
    }

    /// A value, outside of any template.
    #[napi]
    pub fn reveal(&self, now: bool, name: String) -> napi::Result<Answer<String>> {
        let scoped = self.scoped.clone();
        perform(now, move || {
            let value = scoped.reveal(name).map_err(refuse)?;
            Ok(value.expose_secret().to_owned())
        })
    }

    /// True if the value is that of the secret.
    #[napi]
    pub fn matches(&self, now: bool, name: String, value: String) -> napi::Result<Answer<bool>> {
        let value = Zeroizing::new(value);
        let scoped = self.scoped.clone();
        perform(now, move || {
            let value = SecretString::from(value.as_str());
            scoped.matches(name, value).map_err(refuse)
        })
    }

    /// The facts about the secrets of the scope, by name, as JSON.
    #[napi]
    pub fn list(&self, now: bool, filter: String) -> napi::Result<Answer<String>> {
        let scoped = self.scoped.clone();
        perform(now, move || {
            let filter = Filter::read(&filter)?;
            let mut sorted = filter.apply(scoped.list()).sorted().limit(filter.limit());
            if let Some(after) = &filter.after {
                sorted = sorted.after(after);
            }
            json(&sorted.page().map_err(refuse)?)
        })
    }

    /// The secrets of the scope and of those above it, nearest first, as JSON.
    #[napi]
    pub fn inherited(&self, now: bool, filter: String) -> napi::Result<Answer<String>> {
        let scoped = self.scoped.clone();
        perform(now, move || {
            let filter = Filter::read(&filter)?;
            let listed = filter.apply(scoped.list()).inherited();
            let listed: keyslot::Result<Vec<_>> = listed.take(filter.limit()).collect();
            json(&listed.map_err(refuse)?)
        })
    }

    /// The names of the secrets of the scope, as JSON.
    #[napi]
    pub fn names(&self, now: bool) -> napi::Result<Answer<String>> {
        let scoped = self.scoped.clone();
        perform(now, move || json(&scoped.names().map_err(refuse)?))
    }

    /// Resolves a text or document.
    #[napi]
    pub fn resolve(
        &self,
        now: bool,
        text: String,
        form: Form,
        target: Option<&NativeTarget>,
        values: Option<&NativeValues>,
    ) -> napi::Result<Answer<NativeResolved>> {
        let (scoped, target) = (self.scoped.clone(), self.meant(target));
        let (engine, values) = (Arc::clone(&self.engine), values.cloned());
        perform(now, move || {
            let input = Input::read(text, form)?;
            let resolved = match values {
                None => input.resolve(&engine, &scoped, &target),
                Some(values) => input.resolve(&engine, &values.around(scoped), &target),
            };
            Ok(NativeResolved::new(resolved?))
        })
    }

    /// Resolves arguments that a model wrote.
    #[napi]
    #[allow(clippy::too_many_arguments)]
    pub fn resolve_model_args(
        &self,
        now: bool,
        text: String,
        form: Form,
        target: Option<&NativeTarget>,
        grants: String,
        strict: bool,
        values: Option<&NativeValues>,
    ) -> napi::Result<Answer<NativeResolved>> {
        let grants: Grants = grants.parse().map_err(refuse)?;
        let grants = if strict { grants.strict() } else { grants };
        let (scoped, target) = (self.scoped.clone(), self.meant(target));
        let (engine, values) = (Arc::clone(&self.engine), values.cloned());
        perform(now, move || {
            let input = Input::read(text, form)?;
            let args = match values {
                None => input.resolve_own_args(&scoped, &target, &grants),
                Some(values) => {
                    input.resolve_args(&engine, &values.around(scoped), &target, &grants)
                }
            };
            Ok(NativeResolved::of_model(args?))
        })
    }

    /// The references of a text or document, as JSON.
    #[napi]
    pub fn references(&self, text: String, form: Form) -> napi::Result<String> {
        let input = Input::read(text, form)?;
        json(&input.references(&self.engine)?)
    }

    /// Checks that a resolve would go through; the lints are JSON.
    #[napi]
    pub fn check(
        &self,
        now: bool,
        text: String,
        form: Form,
        target: Option<&NativeTarget>,
    ) -> napi::Result<Answer<String>> {
        let (scoped, target) = (self.scoped.clone(), self.meant(target));
        perform(now, move || {
            let input = Input::read(text, form)?;
            json(&input.check(&scoped, &target).map_err(refuse)?)
        })
    }

    /// Explains for each reference of a text or document if it resolves, as JSON.
    #[napi]
    pub fn explain(
        &self,
        now: bool,
        text: String,
        form: Form,
        target: Option<&NativeTarget>,
    ) -> napi::Result<Answer<String>> {
        let (scoped, target) = (self.scoped.clone(), self.meant(target));
        let engine = Arc::clone(&self.engine);
        perform(now, move || {
            let input = Input::read(text, form)?;
            let references = input.references(&engine)?;
            json(&scoped.explain(&target, &references).map_err(refuse)?)
        })
    }

    /// The references of a text or document that no scope of the chain has, as JSON.
    #[napi]
    pub fn missing(&self, now: bool, text: String, form: Form) -> napi::Result<Answer<String>> {
        let (scoped, engine) = (self.scoped.clone(), Arc::clone(&self.engine));
        perform(now, move || {
            let input = Input::read(text, form)?;
            let references = input.references(&engine)?;
            json(&scoped.missing(&references).map_err(refuse)?)
        })
    }

    /// Pins the versions of the secrets in a text or document for a run.
    #[napi]
    pub fn snapshot(
        &self,
        now: bool,
        text: String,
        form: Form,
    ) -> napi::Result<Answer<NativeSnapshot>> {
        let (scoped, engine) = (self.scoped.clone(), Arc::clone(&self.engine));
        perform(now, move || {
            let input = Input::read(text, form)?;
            let references = input.references(&engine)?;
            let snapshot = scoped.snapshot(&references).map_err(refuse)?;
            Ok(NativeSnapshot::new(snapshot, scoped, engine))
        })
    }

    /// Makes a redactor of secrets of the scope and those above it.
    #[napi]
    pub fn redactor(
        &self,
        now: bool,
        names: Vec<String>,
        target: Option<&NativeTarget>,
    ) -> napi::Result<Answer<NativeRedactor>> {
        let (scoped, target) = (self.scoped.clone(), self.meant(target));
        perform(now, move || {
            let redactor = scoped.redactor_for(&target, names);
            redactor.map(NativeRedactor).map_err(refuse)
        })
    }

    /// Finds values of secrets in a text or document, as JSON.
    #[napi]
    pub fn find_values(&self, now: bool, text: String, form: Form) -> napi::Result<Answer<String>> {
        let scoped = self.scoped.clone();
        perform(now, move || {
            let text = Zeroizing::new(text);
            let found = match form {
                Form::Text => scoped.find_values(text.as_str()),
                Form::Json => JsonText::parse(text.as_str())
                    .and_then(|document| scoped.find_values(&document)),
                Form::Jsonc => JsonText::parse_jsonc(text.as_str())
                    .and_then(|document| scoped.find_values(&document)),
            };
            json(&found.map_err(refuse)?)
        })
    }

    /// The part of the audit log that is about the scope.
    #[napi]
    pub fn audit(&self) -> NativeAudit {
        NativeAudit(self.scoped.audit())
    }
}
