//! Owners of patterns.

use std::cmp::Reverse;

use smallvec::{SmallVec, smallvec};

use super::variants::Variant;
use crate::reference::Reference;

/// A secret that a pattern is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    /// Its place in the list of references.
    pub(super) owner: usize,
    pub(super) variant: Variant,
}

/// All secrets that a pattern is of, each once.
#[derive(Clone, Debug)]
pub(super) struct Claims(SmallVec<[Claim; 1]>);

impl Claims {
    pub(super) fn of(claim: Claim) -> Self {
        Self(smallvec![claim])
    }

    pub(super) fn push(&mut self, claim: Claim) {
        match self.0.iter_mut().find(|known| known.owner == claim.owner) {
            Some(known) => known.variant = known.variant.min(claim.variant),
            None => self.0.push(claim),
        }
    }

    /// Keeps the claims that a mask names: those whose whole value the pattern is, if there are
    /// any; and of one name the newest version.
    pub(super) fn settled(mut self, references: &[Reference]) -> Self {
        let whole = self.0.iter().any(|claim| claim.variant == Variant::Value);
        self.0
            .retain(|claim| !whole || claim.variant == Variant::Value);
        if self.0.len() > 1 {
            let all = self.0.clone();
            let reference = |claim: &Claim| references.get(claim.owner);
            let newer = |one: Option<&Reference>, other: Option<&Reference>| {
                let [one, other] =
                    [one, other].map(|known| known.map(|known| (known.name(), known.version())));
                let (Some((name, version)), Some((other_name, other))) = (one, other) else {
                    return false;
                };
                // Without a version it is the newest.
                let age = |version: Option<_>| version.map(Reverse);
                name == other_name && age(version) < age(other)
            };
            self.0.retain(|claim| {
                !all.iter()
                    .any(|other| newer(reference(other), reference(claim)))
            });
        }
        self
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Claim> {
        self.0.iter().copied()
    }
}
