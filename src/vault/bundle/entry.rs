//! Contents of a bundle, without values.

use std::time::SystemTime;

use crate::crypto::{BundleReach, Info};
use crate::name::SecretName;
use crate::record::Version;
use crate::scope::Scope;
use crate::status::Status;

/// A secret in a bundle, without its values.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BundleEntry {
    /// The scope that it was in.
    pub scope: Scope,
    /// Its name.
    pub name: SecretName,
    /// Its status; `None` for the tombstone of a deleted secret.
    pub status: Option<Status>,
    /// The number of its versions in the bundle.
    pub versions: usize,
    /// The highest version that was ever given under the name.
    pub last_version: Version,
    /// Description of its purpose.
    pub description: String,
    /// Time of its first version.
    pub created_at: SystemTime,
    /// Time of its last change.
    pub updated_at: SystemTime,
}

impl From<Info> for BundleEntry {
    fn from(info: Info) -> Self {
        Self {
            status: info.state.status(),
            versions: info.versions.len(),
            last_version: info.last_version,
            description: info.about.description,
            created_at: info.created_at.time(),
            updated_at: info.updated_at.time(),
            scope: info.scope,
            name: info.name,
        }
    }
}

/// Contents of a bundle that is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BundleSummary {
    /// The part of a vault that it was made of.
    pub reach: BundleReach,
    /// The time at which it was made, by the clock of that vault.
    pub made_at: SystemTime,
    /// The organizations in it.
    pub organizations: u64,
    /// The secrets with values.
    pub secrets: u64,
    /// The tombstones, of revoked and of deleted secrets.
    pub tombstones: u64,
    /// The values, older versions included.
    pub values: u64,
}
