//! An event that borrows nothing.

use std::time::{Duration, SystemTime};

use serde::{Serialize, Serializer};

use super::{Action, Event};
use crate::actor::Actor;
use crate::error::ErrorKind;
use crate::name::SecretName;
use crate::record::{Fingerprint, RecordId, Version};
use crate::scope::Scope;
use crate::target::Target;

/// An [`Event`] that can be kept and sent: see [`Event::to_owned`]. Its JSON is the same.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OwnedEvent {
    /// The time of the vault's clock when the event was told.
    pub time: SystemTime,
    /// The time that the call took until then.
    pub duration: Duration,
    /// The kind of the call.
    pub action: Action,
    /// The scope of the handle that was called.
    pub scope: Scope,
    /// The secret.
    pub name: SecretName,
    /// The actor of the handle, if it has one.
    pub actor: Option<Actor>,
    /// The target of a use.
    pub target: Option<Target>,
    /// The scope in which the secret was found or changed.
    pub found_in: Option<Scope>,
    /// The identity of the secret.
    pub record: Option<RecordId>,
    /// The version that was used, or is the newest after a change.
    pub version: Option<Version>,
    /// The fingerprint of that version's value.
    pub fingerprint: Option<Fingerprint>,
    /// The kind of the error if the call was refused.
    pub outcome: Result<(), ErrorKind>,
}

impl Event<'_> {
    /// Returns a copy that borrows nothing, to be kept or sent to another thread.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use keyslot::{Action, Event, RootKey, Vault};
    ///
    /// let (sender, events) = mpsc::channel();
    /// let observer = move |event: &Event<'_>| drop(sender.send(event.to_owned()));
    /// let vault = Vault::builder().observer(observer).create(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// let event = events.recv().unwrap();
    /// assert_eq!((event.action, event.name.as_str()), (Action::Put, "STRIPE_KEY"));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn to_owned(&self) -> OwnedEvent {
        OwnedEvent {
            time: self.time,
            duration: self.duration,
            action: self.action,
            scope: self.scope.clone(),
            name: self.name.clone(),
            actor: self.actor.cloned(),
            target: self.target.cloned(),
            found_in: self.found_in.cloned(),
            record: self.record,
            version: self.version,
            fingerprint: self.fingerprint,
            outcome: self.outcome,
        }
    }
}

impl Serialize for OwnedEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let event = Event {
            time: self.time,
            duration: self.duration,
            action: self.action,
            scope: &self.scope,
            name: &self.name,
            actor: self.actor.as_ref(),
            target: self.target.as_ref(),
            found_in: self.found_in.as_ref(),
            record: self.record,
            version: self.version,
            fingerprint: self.fingerprint,
            outcome: self.outcome,
            generation: 0,
        };
        event.serialize(serializer)
    }
}
