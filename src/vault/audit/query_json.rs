//! Questions to an audit log read from JSON and other formats.

use std::time::SystemTime;

use serde::{Deserialize, Deserializer, de};

use super::query::AuditQuery;
use crate::actor::Actor;
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::record::{AuditAction, parse_rfc3339};
use crate::scope::Scope;
use crate::text::Object;

/// Words for a text that is not an object of the right fields; the text is not repeated.
const SHAPE: &str = "a question to an audit log is an object: since and until are times as in \
                     RFC 3339, name, actor, within, run and outcome are strings, actions is a list \
                     of actions, and refused and oldest_first are true or false";

/// The outcome of a call that was not refused.
const OK: &str = "ok";

/// A question as it is written; every field may be left out.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    since: Option<String>,
    until: Option<String>,
    name: Option<SecretName>,
    actor: Option<Actor>,
    actions: Vec<AuditAction>,
    outcome: Option<String>,
    refused: Option<bool>,
    within: Option<Scope>,
    run: Option<String>,
    oldest_first: bool,
}

impl TryFrom<Written> for AuditQuery {
    type Error = Error;

    fn try_from(written: Written) -> Result<Self> {
        let mut query = written.actions.into_iter().fold(Self::new(), Self::action);
        if let Some(since) = written.since {
            query = query.since(time(&since)?);
        }
        if let Some(until) = written.until {
            query = query.until(time(&until)?);
        }
        if let Some(name) = written.name {
            query = query.name(name);
        }
        if let Some(actor) = written.actor {
            query = query.actor(actor);
        }
        if let Some(outcome) = written.outcome {
            query = query.outcome(match outcome.as_str() {
                OK => Ok(()),
                code => Err(ErrorKind::of_code(code).ok_or_else(shape)?),
            });
        }
        if let Some(refused) = written.refused {
            query = query.refused(refused);
        }
        if let Some(scope) = written.within {
            query = query.within(scope);
        }
        if let Some(run) = written.run {
            query = query.run(run);
        }
        Ok(if written.oldest_first {
            query.oldest_first()
        } else {
            query
        })
    }
}

fn time(text: &str) -> Result<SystemTime> {
    parse_rfc3339(text).ok_or_else(shape)
}

fn shape() -> Error {
    Error::new(ErrorKind::InvalidInput, SHAPE)
}

impl<'de> Deserialize<'de> for AuditQuery {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The deserializer's own error shows what it found instead.
        let Object::<Written>(written) =
            Object::deserialize(deserializer).map_err(|_| de::Error::custom(SHAPE))?;
        written.try_into().map_err(de::Error::custom)
    }
}

/// Reads the JSON text of a question.
#[cfg(feature = "json")]
impl std::str::FromStr for AuditQuery {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let Object::<Written>(written) = serde_json::from_str(text).map_err(|_| shape())?;
        written.try_into()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use serde_json::{Value, from_value, json};

    use super::*;

    #[test]
    fn are_read_as_they_are_asked() {
        let after = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let all = AuditQuery::new()
            .since(after(7))
            .until(after(9))
            .name(SecretName::new("KEY").unwrap())
            .actor(Actor::new("user:ada").unwrap())
            .action(AuditAction::Put)
            .action(AuditAction::Revoke)
            .outcome(Err(ErrorKind::Denied))
            .refused(true)
            .within(Scope::new("acme/billing").unwrap())
            .run("nightly")
            .oldest_first();
        for (json, asked) in [
            (json!({}), AuditQuery::new()),
            (json!({"outcome": "ok"}), AuditQuery::new().outcome(Ok(()))),
            (json!({"refused": false}), AuditQuery::new().refused(false)),
            (
                json!({
                    "since": "1970-01-01T00:00:07Z", "until": "1970-01-01T00:00:09Z",
                    "name": "KEY", "actor": "user:ada", "actions": ["put", "revoke"],
                    "outcome": "denied", "refused": true, "within": "acme/billing",
                    "run": "nightly", "oldest_first": true,
                }),
                all,
            ),
        ] {
            #[cfg(feature = "json")]
            {
                let parsed: AuditQuery = json.to_string().parse().unwrap();
                assert_eq!(format!("{parsed:?}"), format!("{asked:?}"));
            }
            let read: AuditQuery = from_value(json).unwrap();
            assert_eq!(format!("{read:?}"), format!("{asked:?}"));
        }
    }

    #[test]
    fn other_text_is_refused_and_not_repeated() {
        let refusal = |json: Value| {
            let error = from_value::<AuditQuery>(json.clone()).unwrap_err();
            #[cfg(feature = "json")]
            {
                let parsed = json.to_string().parse::<AuditQuery>().unwrap_err();
                assert_eq!(parsed.kind(), ErrorKind::InvalidInput);
                assert_eq!(parsed.to_string(), error.to_string());
            }
            error.to_string()
        };
        for json in [
            json!("canary"),
            json!([]),
            json!({"canary": 1}),
            json!({"since": "canary"}),
            json!({"until": 7}),
            json!({"name": "can  ary"}),
            json!({"actions": ["canary"]}),
            json!({"actions": "put"}),
            json!({"outcome": "canary"}),
            json!({"refused": "canary"}),
        ] {
            assert_eq!(refusal(json), SHAPE);
        }
    }
}
