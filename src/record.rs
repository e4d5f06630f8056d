//! What is known of a stored secret besides its value.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU64;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::access::AccessRules;
use crate::actor::Actor;
use crate::name::SecretName;
use crate::scope::Scope;
use crate::status::Status;

/// The number of a value of a secret: 1, 2, 3 …, never used twice, also not after the secret was
/// deleted and created again.
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

/// Counts the writes to a secret, of whatever kind: what a caller compares to see that nobody else
/// changed it.
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

/// The random identity of a secret, never used twice: a secret that was deleted and created again
/// has another.
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
        write_hex(&self.0, f)
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

/// Tells equal values from different ones without telling the values: a keyed hash, which says
/// nothing outside of its vault and compares only within one organization.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of these bytes, as once read from a [`SecretInfo`].
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// 64 hexadecimal digits.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn write_hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
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
    /// What else is said about it.
    pub metadata: BTreeMap<String, String>,
    /// When this secret was first stored.
    pub created_at: SystemTime,
    /// Who first stored it; `None` when the handle had no [`Actor`].
    pub created_by: Option<Actor>,
    /// When anything of it last changed.
    pub updated_at: SystemTime,
    /// Who last changed it; `None` when the handle had no [`Actor`].
    pub updated_by: Option<Actor>,
    /// When it begins to resolve; `None` when it always did.
    pub not_before: Option<SystemTime>,
    /// When it ceases to resolve; `None` when never.
    pub expires_at: Option<SystemTime>,
    /// After how long a value should be replaced; `None` when nobody said.
    pub rotate_every: Option<Duration>,
    /// Where it may go.
    pub rules: AccessRules,
}

impl SecretInfo {
    /// The version that a reference without a pin resolves to; `None` when revoked.
    pub fn version(&self) -> Option<Version> {
        self.newest().map(|kept| kept.version)
    }

    /// The fingerprint of the value that resolves; `None` when revoked.
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        self.newest().and_then(|kept| kept.fingerprint)
    }

    /// The last four characters of the value that resolves, where they may be shown: see
    /// `VaultBuilder::hints`.
    pub fn hint(&self) -> Option<&str> {
        self.newest().and_then(|kept| kept.hint.as_deref())
    }

    /// Whether the value that resolves is older than [`rotate_every`](SecretInfo::rotate_every)
    /// says it should get.
    pub fn due_for_rotation(&self, now: SystemTime) -> bool {
        let due = self
            .newest()
            .zip(self.rotate_every)
            .map(|(kept, every)| kept.created_at.checked_add(every));
        // A moment after the end of time never comes.
        due.flatten().is_some_and(|due| due <= now)
    }

    fn newest(&self) -> Option<&VersionInfo> {
        self.versions.last()
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
    /// Who stored it; `None` when the handle had no [`Actor`].
    pub created_by: Option<Actor>,
    /// Tells whether two values are the same; `None` of values that were stored before there were
    /// fingerprints.
    pub fingerprint: Option<Fingerprint>,
    /// The last four characters, where they may be shown.
    pub hint: Option<String>,
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
        assert_eq!(
            serde_json::from_str::<Version>("3").unwrap().to_string(),
            "3"
        );
        assert!(serde_json::from_str::<Version>("0").is_err());
    }

    #[test]
    fn identities_are_shown_as_32_digits() {
        let record =
            RecordId::from_bytes(std::array::from_fn(|at| u8::try_from(at * 16 + 1).unwrap()));
        let digits = "01112131415161718191a1b1c1d1e1f1";
        assert_eq!(record.to_string(), digits);
        assert_eq!(format!("{record:?}"), format!("RecordId({digits})"));
        assert_eq!(
            serde_json::to_string(&record).unwrap(),
            format!("\"{digits}\"")
        );
        assert_eq!(RecordId::from_bytes(*record.as_bytes()), record);
    }

    #[test]
    fn fingerprints_are_shown_as_64_digits() {
        let fingerprint = Fingerprint::from_bytes([0xA5; 32]);
        assert_eq!(fingerprint.to_string(), "a5".repeat(32));
        assert_eq!(
            format!("{fingerprint:?}"),
            format!("Fingerprint({fingerprint})")
        );
        assert_eq!(
            serde_json::to_string(&fingerprint).unwrap(),
            format!("\"{fingerprint}\"")
        );
        assert_eq!(
            Fingerprint::from_bytes(*fingerprint.as_bytes()),
            fingerprint
        );
    }

    #[test]
    fn the_last_kept_version_is_the_one_that_resolves() {
        let now = SystemTime::UNIX_EPOCH;
        let kept = |number| VersionInfo {
            version: Version::new(number).unwrap(),
            created_at: now + Duration::from_secs(number),
            created_by: None,
            fingerprint: Some(Fingerprint::from_bytes([number.to_be_bytes()[7]; 32])),
            hint: (number == 5).then(|| "wxyz".to_owned()),
        };
        let mut info = SecretInfo {
            scope: "acme".parse().unwrap(),
            name: "KEY".parse().unwrap(),
            record: RecordId::from_bytes([0; 16]),
            status: Status::Active,
            revision: Revision::new(7),
            versions: vec![kept(3), kept(5)],
            description: String::new(),
            metadata: BTreeMap::new(),
            created_at: now,
            created_by: None,
            updated_at: now,
            updated_by: None,
            not_before: None,
            expires_at: None,
            rotate_every: None,
            rules: AccessRules::new(),
        };
        assert_eq!(info.version(), Version::new(5));
        assert_eq!(
            (info.fingerprint(), info.hint()),
            (Some(Fingerprint::from_bytes([5; 32])), Some("wxyz"))
        );
        let json = serde_json::to_value(&info).unwrap();
        assert_eq!(
            (&json["scope"], &json["name"], &json["status"]),
            (&"acme".into(), &"KEY".into(), &"active".into())
        );
        assert_eq!(json["versions"][1]["version"], 5);
        assert!(
            !info.due_for_rotation(SystemTime::now()),
            "nobody said when"
        );
        info.rotate_every = Some(Duration::from_secs(60));
        assert!(!info.due_for_rotation(now + Duration::from_secs(64)));
        assert!(info.due_for_rotation(now + Duration::from_secs(65)));
        info.rotate_every = Some(Duration::MAX);
        assert!(!info.due_for_rotation(now + Duration::from_secs(u64::from(u32::MAX))));
        info.versions.clear();
        info.rotate_every = Some(Duration::from_secs(1));
        assert!(
            !info.due_for_rotation(SystemTime::now()),
            "there is no value to replace"
        );
        assert_eq!(
            (info.version(), info.fingerprint(), info.hint()),
            (None, None, None)
        );
    }
}
