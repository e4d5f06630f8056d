//! Facts about a kept version besides its value.

use std::time::SystemTime;

use serde::Serialize;

use super::fingerprint::Fingerprint;
use super::rfc3339::rfc3339;
use super::version::Version;
use crate::actor::Actor;

/// A kept version of a secret.
///
/// In JSON, its time is text of RFC 3339 in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct VersionInfo {
    /// Its number.
    pub version: Version,
    /// Time at which it was stored.
    #[serde(serialize_with = "rfc3339")]
    pub created_at: SystemTime,
    /// The actor who stored it; `None` when the handle had no [`Actor`].
    pub created_by: Option<Actor>,
    /// The keyed hash of the value; `None` for values that were stored before there were
    /// fingerprints.
    pub fingerprint: Option<Fingerprint>,
    /// The last four characters of the value, if they may be shown.
    pub hint: Option<String>,
}
