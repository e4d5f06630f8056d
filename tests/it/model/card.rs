//! Answers in a form that a model and a vault can both give.

use std::collections::HashMap;
use std::hash::Hash;

use keyslot::{ErrorKind, SecretInfo, Status, Surface};

use super::ops::at;

pub type Answer = Result<String, ErrorKind>;

/// The visible facts of a secret. Random identities are numbered in the order in which they are
/// first seen.
#[derive(Debug)]
#[allow(dead_code, reason = "read by being shown")]
pub struct Card {
    pub record: usize,
    pub scope: String,
    pub name: String,
    pub status: Status,
    pub revision: u64,
    pub versions: Vec<(u64, Stamp, usize)>,
    pub description: String,
    pub metadata: Vec<(String, String)>,
    pub created: Stamp,
    pub updated: Stamp,
    pub times: (Option<u64>, Option<u64>),
    pub rotation: Option<u64>,
    pub due: bool,
    pub rules: (Vec<String>, Vec<String>, Vec<Surface>, bool),
}

/// A time in seconds, and the actor.
pub type Stamp = (u64, Option<String>);

/// Numbers things in the order in which they come.
pub struct Numbers<T>(HashMap<T, usize>);

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Eq + Hash> Numbers<T> {
    pub fn of(&mut self, thing: T) -> usize {
        let next = self.0.len();
        *self.0.entry(thing).or_insert(next)
    }
}

/// The identities that a vault has shown.
#[derive(Default)]
pub struct Seen {
    records: Numbers<[u8; 16]>,
    fingerprints: Numbers<[u8; 32]>,
}

impl Seen {
    pub fn card(&mut self, info: &SecretInfo, now: u64) -> String {
        let seconds = |time: std::time::SystemTime| time.duration_since(at(0)).unwrap().as_secs();
        let by = |actor: &Option<keyslot::Actor>| actor.as_ref().map(ToString::to_string);
        let versions = info.versions.iter().map(|kept| {
            let print = self.fingerprints.of(*kept.fingerprint.unwrap().as_bytes());
            (
                kept.version.get(),
                (seconds(kept.created_at), by(&kept.created_by)),
                print,
            )
        });
        let card = Card {
            versions: versions.collect(),
            record: self.records.of(*info.record.as_bytes()),
            scope: info.scope.to_string(),
            name: info.name.to_string(),
            status: info.status,
            revision: info.revision.get(),
            description: info.description.clone(),
            metadata: info.metadata.clone().into_iter().collect(),
            created: (seconds(info.created_at), by(&info.created_by)),
            updated: (seconds(info.updated_at), by(&info.updated_by)),
            times: (info.not_before.map(seconds), info.expires_at.map(seconds)),
            rotation: info.rotate_every.map(|interval| interval.as_secs()),
            due: info.due_for_rotation(at(now)),
            rules: (
                info.rules.tools().map(str::to_owned).collect(),
                info.rules.hosts().map(str::to_owned).collect(),
                info.rules.surfaces().collect(),
                info.rules.instructions(),
            ),
        };
        format!("{card:?}")
    }
}
