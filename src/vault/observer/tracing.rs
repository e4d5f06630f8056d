//! Events as those of the crate `tracing`.

use super::{Event, KeyEvent, Observer};
use crate::error::Error;
use crate::scope::Scope;

/// Emits each [`Event`] as an event of the crate [`tracing`], target `keyslot`: level `INFO`, or
/// `WARN` for what was refused.
///
/// Its fields are `action`, `scope`, `name`, and where they are known `actor`, `tool`, `host`,
/// `port`, `found_in`, `record`, `version`, `fingerprint` and `refused`. A [`KeyEvent`] has
/// `key_action`, `organization`, `generation`, `key` (its id), `key_name`, `key_kind` and
/// `refused`. A rollback that was accepted and a repair (`WARN`, with their `reason`) and an anchor
/// that failed (`ERROR`) have an `action` too.
///
/// ```
/// use keyslot::{RootKey, TracingObserver, Vault};
///
/// let vault = Vault::builder().observer(TracingObserver::new()).create(&RootKey::generate()?)?;
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct TracingObserver;

impl TracingObserver {
    /// The observer.
    ///
    /// ```
    /// use keyslot::{RootKey, TracingObserver, Vault};
    ///
    /// let builder = Vault::builder().observer(TracingObserver::new());
    /// let vault = builder.create(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("API_KEY", "a value")?; // the subscriber of the host is told of it
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn new() -> Self {
        Self
    }
}

/// The level is part of an event's static description, so each has its own.
macro_rules! emit {
    ($level:ident, $event:ident) => {
        tracing::event!(
            target: "keyslot",
            tracing::Level::$level,
            action = $event.action.as_str(),
            scope = $event.scope.as_str(),
            name = $event.name.as_str(),
            actor = $event.actor.map(|actor| actor.as_str()),
            tool = $event.target.and_then(|target| target.tool_name()),
            host = $event.target.and_then(|target| target.host()),
            port = $event.target.and_then(|target| target.port()),
            found_in = $event.found_in.map(|scope| scope.as_str()),
            record = $event.record.map(tracing::field::display),
            version = $event.version.map(|version| version.get()),
            fingerprint = $event.fingerprint.map(tracing::field::display),
            refused = $event.outcome.err().map(tracing::field::debug),
        )
    };
}

/// An event about keys.
macro_rules! emit_key {
    ($level:ident, $event:ident) => {
        tracing::event!(
            target: "keyslot",
            tracing::Level::$level,
            key_action = $event.action.as_str(),
            organization = $event.organization.map(|scope| scope.as_str()),
            generation = $event.generation,
            key = $event.key.map(|key| key.id.as_str()),
            key_name = $event.key.map(|key| key.name.as_str()),
            key_kind = $event.key.map(|key| key.kind.as_str()),
            refused = $event.outcome.err().map(tracing::field::debug),
        )
    };
}

impl Observer for TracingObserver {
    fn key_changed(&self, event: &KeyEvent<'_>) {
        if event.outcome.is_ok() {
            emit_key!(INFO, event);
        } else {
            emit_key!(WARN, event);
        }
    }

    fn observe(&self, event: &Event<'_>) {
        if event.outcome.is_ok() {
            emit!(INFO, event);
        } else {
            emit!(WARN, event);
        }
    }

    fn rollback_accepted(&self, reason: &str) {
        tracing::warn!(target: "keyslot", action = "accept_rollback", reason);
    }

    fn repaired(&self, scope: &Scope, reason: &str) {
        tracing::warn!(target: "keyslot", action = "repair", scope = scope.as_str(), reason);
    }

    fn usage_failed(&self, error: &Error) {
        tracing::error!(target: "keyslot", action = "usage", refused = ?error.kind());
    }

    fn audit_failed(&self, error: &Error) {
        tracing::error!(target: "keyslot", action = "audit", refused = ?error.kind());
    }

    fn anchor_failed(&self, error: &Error) {
        tracing::error!(target: "keyslot", action = "anchor", refused = ?error.kind());
    }
}
