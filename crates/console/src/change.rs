//! Changes to the facts about a secret, as forms have them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use keyslot::{AccessRules, SecretChange, SecretInfo, Surface};

use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::texts as t;
use crate::time;

/// The fields of [`Facts`] in a form.
pub(crate) const FACTS: [&str; 5] = [
    "description",
    "metadata",
    "not_before",
    "expires_at",
    "rotate_every",
];

/// The fields of [`Rules`] that are there once. There are several of `surface`.
pub(crate) const RULES: [&str; 3] = ["tools", "hosts", "instructions"];

/// The surfaces that rules can name, by their codes.
pub(crate) const SURFACES: [&str; 12] = [
    "text",
    "header",
    "url",
    "url_path",
    "url_query",
    "form",
    "json",
    "shell",
    "env",
    "libpq",
    "ado_net",
    "odbc",
];

/// Description, metadata and times as the text of a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) description: String,
    pub(crate) metadata: String,
    pub(crate) not_before: String,
    pub(crate) expires_at: String,
    pub(crate) rotate_every: String,
}

/// Access rules as the text of a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rules {
    pub(crate) tools: String,
    pub(crate) hosts: String,
    pub(crate) surfaces: BTreeSet<String>,
    pub(crate) instructions: bool,
}

impl Facts {
    pub(crate) fn of(info: &SecretInfo) -> Self {
        let metadata = info.metadata.iter();
        let lines = metadata.map(|(key, value)| format!("{key} = {value}\n"));
        let time = |time: Option<SystemTime>| time.and_then(time::written).unwrap_or_default();
        Self {
            description: info.description.clone(),
            metadata: lines.collect(),
            not_before: time(info.not_before),
            expires_at: time(info.expires_at),
            rotate_every: info
                .rotate_every
                .map(time::written_span)
                .unwrap_or_default(),
        }
    }

    pub(crate) fn read(form: &Fields) -> Outcome<Self> {
        let text = |key| form.one(key).map(str::to_owned);
        Ok(Self {
            description: text("description")?,
            metadata: text("metadata")?,
            not_before: text("not_before")?,
            expires_at: text("expires_at")?,
            rotate_every: text("rotate_every")?,
        })
    }

    /// The change from the facts of a secret to these. What was not edited is not touched: a form
    /// shows less than all of a time, and spaces at the ends of metadata not at all.
    pub(crate) fn change(&self, info: Option<&SecretInfo>) -> Outcome<SecretChange> {
        let before = info.map(Self::of).unwrap_or_default();
        let mut change = SecretChange::new();
        if self.description != before.description {
            change = change.description(&self.description);
        }
        if self.metadata.trim_end() != before.metadata.trim_end() {
            let metadata = self.entries(info)?;
            let old = info.into_iter().flat_map(|info| info.metadata.keys());
            let gone = old.filter(|key| metadata.iter().all(|(kept, _)| kept != key));
            change = gone.fold(change, SecretChange::without_metadata);
            change = metadata
                .into_iter()
                .fold(change, |change, (key, value)| change.metadata(key, value));
        }
        // A browser leaves out seconds that are zero.
        let is_same = |text: &str, before: &str| {
            text == before || {
                let read = time::read(text);
                read.is_some() && read == time::read(before)
            }
        };
        if !is_same(&self.not_before, &before.not_before)
            || !is_same(&self.expires_at, &before.expires_at)
        {
            let kept = |text: &str, before: &str, kept: Option<SystemTime>| match text {
                "" => Ok(None),
                same if is_same(same, before) => Ok(kept),
                text => time::read(text)
                    .map(Some)
                    .ok_or_else(|| Failure::field(t::NO_TIME)),
            };
            let (from, to) = info.map_or((None, None), |info| (info.not_before, info.expires_at));
            let from = kept(&self.not_before, &before.not_before, from)?;
            let to = kept(&self.expires_at, &before.expires_at, to)?;
            change = change.clear_times();
            change = from.into_iter().fold(change, SecretChange::not_before);
            change = to.into_iter().fold(change, SecretChange::expires_at);
        }
        if self.rotate_every.trim() != before.rotate_every {
            change = match self.rotate_every.trim() {
                "" => change.never_rotate(),
                text => change
                    .rotate_every(time::read_span(text).ok_or_else(|| Failure::field(t::NO_SPAN))?),
            };
        }
        Ok(change)
    }

