//! Filters of entries.

use std::time::{Duration, SystemTime};

use clap::Args;
use keyslot::{Actor, AuditAction, AuditQuery, SecretName};
use serde_json::{Map, json};

use crate::failure::{Failure, Result};

/// Words for an outcome that is not valid.
const NO_OUTCOME: &str = "the outcome is not valid: it is ok, or the code of an error";

/// Words for a time that is not valid.
const NO_TIME: &str = "a time is not valid: it is written as 2026-12-01T00:00:00Z, or as an age \
                       such as 90m, 12h or 7d";

/// Options that say which entries are shown.
#[derive(Args, Debug)]
pub(super) struct FilterArgs {
    /// Of this time or later: 2026-12-01T00:00:00Z, or an age such as 90m, 12h or 7d
    #[arg(long, value_name = "TIME")]
    since: Option<String>,

    /// Of before this time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,

    /// About secrets of this name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Of calls of this actor, such as user:ada
    #[arg(long, value_name = "ACTOR")]
    by: Option<String>,

    /// Of this action, such as use, put or revoke; may be repeated
    #[arg(long, value_name = "ACTION")]
    action: Vec<String>,

    /// With this outcome: ok, or the code of an error such as denied
    #[arg(long, value_name = "OUTCOME")]
    outcome: Option<String>,

    /// Of calls that were refused
    #[arg(long)]
    refused: bool,

    /// Of this run
    #[arg(long, value_name = "RUN")]
    run: Option<String>,
}

impl FilterArgs {
    /// Returns the question that these options ask.
    pub(super) fn query(&self) -> Result<AuditQuery> {
        // The library reads times and outcomes, and refuses without repeating them.
        let mut fields = Map::new();
        let mut add = |field: &str, text: &Option<String>, refused: &str| -> Result<()> {
            let Some(text) = text else { return Ok(()) };
            serde_json::from_value::<AuditQuery>(json!({ field: text }))
                .map_err(|_| Failure::usage(refused))?;
            fields.insert(field.to_owned(), text.as_str().into());
            Ok(())
        };
        add("outcome", &self.outcome, NO_OUTCOME)?;
        let (since, until) = (
            Moment::of(self.since.as_deref()),
            Moment::of(self.until.as_deref()),
        );
        add("since", &since.written, NO_TIME)?;
        add("until", &until.written, NO_TIME)?;
        let query = serde_json::from_value::<AuditQuery>(fields.into());
        let mut query = query.map_err(|_| Failure::usage(NO_TIME))?;
        if let Some(since) = since.ago {
            query = query.since(since);
        }
        if let Some(until) = until.ago {
            query = query.until(until);
        }
        if let Some(name) = &self.name {
            query = query.name(SecretName::new(name)?);
        }
        if let Some(actor) = &self.by {
            query = query.actor(Actor::new(actor)?);
        }
        for action in &self.action {
            query = query.action(action.parse::<AuditAction>()?);
        }
        if self.refused {
            query = query.refused(true);
        }
        if let Some(run) = &self.run {
            query = query.run(run);
        }
        Ok(query)
    }
}

/// A time of an option: an age, or as the library reads it.
struct Moment {
    ago: Option<SystemTime>,
    written: Option<String>,
}

impl Moment {
    fn of(text: Option<&str>) -> Self {
        let age = text.and_then(age);
        let ago = age.and_then(|age| SystemTime::now().checked_sub(age));
        Self {
            ago,
            written: text.filter(|_| ago.is_none()).map(str::to_owned),
        }
    }
}

/// An age: a number of seconds, minutes, hours or days.
fn age(text: &str) -> Option<Duration> {
    let seconds = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400)];
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let (_, seconds) = seconds
        .into_iter()
        .find(|(one, _)| unit == one.to_string())?;
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 = number.parse().ok().filter(|_| is_number)?;
    Some(Duration::from_secs(number.checked_mul(seconds)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_read() {
        for (text, seconds) in [("90s", 90), ("2m", 120), ("12h", 43_200), ("7d", 604_800)] {
            assert_eq!(age(text), Some(Duration::from_secs(seconds)));
        }
        for text in [
            "",
            "s",
            "1",
            "1w",
            "-1s",
            "+1s",
            "1.5h",
            "99999999999999999999d",
            "é",
        ] {
            assert_eq!(age(text), None, "{text}");
        }
    }
}
