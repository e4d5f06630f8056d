//! The head that something in memory is of.

use super::asked::Asked;
use crate::store::Moment;
use crate::vault::high_water::Mark;

/// The head of a tenant that something in memory is of, and the last time that the store said so.
#[derive(Clone, Copy)]
pub(in crate::vault) struct Stamp {
    /// The era of the heads that were seen: those of an earlier one no longer count.
    pub(in crate::vault) era: u64,
    pub(in crate::vault) mark: Mark,
    /// A moment of the store: if nothing was committed since, the head is this one still. `None`
    /// if it was not asked for, and from a store that cannot tell.
    pub(in crate::vault) moment: Option<Moment>,
    pub(in crate::vault) asked: Asked,
}

impl Stamp {
    /// Returns true if it is of the head of another one.
    pub(super) fn is_of_head_of(&self, other: &Self) -> bool {
        self.era == other.era && self.mark == other.mark
    }

    /// Returns true if something of another head takes the place of what has this one.
    pub(super) fn yields_to(&self, other: &Self) -> bool {
        other.era > self.era || other.era == self.era && other.mark.epoch() > self.mark.epoch()
    }

    /// Takes over the answer of the store to a later question.
    pub(super) fn confirm(&mut self, later: &Self) {
        self.moment = later.moment.or(self.moment);
        if later.asked.is_later_than(self.asked) {
            self.asked = later.asked;
        }
    }
}
