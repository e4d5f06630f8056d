//! The call that secrets leave by: the entry that it waits for, and the events that tell of it.

use std::sync::Arc;

use crate::actor::Actor;
use crate::crypto::{Facts, Head, Info, Timestamp};
use crate::error::{ErrorKind, Result};
use crate::scope::Scope;
use crate::vault::audit::Noted;
use crate::vault::call::Call;
use crate::vault::core::Core;
use crate::vault::observer::{Action, Begun, Event};

/// On whose behalf and why secrets leave.
pub(super) struct ExportCall {
    pub(super) core: Arc<Core>,
    pub(super) actor: Option<Actor>,
    pub(super) run: Option<Arc<str>>,
    pub(super) reason: String,
}

impl ExportCall {
    fn facts<'f>(&'f self, action: Action, now: Timestamp, scope: &'f Scope) -> Facts<'f> {
        Call::operator(action.logged())
            .by(self.actor.as_ref(), self.run.as_deref())
            .because(Some(&self.reason))
            .facts(now, scope)
    }

    /// Stores the entry of an export from a scope of a tenant, before a value of it is read: in
    /// each mode of the log, if the tenant has one.
    ///
    /// # Errors
    ///
    /// Those of a store that cannot be written.
    pub(super) fn require(&self, action: Action, scope: &Scope, head: &Head) -> Result<()> {
        if !self.core.logs_changes(Some(head)) {
            return Ok(());
        }
        let mut noted = Noted::default();
        let now = self.core.clock.now()?.reading;
        noted.push(&self.facts(action, now, scope));
        self.core.require_entries(scope, &noted)
    }

    /// Notes an export that was refused.
    pub(super) fn note_refused(&self, action: Action, scope: &Scope, kind: ErrorKind) {
        if let Ok(now) = self.core.clock.now() {
            let facts = self.facts(action, now.reading, scope);
            self.core.batch_entry(&Facts {
                refused: Some(kind),
                ..facts
            });
        }
    }

    /// Tells the observer of a secret that left.
    pub(super) fn tell(&self, begun: Begun, action: Action, scope: &Scope, info: &Info) {
        let Some(observer) = &self.core.observer else {
            return;
        };
        let newest = info.newest();
        observer.observe(&Event {
            time: self.core.clock.reading(),
            duration: begun.elapsed(),
            action,
            scope,
            name: &info.name,
            actor: self.actor.as_ref(),
            target: None,
            found_in: Some(&info.scope),
            record: Some(info.record),
            version: newest.map(|kept| kept.version),
            fingerprint: newest.and_then(|kept| kept.fingerprint),
            outcome: Ok(()),
            generation: 0,
        });
    }
}
