//! The entries of an audit log.

use std::time::SystemTime;

use serde::{Serialize, Serializer};

use super::{AuditAction, Fingerprint, RecordId, Version, rfc3339};
use crate::actor::Actor;
use crate::error::ErrorKind;
use crate::name::SecretName;
use crate::scope::Scope;
use crate::target::Surface;

/// One use or change, as an audit log has it: that of an organization, or that of the keys that
/// open the vault. It holds names and numbers, never a value: these fields are all that an entry
/// can have.
///
/// In JSON the time is text of RFC 3339 in UTC, and the outcome is `refused`: the code of an
/// [`ErrorKind`]. What an entry does not have is left out.
///
/// ```
/// use keyslot::{AuditAction, AuditMode, RootKey, Vault};
///
/// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
/// vault.scope("acme/billing")?.put("STRIPE_KEY", "sk_live_...")?;
/// let entry = vault.audit("acme")?.entries().next().unwrap()?;
/// assert_eq!(entry.action, AuditAction::Put);
/// assert_eq!(entry.name.unwrap().as_str(), "STRIPE_KEY");
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AuditEntry {
    /// Its number in the log of changes, of uses or of keys, from 1.
    pub number: u64,
    /// The time of the vault's clock.
    #[serde(serialize_with = "rfc3339")]
    pub time: SystemTime,
    /// The kind of the call.
    pub action: AuditAction,
    /// The scope of the handle that was called, or the organization; `None` in the log of the keys
    /// that open the vault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// The secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<SecretName>,
    /// The actor of the handle or the vault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
    /// The scope in which the secret was found or changed, if it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found_in: Option<Scope>,
    /// The identity of the secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordId>,
    /// The version that was used or asked for, or is the newest after a change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// The fingerprint of that version's value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
    /// The tool that a use is for: the first 128 bytes of its name, without control characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// The host that a use is for, with its port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The surface that a use is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surface: Option<Surface>,
    /// True for a use in the instructions of a model.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub instructions: bool,
    /// The run that the handle was [made for](crate::ScopedVault::for_run).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The reason that the handle was [given](crate::ScopedVault::because), or the operator gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The generation of the data key that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation: Option<u32>,
    /// The number of things that it is about, where that is not one secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// The [id](crate::KeyInfo::id) of the key that opens the vault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The name of that key, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_name: Option<String>,
    /// The kind of the error if the call was refused.
    #[serde(
        rename = "refused",
        skip_serializing_if = "Result::is_ok",
        serialize_with = "refusal"
    )]
    pub outcome: Result<(), ErrorKind>,
}

// By reference, as serde calls it.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn refusal<S: Serializer>(
    outcome: &Result<(), ErrorKind>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    outcome.err().serialize(serializer)
}
