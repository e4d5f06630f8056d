//! Changes to secrets read from JSON and other formats.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime};

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, de};

use super::SecretChange;
use crate::access::AccessRules;
use crate::error::{Error, ErrorKind, Result};
use crate::record::{Revision, parse_rfc3339};
use crate::status::Status;
use crate::text::Object;

/// Words for a text that is not an object of the right fields; the text is not repeated.
const SHAPE: &str = "a change of a secret is an object: status is active or inactive, description \
                     is a string, metadata an object of strings (null removes a key), not_before \
                     and expires_at are times as in RFC 3339, rotate_every is a number of seconds, \
                     rules are access rules, if_revision is a revision, and clear_times, \
                     never_rotate and instructions are true or false; the value is no part of it";

/// A change as it is written; every field may be left out, and none is null.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    #[serde(deserialize_with = "set")]
    status: Option<Status>,
    #[serde(deserialize_with = "set")]
    description: Option<String>,
    metadata: Metadata,
    clear_times: bool,
    #[serde(deserialize_with = "set")]
    not_before: Option<Time>,
    #[serde(deserialize_with = "set")]
    expires_at: Option<Time>,
    never_rotate: bool,
    #[serde(deserialize_with = "set")]
    rotate_every: Option<u64>,
    #[serde(deserialize_with = "set")]
    rules: Option<AccessRules>,
    #[serde(deserialize_with = "set")]
    instructions: Option<bool>,
    #[serde(deserialize_with = "set")]
    if_revision: Option<Revision>,
}

/// Reads a field that is there. `null` could mean that it stays or that it goes, so it is refused.
fn set<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Entries of metadata, each key once: two readers may take different ones of its values.
#[derive(Default)]
struct Metadata(BTreeMap<String, Option<String>>);

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Metadata;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Metadata, M::Error> {
                let mut entries = BTreeMap::new();
                while let Some((key, value)) = map.next_entry()? {
                    if entries.insert(key, value).is_some() {
                        return Err(de::Error::custom("a key twice"));
                    }
                }
                Ok(Metadata(entries))
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

struct Time(SystemTime);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_rfc3339(&text)
            .map(Self)
            .ok_or_else(|| de::Error::custom("no time"))
    }
}

impl TryFrom<Written> for SecretChange {
    type Error = Error;

    fn try_from(written: Written) -> Result<Self> {
        let refuse = |why: &'static str| Err(Error::new(ErrorKind::InvalidInput, why));
        let mut change = Self::new();
        change = match written.status {
            Some(Status::Active) => change.active(),
            Some(Status::Inactive) => change.inactive(),
            Some(Status::Revoked) => {
                return refuse("a change cannot revoke a secret; call revoke");
            }
            None => change,
        };
        if let Some(text) = written.description {
            change = change.description(text);
        }
        for (key, value) in written.metadata.0 {
            change = match value {
                Some(value) => change.metadata(key, value),
                None => change.without_metadata(key),
            };
        }
        if written.clear_times {
            change = change.clear_times();
        }
        if let Some(Time(time)) = written.not_before {
            change = change.not_before(time);
        }
        if let Some(Time(time)) = written.expires_at {
            change = change.expires_at(time);
        }
        change = match (written.never_rotate, written.rotate_every) {
            (true, Some(_)) => {
                return refuse("a change has never_rotate or rotate_every, not both");
            }
            (true, None) => change.never_rotate(),
            (false, Some(seconds)) => change.rotate_every(Duration::from_secs(seconds)),
            (false, None) => change,
        };
        if let Some(rules) = written.rules {
            change = change.rules(rules);
        }
        if let Some(allowed) = written.instructions {
            change = change.in_instructions(allowed);
        }
        if let Some(revision) = written.if_revision {
            change = change.if_revision(revision);
        }
        change.fields.check()?;
        Ok(change)
    }
}

impl<'de> Deserialize<'de> for SecretChange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The deserializer's own error shows what it found instead.
        let Object::<Written>(written) =
            Object::deserialize(deserializer).map_err(|_| de::Error::custom(SHAPE))?;
        written.try_into().map_err(de::Error::custom)
    }
}

/// Reads the JSON text of a change.
#[cfg(feature = "json")]
impl std::str::FromStr for SecretChange {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let Object::<Written>(written) =
            serde_json::from_str(text).map_err(|_| Error::new(ErrorKind::InvalidInput, SHAPE))?;
        written.try_into()
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use serde_json::{Value, from_value, json};

