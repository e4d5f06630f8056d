//! Handles on scopes: narrowing and reading.

use std::sync::Arc;

use keyslot::secrecy::{ExposeSecret as _, SecretString};
use keyslot::template::Engine;
use keyslot::{Actor, Permissions, ScopedVault, Target};
use napi_derive::napi;
use zeroize::Zeroizing;

use crate::audit::NativeAudit;
use crate::failure::{json, refuse};
use crate::target::NativeTarget;
use crate::work::{Answer, perform};

/// A handle on a scope.
#[napi]
#[derive(Clone, Debug)]
pub struct NativeScope {
    pub(crate) scoped: ScopedVault,
    pub(crate) engine: Arc<Engine>,
}

impl NativeScope {
    fn with(&self, scoped: ScopedVault) -> Self {
        Self {
            scoped,
            engine: Arc::clone(&self.engine),
        }
    }

    /// The target of a call: the one that is said, or that of the handle.
    pub(crate) fn meant(&self, target: Option<&NativeTarget>) -> Target {
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

    /// The part of the audit log that is about the scope.
    #[napi]
    pub fn audit(&self) -> NativeAudit {
        NativeAudit(self.scoped.audit())
    }
}
