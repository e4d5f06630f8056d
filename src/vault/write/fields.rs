//! The fields of a secret that are set without its value.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::time::{Duration, SystemTime};

use crate::access::AccessRules;
use crate::crypto::{About, Info, InfoState as State, SubKeys, Timestamp, equal};
use crate::error::{Error, ErrorKind, Result};
use crate::name::looks_like_value;
use crate::status::Status;

const MAX_DESCRIPTION: usize = 4096;
const MAX_ENTRIES: usize = 64;
const MAX_KEY: usize = 128;
const MAX_ENTRY: usize = 1024;
const MAX_ROTATION: u64 = 100 * 366 * 24 * 60 * 60;

/// Changes to the fields of a secret; a field that is `None` stays.
#[derive(Clone, Default)]
pub(super) struct Fields {
    pub(super) status: Option<Status>,
    pub(super) description: Option<String>,
    /// The value for each key, or `None` to take it out.
    pub(super) metadata: BTreeMap<String, Option<String>>,
    pub(super) clear_times: bool,
    pub(super) not_before: Option<SystemTime>,
    pub(super) expires_at: Option<SystemTime>,
    pub(super) clear_rotation: bool,
    pub(super) rotation: Option<Duration>,
    pub(super) rules: Option<AccessRules>,
    /// Applied after `rules`, or without them.
    pub(super) instructions: Option<bool>,
    /// True if a new secret may have expired already.
    pub(super) may_be_expired: bool,
}

impl Fields {
    /// Adds later changes, which replace those of the same fields.
    pub(super) fn extend(&mut self, later: Self) {
        let Self {
            status,
            description,
            metadata,
            clear_times,
            not_before,
            expires_at,
            clear_rotation,
            rotation,
            rules,
            instructions,
            may_be_expired,
        } = later;
        if clear_times {
            (self.clear_times, self.not_before, self.expires_at) = (true, None, None);
        }
        if clear_rotation || rotation.is_some() {
            (self.clear_rotation, self.rotation) = (clear_rotation, rotation);
        }
        if rules.is_some() {
            (self.rules, self.instructions) = (rules, None);
        }
        self.status = status.or(self.status);
        self.description = description.or(self.description.take());
        self.metadata.extend(metadata);
        self.not_before = not_before.or(self.not_before);
        self.expires_at = expires_at.or(self.expires_at);
        self.instructions = instructions.or(self.instructions);
        self.may_be_expired |= may_be_expired;
    }

    /// Checks the texts and the interval.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] when a text is too long, or holds something that it may not
    /// hold.
    pub(super) fn check(&self) -> Result<()> {
        let fits = |text: &str, limit| text.len() <= limit && !text.chars().any(char::is_control);
        if !self
            .description
            .iter()
            .all(|text| fits(text, MAX_DESCRIPTION))
        {
            return Err(invalid(
                "a description may have 4096 bytes at most and no control characters",
            ));
        }
        if !self
            .metadata
            .keys()
            .all(|key| !key.is_empty() && fits(key, MAX_KEY))
        {
            return Err(invalid(
                "a key of metadata has 1 to 128 bytes and no control characters",
            ));
        }
        if !self
            .metadata
            .values()
            .flatten()
            .all(|text| fits(text, MAX_ENTRY))
        {
            return Err(invalid(
                "a value of metadata may have 1024 bytes at most and no control characters",
            ));
        }
        if self
            .texts()
            .any(|text| text.split_whitespace().any(looks_like_value))
        {
            return Err(invalid(
                "this looks like a secret value; everybody who may list secrets reads descriptions \
                 and metadata",
            ));
        }
        let seconds = self
            .rotation
            .map(|interval| (interval.as_secs(), interval.subsec_nanos()));
        if seconds
            .is_some_and(|(seconds, rest)| seconds == 0 || rest != 0 || seconds > MAX_ROTATION)
        {
            return Err(invalid(
                "a rotation interval is a whole number of seconds, from 1 to 100 years",
            ));
        }
        Ok(())
    }

    /// Returns true if a text holds a value. A short value may well be in a text by accident.
    pub(super) fn tell(&self, value: &str) -> bool {
        let value = value.trim();
        value.len() >= 8 && self.texts().any(|text| text.contains(value))
    }

    /// Returns true if a text holds a value that is kept already, as a word of its own.
    fn tell_kept(&self, info: &Info, keys: &SubKeys) -> bool {
        let told = |text: &str| {
            let told = keys.fingerprint(info.scope.tenant(), text.as_bytes());
            let mut known = info.versions.iter().filter_map(|kept| kept.fingerprint);
            known.any(|known| equal(known.as_bytes(), told.as_bytes()))
        };
        // Each word costs a hash, for which a new secret has no use.
        !info.versions.is_empty()
            && self
                .texts()
                .any(|text| told(text) || text.split_whitespace().any(told))
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        let entries = self
            .metadata
            .iter()
            .flat_map(|(key, value)| [Some(key), value.as_ref()])
            .flatten();
        entries.chain(&self.description).map(String::as_str)
    }

    /// The bytes of the texts.
    pub(super) fn size(&self) -> usize {
        self.texts().map(str::len).sum()
    }

    /// Applies the changes to an info.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] when the outcome contradicts itself or is too much.
    pub(super) fn apply(&self, info: &mut Info, keys: &SubKeys) -> Result<()> {
        if self.tell_kept(info, keys) {
            return Err(invalid(
                "a description or metadata may not hold the value: everybody who may list secrets \
                 reads them",
            ));
        }
        if let Some(status) = self.status {
            info.state = State::from(status);
        }
        self.apply_about(&mut info.about)?;
        let About {
            not_before,
            expires_at,
            ..
        } = info.about;
        if not_before
            .zip(expires_at)
            .is_some_and(|(from, to)| to <= from)
        {
            return Err(invalid("a secret may not expire before it becomes valid"));
        }
        // A time that was set before may have passed by now, and says nothing about this call.
        let is_new = self.expires_at.is_some() && !self.may_be_expired;
        if is_new && expires_at.is_some_and(|time| time < info.created_at) {
            return Err(invalid("a secret may not expire before it is created"));
        }
        Ok(())
    }

    fn apply_about(&self, about: &mut About) -> Result<()> {
        if let Some(description) = &self.description {
            about.description.clone_from(description);
        }
        for (key, value) in &self.metadata {
            match value {
                Some(value) => drop(about.metadata.insert(key.clone(), value.clone())),
                None => drop(about.metadata.remove(key)),
            }
        }
        if about.metadata.len() > MAX_ENTRIES {
            return Err(invalid("a secret may have 64 keys of metadata at most"));
        }
        if self.clear_times {
            (about.not_before, about.expires_at) = (None, None);
        }
        if let Some(time) = self.not_before {
            about.not_before = Some(Timestamp::of(time)?);
        }
        if let Some(time) = self.expires_at {
            about.expires_at = Some(Timestamp::of(time)?);
        }
        if self.clear_rotation {
            about.rotation = None;
        }
        if let Some(interval) = self.rotation {
            about.rotation = NonZeroU64::new(interval.as_secs());
        }
        if let Some(rules) = &self.rules {
            about.rules.clone_from(rules);
        }
        if let Some(allowed) = self.instructions {
            about.rules = std::mem::take(&mut about.rules).in_instructions(allowed);
        }
        Ok(())
    }
}

fn invalid(message: &'static str) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}
