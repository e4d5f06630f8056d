//! Facts about a stored secret besides its value.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::fingerprint::Fingerprint;
use super::record_id::RecordId;
use super::revision::Revision;
use super::rfc3339::Rfc3339;
use super::version::Version;
use super::version_info::VersionInfo;
use crate::access::AccessRules;
use crate::actor::Actor;
use crate::name::SecretName;
use crate::scope::Scope;
use crate::status::Status;

/// Everything that a management screen shows of a secret. Never a value.
///
/// In JSON, times are text of RFC 3339 in UTC, and `rotate_every` is a number of seconds.
/// [`version`](SecretInfo::version), [`fingerprint`](SecretInfo::fingerprint) and
/// [`hint`](SecretInfo::hint) are there as well.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecretInfo {
    /// The scope it lives in.
    pub scope: Scope,
    /// Its name.
    pub name: SecretName,
    /// Its identity.
    pub record: RecordId,
    /// Its status: active, inactive or revoked.
    pub status: Status,
    /// The number of writes to it.
    pub revision: Revision,
    /// The kept versions, oldest first; the last is the one that resolves. Empty when revoked.
    pub versions: Vec<VersionInfo>,
    /// Its description, in the words of the person who stored it; may be empty.
    pub description: String,
    /// Further facts about it, by key.
    pub metadata: BTreeMap<String, String>,
    /// Time at which this secret was first stored.
    pub created_at: SystemTime,
    /// The actor who first stored it; `None` when the handle had no [`Actor`].
    pub created_by: Option<Actor>,
    /// Time at which anything of it last changed.
    pub updated_at: SystemTime,
    /// The actor who last changed it; `None` when the handle had no [`Actor`].
    pub updated_by: Option<Actor>,
    /// Time from which it resolves; `None` if from the beginning.
    pub not_before: Option<SystemTime>,
    /// Time from which it no longer resolves; `None` if it does not expire.
    pub expires_at: Option<SystemTime>,
    /// Age at which a value should be replaced; `None` if not set.
    pub rotate_every: Option<Duration>,
    /// The rules about its targets.
    pub rules: AccessRules,
}

impl SecretInfo {
    /// Returns the version that a reference without a pin resolves to; `None` when revoked.
    ///
    /// ```
    /// # #[cfg(feature = "vault")] {
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// project.put("API_KEY", "the first value")?;
    /// let info = project.put("API_KEY", "the second value")?;
    /// assert_eq!(info.version().map(|version| version.get()), Some(2));
    /// # }
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn version(&self) -> Option<Version> {
        self.newest().map(|kept| kept.version)
    }

    /// Returns the fingerprint of the value that resolves; `None` when revoked.
    ///
    /// ```
    /// # #[cfg(feature = "vault")] {
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// let first = project.put("API_KEY", "one value")?;
    /// let other = project.put("OLD_API_KEY", "one value")?;
    /// assert_eq!(first.fingerprint(), other.fingerprint(), "the same value under two names");
    /// # }
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        self.newest().and_then(|kept| kept.fingerprint)
    }

    /// Returns the last four characters of the value that resolves, if they may be shown: see
    /// `VaultBuilder::hints`.
    ///
    /// ```
    /// # #[cfg(feature = "vault")] {
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::builder().hints().create(&RootKey::generate()?)?;
    /// let info = vault.scope("acme")?.put("API_KEY", "tok_9f86d081884c7d659a2f")?;
    /// assert_eq!(info.hint(), Some("9a2f"));
    /// # }
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn hint(&self) -> Option<&str> {
        self.newest().and_then(|kept| kept.hint.as_deref())
    }

    /// Returns true if the value that resolves has reached the age of
    /// [`rotate_every`](SecretInfo::rotate_every).
    ///
    /// ```
    /// # #[cfg(feature = "vault")] {
    /// use std::time::{Duration, SystemTime};
    /// use keyslot::{RootKey, SecretInput, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// let day = Duration::from_secs(24 * 60 * 60);
    /// let info = project.put("API_KEY", SecretInput::new("a value").rotate_every(30 * day))?;
    /// assert!(!info.due_for_rotation(SystemTime::now()));
    /// assert!(info.due_for_rotation(SystemTime::now() + 31 * day));
    /// # }
    /// # Ok::<(), keyslot::Error>(())
    /// ```
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

impl Serialize for SecretInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut json = serializer.serialize_struct("SecretInfo", 19)?;
        json.serialize_field("scope", &self.scope)?;
        json.serialize_field("name", &self.name)?;
        json.serialize_field("record", &self.record)?;
        json.serialize_field("status", &self.status)?;
        json.serialize_field("revision", &self.revision)?;
        json.serialize_field("version", &self.version())?;
        json.serialize_field("fingerprint", &self.fingerprint())?;
        json.serialize_field("hint", &self.hint())?;
        json.serialize_field("versions", &self.versions)?;
        json.serialize_field("description", &self.description)?;
        json.serialize_field("metadata", &self.metadata)?;
        json.serialize_field("created_at", &Rfc3339(self.created_at))?;
        json.serialize_field("created_by", &self.created_by)?;
        json.serialize_field("updated_at", &Rfc3339(self.updated_at))?;
        json.serialize_field("updated_by", &self.updated_by)?;
        json.serialize_field("not_before", &self.not_before.map(Rfc3339))?;
        json.serialize_field("expires_at", &self.expires_at.map(Rfc3339))?;
        json.serialize_field(
            "rotate_every",
            &self.rotate_every.map(|every| every.as_secs()),
        )?;
        json.serialize_field("rules", &self.rules)?;
        json.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        // What the accessors compute is there, and times are text.
        assert_eq!(
            (&json["version"], &json["hint"]),
            (&5.into(), &"wxyz".into())
        );
        assert_eq!(json["fingerprint"], "05".repeat(32));
        assert_eq!(json["created_at"], "1970-01-01T00:00:00Z");
        assert_eq!(json["versions"][0]["created_at"], "1970-01-01T00:00:03Z");
        assert_eq!(
            (&json["not_before"], &json["rotate_every"]),
            (&serde_json::Value::Null, &serde_json::Value::Null)
        );
        assert!(
            !info.due_for_rotation(SystemTime::now()),
            "nobody said when"
        );
        info.rotate_every = Some(Duration::from_secs(60));
        info.expires_at = Some(now + Duration::from_secs(86_400));
        let json = serde_json::to_value(&info).unwrap();
        assert_eq!(
            (&json["rotate_every"], &json["expires_at"]),
            (&60.into(), &"1970-01-02T00:00:00Z".into())
        );
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
