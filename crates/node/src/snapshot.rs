//! Snapshots of runs.

use std::sync::Arc;
use std::time::Duration;

use keyslot::template::Engine;
use keyslot::{ScopedVault, Snapshot, Target};
use napi_derive::napi;

use crate::failure::refuse;
use crate::input::{Form, Input};
use crate::options::target;
use crate::resolved::NativeResolved;
use crate::run::NativeValues;
use crate::work::{Answer, perform};

/// The versions of some secrets at one moment, for a whole run.
#[napi]
#[derive(Debug)]
pub struct NativeSnapshot {
    snapshot: Snapshot,
    scoped: ScopedVault,
    engine: Arc<Engine>,
}

impl NativeSnapshot {
    pub(crate) fn new(snapshot: Snapshot, scoped: ScopedVault, engine: Arc<Engine>) -> Self {
        Self {
            snapshot,
            scoped,
            engine,
        }
    }

    fn meant(&self, json: &str) -> napi::Result<Target> {
        let said = target(json)?;
        Ok(match self.scoped.target() {
            Some(bound) if said == Target::unspecified() => bound.clone(),
            _ => said,
        })
    }
}

#[napi]
impl NativeSnapshot {
    /// Resolves with the versions of the snapshot.
    #[napi]
    pub fn resolve(
        &self,
        now: bool,
        text: String,
        form: Form,
        target: String,
        values: Option<&NativeValues>,
    ) -> napi::Result<Answer<NativeResolved>> {
        let (target, values) = (self.meant(&target)?, values.cloned());
        let (snapshot, engine) = (self.snapshot.clone(), Arc::clone(&self.engine));
        perform(now, move || {
            let input = Input::read(text, form)?;
            let resolved = match values {
                None => input.resolve(&engine, &snapshot, &target),
                Some(values) => input.resolve(&engine, &values.around(snapshot), &target),
            };
            Ok(NativeResolved::new(resolved?))
        })
    }

    /// A snapshot that asks the store no more often than this.
    #[napi]
    pub fn with_max_age(&self, milliseconds: u32) -> Self {
        let age = Duration::from_millis(milliseconds.into());
        Self {
            snapshot: self.snapshot.clone().with_max_age(age),
            scoped: self.scoped.clone(),
            engine: Arc::clone(&self.engine),
        }
    }

    /// Takes the newest versions.
    #[napi]
    pub fn refresh(&self, now: bool) -> napi::Result<Answer<()>> {
        let snapshot = self.snapshot.clone();
        perform(now, move || snapshot.refresh().map_err(refuse))
    }
}
