//! A place among the secrets of a tenant, and what was done up to it.

use crate::crypto::KeyId;
use crate::record::Version;

/// A place in a walk over the secrets of a tenant, in the order of their keys.
#[derive(Clone, Debug, Default)]
pub(in crate::vault::write) struct Place {
    /// The data key that is to seal all of them. If another one seals by now, the walk begins anew.
    pub(super) key: Option<KeyId>,
    pub(super) after: Option<[u8; 32]>,
    pub(super) within: Option<Within>,
}

/// A secret of which a part is done, because it has many versions.
#[derive(Clone, Debug)]
pub(super) struct Within {
    pub(super) secret: [u8; 32],
    /// Versions up to this one are done. Numbers of versions are never used twice.
    pub(super) up_to: Version,
    pub(super) outcome: Outcome,
}

/// Facts of one secret.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outcome {
    /// True if something of it was sealed anew.
    pub(super) is_resealed: bool,
    /// True if something of it cannot be read, which stays as it is.
    pub(super) is_unreadable: bool,
}

/// Result of one page.
#[derive(Debug, Default)]
pub(in crate::vault::write) struct Resealed {
    /// Place to go on; `None` at the end.
    pub(in crate::vault::write) next: Option<Place>,
    /// True if the page is the first one of a walk.
    pub(in crate::vault::write) is_first: bool,
    /// The number of secrets that were looked at.
    pub(in crate::vault::write) looked_at: u64,
    /// The number of those that were sealed anew.
    pub(in crate::vault::write) changed: u64,
    /// The number of those of which something cannot be read.
    pub(in crate::vault::write) unreadable: u64,
    /// The number of secrets of the tenant, tombstones included.
    pub(in crate::vault::write) total: u64,
    /// The generation of the key that seals now.
    pub(in crate::vault::write) generation: u32,
}

impl Place {
    /// The beginning of a walk that seals with a key.
    pub(super) fn of_key(key: KeyId) -> Self {
        Self {
            key: Some(key),
            ..Self::default()
        }
    }

    /// The last version of a secret that is done already.
    pub(super) fn done_of(&self, secret: &[u8; 32]) -> Option<Version> {
        self.of(secret).map(|within| within.up_to)
    }

    /// Facts of the part of a secret that is done already.
    pub(super) fn outcome_of(&self, secret: &[u8; 32]) -> Outcome {
        self.of(secret)
            .map(|within| within.outcome)
            .unwrap_or_default()
    }

    fn of(&self, secret: &[u8; 32]) -> Option<&Within> {
        self.within
            .as_ref()
            .filter(|within| within.secret == *secret)
    }
}

impl Resealed {
    /// Nothing yet, from a place on.
    pub(super) fn new(place: &Place, total: u64, generation: u32) -> Self {
        Self {
            is_first: place.after.is_none() && place.within.is_none(),
            total,
            generation,
            ..Self::default()
        }
    }

    /// Counts a secret that is done.
    pub(super) fn count(&mut self, outcome: Outcome) {
        self.looked_at += 1;
        self.changed += u64::from(outcome.is_resealed);
        self.unreadable += u64::from(outcome.is_unreadable);
    }
}
