//! A secret as the model has it: plain values, and what may be done with them.

use std::collections::BTreeMap;

use keyslot::{ErrorKind, Status, Surface};

use super::card::{Card, Numbers, Stamp};
use super::ops::{Aim, HOST, Place, Rules, Say, TOOL_RULE};

/// One name in one scope, from its first secret on.
#[derive(Clone, Debug)]
pub struct Life {
    /// The number of the secret among all that ever were; those that follow each other under a name
    /// are different ones.
    pub id: usize,
    /// `None` when it was deleted.
    pub status: Option<Status>,
    pub versions: Vec<Kept>,
    pub last: u64,
    pub revision: u64,
    pub about: About,
    pub created: Stamp,
    pub updated: Stamp,
}

#[derive(Clone, Debug)]
pub struct Kept {
    pub number: u64,
    pub value: String,
    pub created: Stamp,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct About {
    pub description: &'static str,
    pub metadata: BTreeMap<&'static str, &'static str>,
    pub not_before: Option<u64>,
    pub expires_at: Option<u64>,
    pub rotation: Option<u64>,
    pub rules: Rules,
    pub instructions: bool,
}

/// The time as the vault knows it.
#[derive(Clone, Copy, Debug)]
pub struct Time {
    pub now: u64,
    pub latest: u64,
}

impl Life {
    /// Takes what is said about it. What is brought along may have expired.
    pub fn hear(&mut self, say: &Say, is_brought: bool) -> Result<(), ErrorKind> {
        let tells = |text: &str| {
            self.versions
                .iter()
                .any(|kept| kept.value == text || text.split(' ').any(|word| word == kept.value))
        };
        if say.texts().any(tells) {
            return Err(ErrorKind::InvalidInput);
        }
        if let Some(active) = say.active {
            self.status = Some(if active {
                Status::Active
            } else {
                Status::Inactive
            });
        }
        let about = &mut self.about;
        about.description = say.description.unwrap_or(about.description);
        match say.metadata {
            Some((key, Some(value))) => drop(about.metadata.insert(key, value)),
            Some((key, None)) => drop(about.metadata.remove(key)),
            None => {}
        }
        if say.clear_times {
            (about.not_before, about.expires_at) = (None, None);
        }
        about.not_before = say.not_before.or(about.not_before);
        about.expires_at = say.expires_at.or(about.expires_at);
        about.rotation = say.rotation.unwrap_or(about.rotation);
        if let Some(rules) = say.rules {
            (about.rules, about.instructions) = (rules, false);
        }
        about.instructions = say.instructions.unwrap_or(about.instructions);
        let never = about
            .not_before
            .zip(about.expires_at)
            .is_some_and(|(from, to)| to <= from);
        let stillborn = say.expires_at.is_some_and(|time| time < self.created.0);
        if never || (stillborn && !is_brought) {
            Err(ErrorKind::InvalidInput)
        } else {
            Ok(())
        }
    }

    pub fn push(&mut self, value: &str, stamp: &Stamp, most: usize) {
        self.last += 1;
        self.versions.push(Kept {
            number: self.last,
            value: value.to_owned(),
            created: stamp.clone(),
        });
        let surplus = self.versions.len().saturating_sub(most);
        self.versions.drain(..surplus);
    }

    pub fn written(&mut self, stamp: &Stamp) {
        self.revision += 1;
        self.updated = stamp.clone();
    }

    pub fn kept(&self, pin: Option<u64>) -> Option<&Kept> {
        self.versions
            .iter()
            .rfind(|kept| pin.is_none_or(|pin| kept.number == pin))
    }

    /// Refuses a secret that may not be used at all.
    pub fn is_usable(&self, time: Time) -> Result<(), ErrorKind> {
        match self.status {
            Some(Status::Active) => {}
            Some(Status::Inactive) => return Err(ErrorKind::Inactive),
            _ => return Err(ErrorKind::Revoked),
        }
        if self.about.not_before.is_some_and(|from| time.now < from) {
            return Err(ErrorKind::NotYetValid);
        }
        if self.about.expires_at.is_some_and(|to| time.latest >= to) {
            return Err(ErrorKind::Expired);
        }
        Ok(())
    }

    /// Refuses a secret that may not go to a target.
    pub fn may_go(&self, aim: Aim, strict: bool, time: Time) -> Result<(), ErrorKind> {
        self.is_usable(time)?;
        let Rules { tool, host, header } = self.about.rules;
        let (bound, nowhere) = (
            tool || host || header,
            aim.tool.is_none() && aim.host.is_none() && !aim.instructions,
        );
        let denied = (strict && (nowhere || (!bound && !aim.instructions)))
            || (aim.instructions && !self.about.instructions)
            || (bound && nowhere)
            || (tool
                && !aim
                    .tool
                    .is_some_and(|tool| tool.starts_with(TOOL_RULE.trim_end_matches('*'))))
            || (host && aim.host != Some(HOST))
            || (header && !aim.header);
        if denied {
            Err(ErrorKind::Denied)
        } else {
            Ok(())
        }
    }

    pub fn card(
        &self,
        place: &Place,
        prints: &mut Numbers<(String, String)>,
        ids: &mut Numbers<usize>,
        now: u64,
    ) -> String {
        let tenant = place.scope.tenant();
        let Rules { tool, host, header } = self.about.rules;
        let some = |is_set: bool, rule: &str| {
            is_set
                .then(|| rule.to_owned())
                .into_iter()
                .collect::<Vec<_>>()
        };
        let due = self.versions.last().zip(self.about.rotation);
        let versions = self.versions.iter().map(|kept| {
            (
                kept.number,
                kept.created.clone(),
                prints.of((tenant.to_string(), kept.value.clone())),
            )
        });
        let card = Card {
            versions: versions.collect(),
            record: ids.of(self.id),
            scope: place.scope.to_string(),
            name: place.name.to_owned(),
            status: self.status.unwrap(),
            revision: self.revision,
            description: self.about.description.to_owned(),
            metadata: self
                .about
                .metadata
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            created: self.created.clone(),
            updated: self.updated.clone(),
            times: (self.about.not_before, self.about.expires_at),
            rotation: self.about.rotation,
            due: due.is_some_and(|(kept, every)| kept.created.0 + every <= now),
            rules: (
                some(tool, TOOL_RULE),
                some(host, HOST),
                header.then_some(Surface::Header).into_iter().collect(),
                self.about.instructions,
            ),
        };
        format!("{card:?}")
    }
}

impl Say {
    /// Returns true if it gives a value away before anything is stored; short values may be in a
    /// text by accident.
    pub fn tells(&self, value: &str) -> bool {
        value.len() >= 8 && self.texts().any(|text| text.contains(value))
    }

    fn texts(&self) -> impl Iterator<Item = &'static str> {
        let entry = self
            .metadata
            .into_iter()
            .flat_map(|(key, value)| [Some(key), value])
            .flatten();
        entry.chain(self.description)
    }
}
