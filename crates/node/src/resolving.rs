//! Handles on scopes: resolving, and what is asked before.

use std::sync::Arc;

use keyslot::template::{Grants, JsonText};
use napi_derive::napi;
use zeroize::Zeroizing;

use crate::failure::{json, refuse};
use crate::input::{Form, Input};
use crate::redactor::NativeRedactor;
use crate::resolved::NativeResolved;
use crate::run::NativeValues;
use crate::scope::NativeScope;
use crate::snapshot::NativeSnapshot;
use crate::target::NativeTarget;
use crate::work::{Answer, perform};

#[napi]
impl NativeScope {
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

    /// The names of the scope that a text or document does not refer to, as JSON.
    #[napi]
    pub fn unused(&self, now: bool, text: String, form: Form) -> napi::Result<Answer<String>> {
        let (scoped, engine) = (self.scoped.clone(), Arc::clone(&self.engine));
        perform(now, move || {
            let references = Input::read(text, form)?.references(&engine)?;
            json(&scoped.unused(&references).map_err(refuse)?)
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
}
