//! Options that say facts about a secret.

use clap::Args;
use keyslot::{AccessRules, SecretChange, Surface};
use serde_json::{Map, Value, json};

use crate::failure::{Failure, Result};

/// Facts about a secret besides its value and its rules.
#[derive(Args, Debug, Default)]
pub(crate) struct FactsArgs {
    /// Description, which everybody who may list secrets reads
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    /// Further fact, which everybody who may list secrets reads; may be repeated
    #[arg(long, value_name = "KEY=TEXT")]
    metadata: Vec<String>,

    /// Time from which it can be used, such as 2026-12-01T00:00:00Z
    #[arg(long, value_name = "TIME")]
    not_before: Option<String>,

    /// Time from which it can no longer be used
    #[arg(long, value_name = "TIME")]
    expires: Option<String>,

    /// Age in days at which the value should be replaced
    #[arg(long, value_name = "DAYS")]
    rotate_every: Option<u32>,

    /// Only if the secret is still at this revision
    #[arg(long, value_name = "REVISION")]
    if_revision: Option<u64>,
}

impl FactsArgs {
    /// Returns true if a fact is given.
    pub(crate) fn says_something(&self) -> bool {
        let Self {
            description,
            metadata,
            not_before,
            expires,
            rotate_every,
            if_revision: _,
        } = self;
        [description, not_before, expires]
            .iter()
            .any(|fact| fact.is_some())
            || rotate_every.is_some()
            || !metadata.is_empty()
    }

    /// Returns the change that sets these facts.
    pub(crate) fn change(&self) -> Result<SecretChange> {
        let mut fields = Map::new();
        let mut add = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                fields.insert(name.to_owned(), value);
            }
        };
        add("description", self.description.as_deref().map(Value::from));
        add("not_before", self.not_before.as_deref().map(Value::from));
        add("expires_at", self.expires.as_deref().map(Value::from));
        let seconds = self.rotate_every.map(|days| u64::from(days) * 86_400);
        add("rotate_every", seconds.map(Value::from));
        add("if_revision", self.if_revision.map(Value::from));
        if !self.metadata.is_empty() {
            let entries = self.metadata.iter().map(|entry| {
                let (key, text) = entry
                    .split_once('=')
                    .ok_or_else(|| Failure::usage("metadata is written as KEY=TEXT"))?;
                Ok((key.to_owned(), Value::from(text)))
            });
            let entries: Map<String, Value> = entries.collect::<Result<_>>()?;
            add("metadata", Some(entries.into()));
        }
        // The library reads the times, and refuses without repeating them.
        serde_json::from_value(json!(fields)).map_err(|_| {
            Failure::usage("a fact is not valid: times are written as 2026-12-01T00:00:00Z")
        })
    }
}

/// The access rules of a secret.
#[derive(Args, Debug, Default)]
pub(crate) struct RulesArgs {
    /// Tool that may use it, or the beginning of names with * behind it; may be repeated
    #[arg(long, value_name = "TOOL")]
    tool: Vec<String>,

    /// Host that it may go to, such as api.example.com or *.example.com:8443; may be repeated
    #[arg(long, value_name = "HOST")]
    host: Vec<String>,

    /// Surface on which it may stand, such as header or env; may be repeated
    #[arg(long, value_name = "SURFACE")]
    surface: Vec<String>,

    /// It may stand in text that a model reads
    #[arg(long)]
    instructions: bool,
}

impl RulesArgs {
    /// Returns the rules; `None` if no option gives one.
    pub(crate) fn rules(&self) -> Result<Option<AccessRules>> {
        let rules = self
            .tool
            .iter()
            .try_fold(AccessRules::new(), AccessRules::tool)?;
        let rules = self.host.iter().try_fold(rules, AccessRules::host)?;
        let rules = self.surface.iter().try_fold(rules, |rules, surface| {
            let surface: Surface = surface.parse()?;
            Ok::<_, keyslot::Error>(rules.surface(surface))
        })?;
        let rules = rules.in_instructions(self.instructions);
        Ok((!rules.is_unrestricted() || self.instructions).then_some(rules))
    }
}
