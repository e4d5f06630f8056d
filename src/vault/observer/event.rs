//! One event.

use std::time::{Duration, SystemTime};

use serde::{Serialize, Serializer};

use super::Action;
use crate::actor::Actor;
use crate::error::ErrorKind;
use crate::name::SecretName;
use crate::record::{Fingerprint, RecordId, Version, rfc3339};
use crate::scope::Scope;
use crate::target::Target;

/// A use or change of one secret. Holds names and numbers, never a value.
///
/// In JSON the time is text of RFC 3339 in UTC, the duration is `duration_us` in whole
/// microseconds, and the outcome is `refused`: the code of an [`ErrorKind`], or `null`.
///
/// ```
/// # #[cfg(feature = "json")] {
/// use std::sync::mpsc;
/// use std::time::{Duration, UNIX_EPOCH};
/// use keyslot::{Event, RootKey, Vault};
///
/// let (sender, lines) = mpsc::channel();
/// let vault = Vault::builder()
///     .clock(|| UNIX_EPOCH + Duration::from_secs(1_800_000_000))
///     .observer(move |event: &Event<'_>| drop(sender.send(serde_json::to_value(event))))
///     .create(&RootKey::generate()?)?;
/// vault.scope("acme")?.resolve("<<$secret.STRIPE_KEY>>").unwrap_err();
///
/// let mut line = lines.recv().unwrap().unwrap();
/// assert!(line["duration_us"].take().is_u64());
/// let expected = serde_json::json!({
///     "time": "2027-01-15T08:00:00Z",
///     "duration_us": null,
///     "action": "use",
///     "scope": "acme",
///     "name": "STRIPE_KEY",
///     "actor": null,
///     "target": {"surface": "text"},
///     "found_in": null,
///     "record": null,
///     "version": null,
///     "fingerprint": null,
///     "refused": "not_found",
/// });
/// assert_eq!(line, expected);
/// # }
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Event<'a> {
    /// The time of the vault's clock when the event was told.
    #[serde(serialize_with = "rfc3339")]
    pub time: SystemTime,
    /// The time that the call took until then.
    #[serde(rename = "duration_us", serialize_with = "micros")]
    pub duration: Duration,
    /// The kind of the call.
    pub action: Action,
    /// The scope of the handle that was called.
    pub scope: &'a Scope,
    /// The secret.
    pub name: &'a SecretName,
    /// The actor of the handle, if it has one.
    pub actor: Option<&'a Actor>,
    /// The target of a use.
    pub target: Option<&'a Target>,
    /// The scope in which the secret was found or changed.
    pub found_in: Option<&'a Scope>,
    /// The identity of the secret.
    pub record: Option<RecordId>,
    /// The version that was used, or is the newest after a change.
    pub version: Option<Version>,
    /// The fingerprint of that version's value.
    pub fingerprint: Option<Fingerprint>,
    /// The kind of the error if the call was refused.
    #[serde(rename = "refused", serialize_with = "refusal")]
    pub outcome: Result<(), ErrorKind>,
    /// The generation of the data key that sealed a value which was given.
    #[serde(skip)]
    pub(in crate::vault) generation: u32,
}

impl Event<'_> {
    /// Returns true for a value that was given, which counts as a use of its secret.
    pub(in crate::vault) fn is_counted(&self) -> bool {
        self.outcome.is_ok() && matches!(self.action, Action::Use | Action::Reveal)
    }
}

fn micros<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX))
}

// By reference, as serde calls it.
#[allow(clippy::trivially_copy_pass_by_ref)]
pub(super) fn refusal<S: Serializer>(
    outcome: &Result<(), ErrorKind>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    outcome.err().serialize(serializer)
}