    /// The lines of the metadata. One that was not edited is its entry, whatever is in the key.
    fn entries<'f>(&'f self, info: Option<&'f SecretInfo>) -> Outcome<Vec<(&'f str, &'f str)>> {
        let before = info.into_iter().flat_map(|info| &info.metadata);
        let before: BTreeMap<String, (&str, &str)> = before
            .map(|(key, value)| (line(key, value), (key.as_str(), value.as_str())))
            .collect();
        let lines = self.metadata.lines().filter(|line| !line.trim().is_empty());
        let mut seen = BTreeSet::new();
        lines
            .map(|line| {
                let (key, value) = match (before.get(line.trim()), line.split_once('=')) {
                    (Some(kept), _) => *kept,
                    (None, Some((key, value))) => (key.trim(), value.trim()),
                    (None, None) => return Err(Failure::field(t::NO_METADATA)),
                };
                if seen.insert(key) {
                    Ok((key, value))
                } else {
                    Err(Failure::field(t::METADATA_TWICE))
                }
            })
            .collect()
    }
}

/// An entry of metadata as a line without spaces at its ends.
fn line(key: &str, value: &str) -> String {
    format!("{key} = {value}").trim().to_owned()
}

impl Rules {
    pub(crate) fn of(rules: &AccessRules) -> Self {
        let lines = |rules: Vec<&str>| rules.iter().flat_map(|rule| [*rule, "\n"]).collect();
        Self {
            tools: lines(rules.tools().collect()),
            hosts: lines(rules.hosts().collect()),
            surfaces: rules
                .surfaces()
                .map(|surface| surface.as_str().to_owned())
                .collect(),
            instructions: rules.instructions(),
        }
    }

    pub(crate) fn read(form: &Fields) -> Outcome<Self> {
        Ok(Self {
            tools: form.one("tools")?.to_owned(),
            hosts: form.one("hosts")?.to_owned(),
            surfaces: form.all("surface").map(str::to_owned).collect(),
            instructions: form.get("instructions")?.is_some(),
        })
    }

    pub(crate) fn rules(&self) -> Outcome<AccessRules> {
        let lines = |text: &'_ str| -> Vec<String> {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            lines.map(str::to_owned).collect()
        };
        let rules = AccessRules::new().in_instructions(self.instructions);
        let rules = lines(&self.tools)
            .iter()
            .try_fold(rules, AccessRules::tool)?;
        let rules = lines(&self.hosts)
            .iter()
            .try_fold(rules, AccessRules::host)?;
        let surfaces = self.surfaces.iter().map(|code| code.parse::<Surface>());
        let surfaces = surfaces.collect::<Result<Vec<_>, _>>()?;
        Ok(surfaces.into_iter().fold(rules, AccessRules::surface))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use keyslot::{RootKey, ScopedVault, SecretInput, Vault};

    use super::*;

    fn scope() -> ScopedVault {
        let vault = Vault::in_memory(&RootKey::generate().unwrap()).unwrap();
        let input = SecretInput::new("v")
            .description("for ads")
            .metadata("owner", " sales ")
            .metadata("ticket", "42")
            .not_before(UNIX_EPOCH + Duration::from_millis(1_500))
            .expires_at(UNIX_EPOCH + Duration::from_millis(4_000_000_000_500))
            .rotate_every(Duration::from_secs(90 * 86_400));
        let scope = vault.scope("acme").unwrap();
        scope.put("A", input).unwrap();
        scope
    }

    fn edited(edit: impl FnOnce(&mut Facts)) -> (SecretInfo, SecretInfo) {
        let scope = scope();
        let before = scope.info("A").unwrap();
        let mut facts = Facts::of(&before);
        edit(&mut facts);
        let change = facts.change(Some(&before)).unwrap();
        let after = scope.update("A", change).unwrap();
        (before, after)
    }

