//! What is known of a stored secret besides its value.

use std::fmt;
use std::num::NonZeroU64;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::name::SecretName;
use crate::scope::Scope;
use crate::status::Status;

/// The number of a value of a secret: 1, 2, 3 …, never used twice, also not after the secret was deleted and created again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(NonZeroU64);

impl Version {
    /// The version of a secret's first value.
    pub const FIRST: Self = Self(NonZeroU64::MIN);

    /// The version of that number; `None` for 0.
    pub fn new(number: u64) -> Option<Self> {
        NonZeroU64::new(number).map(Self)
    }

    /// The number.
    pub fn get(self) -> u64 {
        self.0.get()
    }

    /// The version after this one; `None` at the end of the numbers.
    pub(crate) fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Counts the writes to a secret, of whatever kind: what a caller compares to see that nobody else changed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(u64);

impl Revision {
    /// The revision of that number, as once read from a [`SecretInfo`].
    pub fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The random identity of a secret, never used twice: a secret that was deleted and created again has another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId([u8; 16]);

impl RecordId {
    /// The identity of these bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// 32 hexadecimal digits.
impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordId({self})")
    }
}

impl Serialize for RecordId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Everything a management screen shows of a secret. Never a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SecretInfo {
    /// The scope it lives in.
    pub scope: Scope,
    /// Its name.
    pub name: SecretName,
    /// Its identity.
    pub record: RecordId,
    /// Whether it may be used.
    pub status: Status,
    /// The number of writes to it.
    pub revision: Revision,
    /// The kept versions, oldest first; the last is the one that resolves. Empty when revoked.
    pub versions: Vec<VersionInfo>,
    /// What it is for, in the words of whoever stored it; may be empty.
    pub description: String,
    /// When this secret was first stored.
    pub created_at: SystemTime,
    /// When anything of it last changed.
    pub updated_at: SystemTime,
    /// When it begins to resolve; `None` when it always did.
    pub not_before: Option<SystemTime>,
    /// When it ceases to resolve; `None` when never.
    pub expires_at: Option<SystemTime>,
    /// Whether it may be resolved in text that a model reads.
    pub instructions: bool,
}

impl SecretInfo {
    /// The version that a reference without a pin resolves to; `None` when revoked.
    pub fn version(&self) -> Option<Version> {
        self.versions.last().map(|kept| kept.version)
    }
}

/// One kept version of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct VersionInfo {
    /// Its number.
    pub version: Version,
    /// When it was stored.
    pub created_at: SystemTime,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_counted_from_1_and_end() {
        assert_eq!(Version::new(0), None);
        assert_eq!(Version::new(1), Some(Version::FIRST));
        assert_eq!(Version::FIRST.next().map(Version::get), Some(2));
        assert_eq!(Version::new(u64::MAX).unwrap().next(), None);
        assert!(Version::new(9) < Version::new(10));
        assert_eq!(serde_json::to_string(&Version::new(3)).unwrap(), "3");
        assert_eq!(serde_json::from_str::<Version>("3").unwrap().to_string(), "3");
        assert!(serde_json::from_str::<Version>("0").is_err());
    }

    #[test]
    fn identities_are_shown_as_32_digits() {
        let record = RecordId::from_bytes(std::array::from_fn(|at| u8::try_from(at * 16 + 1).unwrap()));
        let digits = "01112131415161718191a1b1c1d1e1f1";
        assert_eq!(record.to_string(), digits);
        assert_eq!(format!("{record:?}"), format!("RecordId({digits})"));
        assert_eq!(serde_json::to_string(&record).unwrap(), format!("\"{digits}\""));
        assert_eq!(RecordId::from_bytes(*record.as_bytes()), record);
    }

    #[test]
    fn the_last_kept_version_is_the_one_that_resolves() {
        let now = SystemTime::UNIX_EPOCH;
        let kept = |number| VersionInfo { version: Version::new(number).unwrap(), created_at: now };
        let mut info = SecretInfo {
            scope: "acme".parse().unwrap(),
            name: "KEY".parse().unwrap(),
            record: RecordId::from_bytes([0; 16]),
            status: Status::Active,
            revision: Revision::new(7),
            versions: vec![kept(3), kept(5)],
            description: String::new(),
            created_at: now,
            updated_at: now,
            not_before: None,
            expires_at: None,
            instructions: false,
        };
        assert_eq!(info.version(), Version::new(5));
        let json = serde_json::to_value(&info).unwrap();
        assert_eq!((&json["scope"], &json["name"], &json["status"]), (&"acme".into(), &"KEY".into(), &"active".into()));
        assert_eq!(json["versions"][1]["version"], 5);
        info.versions.clear();
        assert_eq!(info.version(), None);
    }
}
