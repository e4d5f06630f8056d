//! One event.

use super::Action;
use crate::actor::Actor;
use crate::error::ErrorKind;
use crate::name::SecretName;
use crate::record::{Fingerprint, RecordId, Version};
use crate::scope::Scope;
use crate::target::Target;

/// An action on one secret. Holds names and numbers, never a value.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Event<'a> {
    /// The action, done or tried.
    pub action: Action,
    /// The scope of the handle that did it.
    pub scope: &'a Scope,
    /// The secret.
    pub name: &'a SecretName,
    /// Actor of the handle, if it has one.
    pub actor: Option<&'a Actor>,
    /// Target of the value, of a use.
    pub target: Option<&'a Target>,
    /// The scope in which the secret was found or changed.
    pub found_in: Option<&'a Scope>,
    /// Its identity.
    pub record: Option<RecordId>,
    /// The version that was used, or is the newest after a change.
    pub version: Option<Version>,
    /// The fingerprint of that version's value.
    pub fingerprint: Option<Fingerprint>,
    /// Success, or the kind of the error.
    pub outcome: Result<(), ErrorKind>,
}