    use super::*;

    /// All of a change, texts included.
    fn shown(change: &SecretChange) -> String {
        let fields = &change.fields;
        format!("{change:?} {:?} {:?}", fields.description, fields.metadata)
    }

    #[test]
    fn are_read_as_they_are_said() {
        let after = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let rules = AccessRules::new().tool("stripe").unwrap();
        for (json, said) in [
            (json!({}), SecretChange::new()),
            (json!({"status": "active"}), SecretChange::new().active()),
            (
                json!({
                    "status": "inactive", "description": "billing", "clear_times": true,
                    "metadata": {"owner": "payments", "old": null},
                    "not_before": "1970-01-01T00:00:07Z", "expires_at": "1970-01-01T01:00:09+01:00",
                    "rotate_every": 3600, "rules": {"tools": ["stripe"]}, "instructions": true,
                    "if_revision": 7,
                }),
                SecretChange::new()
                    .inactive()
                    .description("billing")
                    .metadata("owner", "payments")
                    .without_metadata("old")
                    .clear_times()
                    .not_before(after(7))
                    .expires_at(after(9))
                    .rotate_every(Duration::from_secs(3600))
                    .rules(rules)
                    .in_instructions(true)
                    .if_revision(Revision::new(7)),
            ),
            (
                json!({"never_rotate": true}),
                SecretChange::new().never_rotate(),
            ),
        ] {
            #[cfg(feature = "json")]
            {
                let parsed: SecretChange = json.to_string().parse().unwrap();
                assert_eq!(shown(&parsed), shown(&said));
            }
            let read: SecretChange = from_value(json).unwrap();
            assert_eq!(shown(&read), shown(&said));
        }
    }

    #[test]
    fn are_checked_and_nothing_is_repeated() {
        let refusal = |json: Value| {
            let error = from_value::<SecretChange>(json.clone())
                .unwrap_err()
                .to_string();
            assert!(
                !error.contains("cAnArY") && !error.contains("7777"),
                "{error}"
            );
            #[cfg(feature = "json")]
            {
                let parsed = json.to_string().parse::<SecretChange>().unwrap_err();
                assert_eq!(parsed.to_string(), error);
                assert_eq!(parsed.kind(), ErrorKind::InvalidInput);
            }
            error
        };
        for json in [
            json!("cAnArY"),
            json!([7777]),
            json!([]),
            json!(["active", "cAnArY"]),
            json!({"metadata": [["cAnArY", "7777"]]}),
            json!({"value": "cAnArY"}),
            json!({"cAnArY": 1}),
            json!({"status": "cAnArY"}),
            json!({"description": 7777}),
            json!({"description": null}),
            json!({"metadata": {"cAnArY": 7777}}),
            json!({"not_before": "cAnArY"}),
            json!({"not_before": 7777}),
            json!({"expires_at": null}),
            json!({"expires_at": "2016-12-31T23:59:60Z"}),
            json!({"rotate_every": "7777"}),
            json!({"rotate_every": -7777}),
            json!({"rules": {"cAnArY": []}}),
            json!({"rules": null}),
            json!({"clear_times": null}),
            json!({"if_revision": "cAnArY"}),
            json!({"if_absent": true}),
        ] {
            assert_eq!(refusal(json), SHAPE);
        }
        let twice = r#"{"metadata": {"a": "cAnArY", "a": "x"}}"#;
        let error = serde_json::from_str::<SecretChange>(twice).unwrap_err();
        assert!(error.to_string().starts_with(SHAPE), "{error}");
        for (json, message) in [
            (
                json!({"status": "revoked"}),
                "a change cannot revoke a secret; call revoke",
            ),
            (
                json!({"never_rotate": true, "rotate_every": 7777}),
                "a change has never_rotate or rotate_every, not both",
            ),
            (
                json!({"rotate_every": 0}),
                "a rotation interval is a whole number of seconds, from 1 to 100 years",
            ),
            (
                json!({"description": format!("cAnArY{}", "x".repeat(4096))}),
                "a description may have 4096 bytes at most and no control characters",
            ),
            (
                json!({"metadata": {"": "cAnArY"}}),
                "a key of metadata has 1 to 128 bytes and no control characters",
            ),
        ] {
            assert_eq!(refusal(json), message);
        }
    }
}
