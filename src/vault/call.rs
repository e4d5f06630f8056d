//! The call that something is done by, as audit logs have it.

use std::sync::Arc;

use crate::actor::Actor;
use crate::crypto::{Facts, Timestamp};
use crate::record::AuditAction;
use crate::scope::Scope;

/// The operator of an open vault: on whose behalf and why its keys are changed and damage is
/// repaired.
#[derive(Clone, Default)]
pub(super) struct Operator {
    pub(super) actor: Option<Actor>,
    pub(super) reason: Option<Arc<str>>,
}

impl Operator {
    /// A call of this operator.
    pub(super) fn call(&self, action: AuditAction) -> Call<'_> {
        Call::operator(action)
            .by(self.actor.as_ref(), None)
            .because(self.reason.as_deref())
    }
}

/// An action, and on whose behalf and why it is done.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    action: AuditAction,
    pub(super) actor: Option<&'a Actor>,
    run: Option<&'a str>,
    reason: Option<&'a str>,
}

impl<'a> Call<'a> {
    /// A call of an operator, who has no handle.
    pub(super) fn operator(action: AuditAction) -> Self {
        Self {
            action,
            actor: None,
            run: None,
            reason: None,
        }
    }

    /// The same call, by an actor and in a run, if these are known.
    pub(super) fn by(self, actor: Option<&'a Actor>, run: Option<&'a str>) -> Self {
        Self { actor, run, ..self }
    }

    /// The same call, for a reason if there is one.
    pub(super) fn because(self, reason: Option<&'a str>) -> Self {
        Self { reason, ..self }
    }

    /// The facts of an entry that says no more than this.
    pub(super) fn facts<'f>(&self, time: Timestamp, scope: &'f Scope) -> Facts<'f>
    where
        'a: 'f,
    {
        Facts {
            actor: self.actor,
            run: self.run,
            reason: self.reason,
            ..Facts::new(time, self.action, scope)
        }
    }

    /// The facts of an entry in the log of the keys that open the vault, which says no more than
    /// this.
    pub(super) fn facts_of_vault(&self, time: Timestamp, action: AuditAction) -> Facts<'a> {
        Facts {
            actor: self.actor,
            run: self.run,
            reason: self.reason,
            ..Facts::of_vault(time, action)
        }
    }
}
