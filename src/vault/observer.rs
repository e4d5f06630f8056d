//! Live events: who did what with which secret. Never a value.

use std::fmt;

use crate::actor::Actor;
use crate::error::ErrorKind;
use crate::name::SecretName;
use crate::record::{Fingerprint, RecordId, Version};
use crate::scope::Scope;
use crate::target::Target;

#[cfg(feature = "tracing")]
mod tracing;

#[cfg(feature = "tracing")]
pub use self::tracing::TracingObserver;

/// Is told what happens in a vault, while it happens: for logs, metrics and alarms. Every closure
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
/// let observer = move |event: &Event<'_>| drop(sender.send((event.action, event.name.to_string(), event.outcome)));
/// let vault = Vault::builder().observer(observer).create(RootKey::generate()?)?;
/// let project = vault.scope("acme")?;
/// project.put("STRIPE_KEY", "sk_live_...")?;
/// project.resolve("<<$secret.STRIPE_KEY>>")?;
///
/// assert_eq!(events.recv().unwrap(), (Action::Put, "STRIPE_KEY".to_owned(), Ok(())));
/// assert_eq!(events.recv().unwrap(), (Action::Use, "STRIPE_KEY".to_owned(), Ok(())));
/// # Ok::<(), keyslot::Error>(())
/// ```
pub trait Observer: Send + Sync + 'static {
    /// Is told one event.
    fn observe(&self, event: &Event<'_>);

    /// Is told that the host [accepted](crate::Vault::accept_rollback) an older state of the store,
    /// and why. Ignored unless implemented.
    fn rollback_accepted(&self, reason: &str) {
        let _ = reason;
    }
}

impl<F: Fn(&Event<'_>) + Send + Sync + 'static> Observer for F {
    fn observe(&self, event: &Event<'_>) {
        self(event);
    }
}

/// What happened to one secret. Holds names and numbers, never a value.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Event<'a> {
    /// What was done, or tried.
    pub action: Action,
    /// The scope of the handle that did it.
    pub scope: &'a Scope,
    /// The secret.
    pub name: &'a SecretName,
    /// Who did it, if the handle says so.
    pub actor: Option<&'a Actor>,
    /// Where the value goes, of a use.
    pub target: Option<&'a Target>,
    /// The scope in which the secret was found or changed.
    pub found_in: Option<&'a Scope>,
    /// Its identity.
    pub record: Option<RecordId>,
    /// The version that was used, or is the newest after a change.
    pub version: Option<Version>,
    /// The fingerprint of that version's value.
    pub fingerprint: Option<Fingerprint>,
    /// Whether it was done, or why not.
    pub outcome: Result<(), ErrorKind>,
}

/// What an [`Event`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// A value was looked up for a template.
    Use,
    /// A value was told outside of any template.
    Reveal,
    /// Values were looked up to hide them: by a [`Redactor`](crate::Redactor), with which guesses
    /// can be tested.
    Redact,
    /// A model wrote a placeholder that it was not granted; nothing was looked up.
    Attempt,
    /// A value was stored.
    Put,
    /// A new secret took the name of a revoked one.
    ReplaceRevoked,
    /// What is said about a secret changed.
    Update,
    /// A secret was switched on or off.
    SetStatus,
    /// An older value became the newest again.
    RollBack,
    /// A secret was copied into another scope, which is the one of the event.
    CloneTo,
    /// A secret was revoked.
    Revoke,
    /// A secret was deleted.
    Delete,
}

impl Action {
    /// The name, as logs have it: `use`, `replace_revoked` …
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Use => "use",
            Self::Reveal => "reveal",
            Self::Redact => "redact",
            Self::Attempt => "attempt",
            Self::Put => "put",
            Self::ReplaceRevoked => "replace_revoked",
            Self::Update => "update",
            Self::SetStatus => "set_status",
            Self::RollBack => "roll_back",
            Self::CloneTo => "clone_to",
            Self::Revoke => "revoke",
            Self::Delete => "delete",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