    #[test]
    fn what_is_not_edited_stays_to_the_last_part() {
        let (before, after) = edited(|_| {});
        assert_eq!(
            (
                before.metadata,
                before.not_before,
                before.expires_at,
                before.rotate_every
            ),
            (
                after.metadata,
                after.not_before,
                after.expires_at,
                after.rotate_every
            )
        );
        let (before, after) = edited(|facts| facts.not_before.clear());
        assert_eq!(
            (after.not_before, after.expires_at),
            (None, before.expires_at)
        );
    }

    #[test]
    fn metadata_that_is_not_edited_stays_beside_what_is() {
        let scope = scope();
        let odd = SecretChange::new().metadata("a=b", "c = d");
        let before = scope.update("A", odd).unwrap();
        let mut facts = Facts::of(&before);
        facts.metadata = facts.metadata.replace("42", "43");
        let after = scope.update("A", facts.change(Some(&before)).unwrap());
        let mut expected = before.metadata;
        expected.insert("ticket".to_owned(), "43".to_owned());
        assert_eq!(after.unwrap().metadata, expected);
    }

    #[test]
    fn a_browser_may_leave_out_seconds_that_are_zero() {
        let scope = scope();
        let time = UNIX_EPOCH + Duration::from_millis(4_000_000_020_500);
        let before = SecretChange::new().clear_times().expires_at(time);
        let before = scope.update("A", before).unwrap();
        let mut facts = Facts::of(&before);
        let cut = facts.expires_at.strip_suffix(":00").unwrap().to_owned();
        facts.expires_at = cut;
        let after = scope.update("A", facts.change(Some(&before)).unwrap());
        assert_eq!(after.unwrap().expires_at, Some(time));
    }

    #[test]
    fn what_is_edited_changes() {
        let (_, after) = edited(|facts| {
            facts.description = "for mail".to_owned();
            facts.metadata = "owner = ops\nplace=north = south\n\n".to_owned();
            facts.rotate_every = String::new();
            facts.expires_at = "2100-01-01T00:00".to_owned();
        });
        assert_eq!(after.description, "for mail");
        let metadata: Vec<_> = after.metadata.iter().collect();
        assert_eq!(
            format!("{metadata:?}"),
            r#"[("owner", "ops"), ("place", "north = south")]"#
        );
        assert_eq!(after.rotate_every, None);
        assert_eq!(after.expires_at, time::read("2100-01-01"));
        for wrong in [
            Facts {
                metadata: "no sign".to_owned(),
                ..Facts::default()
            },
            Facts {
                metadata: "a=1\na=2".to_owned(),
                ..Facts::default()
            },
            Facts {
                expires_at: "soon".to_owned(),
                ..Facts::default()
            },
            Facts {
                rotate_every: "often".to_owned(),
                ..Facts::default()
            },
        ] {
            assert!(wrong.change(None).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn rules_are_read_as_they_are_written() {
        for code in SURFACES {
            assert_eq!(code.parse::<Surface>().unwrap().as_str(), code);
        }
        let text = "a surface".parse::<Surface>().unwrap_err().to_string();
        assert!(SURFACES.iter().all(|code| text.contains(code)));
        assert_eq!(text.matches(", ").count() + 1, SURFACES.len(), "{text}");
        let rules = AccessRules::new()
            .tool("mail_*")
            .unwrap()
            .host("api.stripe.com")
            .unwrap();
        let rules = rules
            .surface(Surface::Header)
            .surface(Surface::Env)
            .in_instructions(true);
        assert_eq!(Rules::of(&rules).rules().unwrap(), rules);
        let wrong = Rules {
            hosts: "*.com".to_owned(),
            ..Rules::default()
        };
        assert!(wrong.rules().is_err());
        let wrong = Rules {
            surfaces: ["moon".to_owned()].into(),
            ..Rules::default()
        };
        assert!(wrong.rules().is_err());
    }
}
