//! Origins of values.

use serde::Serialize;

use crate::name::SecretName;
use crate::record::{Fingerprint, RecordId, Version};
use crate::scope::Scope;

/// The secret or variable that went into a resolved text: for logs, audits and the question which
/// version a run used.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Used {
    /// Its name.
    pub name: SecretName,
    /// The scope in which it was found; `None` from resolvers without scopes.
    pub scope: Option<Scope>,
    /// The version of its value; `None` from resolvers without versions.
    pub version: Option<Version>,
    /// Its identity; `None` from resolvers without one.
    pub record: Option<RecordId>,
    /// The keyed hash of its value, which is equal for two uses of one value; `None` from resolvers
    /// without fingerprints.
    pub fingerprint: Option<Fingerprint>,
}

impl Used {
    pub(super) fn of(name: SecretName) -> Self {
        Self {
            name,
            scope: None,
            version: None,
            record: None,
            fingerprint: None,
        }
    }
}
