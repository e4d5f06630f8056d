//! The receiver of events.

use super::{Event, KeyEvent};
use crate::error::Error;
use crate::scope::Scope;

/// Receives the events of a vault while they happen: for logs, metrics and alarms. Every closure
/// over an [`Event`] is one.
///
/// It is called after a use was decided or a write committed, by the thread that did it and with
/// nothing locked: it may call the vault, and it should be quick. It cannot prevent anything, and
/// what it misses is lost.
///
/// ```
/// use std::sync::mpsc;
/// use keyslot::{Action, Event, RootKey, Vault};
///
/// let (sender, events) = mpsc::channel();
/// let observer = move |event: &Event<'_>| {
///     let _ = sender.send((event.action, event.name.to_string(), event.outcome));
/// };
/// let vault = Vault::builder().observer(observer).create(&RootKey::generate()?)?;
/// let project = vault.scope("acme")?;
/// project.put("STRIPE_KEY", "sk_live_...")?;
/// project.resolve("<<$secret.STRIPE_KEY>>")?;
///
/// assert_eq!(events.recv().unwrap(), (Action::Put, "STRIPE_KEY".to_owned(), Ok(())));
/// assert_eq!(events.recv().unwrap(), (Action::Use, "STRIPE_KEY".to_owned(), Ok(())));
/// # Ok::<(), keyslot::Error>(())
/// ```
pub trait Observer: Send + Sync + 'static {
    /// Receives one event.
    fn observe(&self, event: &Event<'_>);

    /// Receives one event about the keys of the vault: a change that an operator made, or that was
    /// refused. Ignored unless implemented.
    fn key_changed(&self, event: &KeyEvent<'_>) {
        let _ = event;
    }

    /// Receives the reason for which the host [accepted](crate::Vault::accept_rollback) an older
    /// state of the store. Ignored unless implemented.
    fn rollback_accepted(&self, reason: &str) {
        let _ = reason;
    }

    /// Receives the scope and the reason of a repair:
    /// [`rebuild_head`](crate::Vault::rebuild_head), which names the organization, or
    /// [`revoke_lost`](crate::Vault::revoke_lost). Ignored unless implemented.
    fn repaired(&self, scope: &Scope, reason: &str) {
        let _ = (scope, reason);
    }

    /// Receives the reason for which the [anchor](crate::RollbackAnchor) could not be told a write
    /// that was committed. Until it is told, the write can be put back unnoticed. Ignored unless
    /// implemented.
    fn anchor_failed(&self, error: &Error) {
        let _ = error;
    }

    /// Receives the reason for which waiting entries of the [audit log](crate::Vault::audit) could
    /// not be stored. They wait on, up to the [limit](crate::AuditLimits::queue). Ignored unless
    /// implemented.
    fn audit_failed(&self, error: &Error) {
        let _ = error;
    }

    /// Receives the reason for which [counted uses](crate::VaultBuilder::count_uses) could not be
    /// stored, or a use found no room to wait in. They wait on, or [are
    /// lost](crate::Vault::usage_backlog). Ignored unless implemented.
    fn usage_failed(&self, error: &Error) {
        let _ = error;
    }
}

impl<F: Fn(&Event<'_>) + Send + Sync + 'static> Observer for F {
    fn observe(&self, event: &Event<'_>) {
        self(event);
    }
}
