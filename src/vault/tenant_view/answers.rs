//! The answers that are held of one tenant.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::Arc;
use std::time::Duration;

use smallvec::SmallVec;

use super::answer::Answer;
use super::last_use::Tick;
use super::stamp::Stamp;
use crate::reference::Reference;
use crate::vault::random_bytes::RandomBytes;

/// Answers to references, all of one head. A newer head ends all of them.
pub(super) struct Answers {
    stamp: Stamp,
    /// By the tag of the scope at the low end of a chain.
    chains: HashMap<[u8; 16], HashMap<Reference, Arc<Answer>>, BuildHasherDefault<RandomBytes>>,
}

/// Answers to some references, and the head that they are of.
pub(in crate::vault) struct Held {
    pub(in crate::vault) stamp: Stamp,
    /// In the order of the references.
    pub(in crate::vault) answers: SmallVec<[Arc<Answer>; 4]>,
}

impl Answers {
    pub(super) fn new(stamp: Stamp) -> Self {
        let chains = HashMap::default();
        Self { stamp, chains }
    }

    pub(super) fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// Takes over the answer of the store to a later question.
    pub(super) fn confirm(&mut self, later: &Stamp) {
        self.stamp.confirm(later);
    }

    /// The answers to all of these references; `None` if one is missing or was idle for too long.
    pub(super) fn of(
        &self,
        chain: &[u8; 16],
        references: &[Reference],
        tick: Tick,
        idle: Duration,
    ) -> Option<Held> {
        let chain = self.chains.get(chain)?;
        let answer = |reference| {
            let answer: &Arc<Answer> = chain.get(reference)?;
            if answer.used.is_older(tick, idle) {
                return None;
            }
            answer.used.touch(tick);
            Some(Arc::clone(answer))
        };
        let answers = references.iter().map(answer).collect::<Option<_>>()?;
        let stamp = self.stamp;
        Some(Held { stamp, answers })
    }

    pub(super) fn insert(&mut self, chain: [u8; 16], reference: Reference, answer: Arc<Answer>) {
        let chain = self.chains.entry(chain).or_default();
        chain.insert(reference, answer);
    }

    /// Gives up the answers that are not to be kept. Returns true if none is left.
    pub(super) fn retain(&mut self, keeps: impl Fn(&Answer) -> bool) -> bool {
        self.chains.retain(|_, chain| {
            chain.retain(|_, answer| keeps(answer));
            !chain.is_empty()
        });
        self.chains.is_empty()
    }

    /// Adds the last use and the memory of each answer to a list.
    pub(super) fn weigh(&self, all: &mut Vec<(u64, usize)>) {
        let answers = self.chains.values().flat_map(HashMap::values);
        all.extend(answers.map(|answer| (answer.used.steady(), answer.charge.bytes())));
    }
}
