//! Reads of the store whose rows are to be held.

use super::asked::Asked;
use super::stamp::Stamp;
use crate::vault::high_water::Mark;

/// The number of invalidations as something began.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Since(pub(super) u64);

/// A read of the store, as it begins. All of this is taken before the store is asked: what the
/// store gives is of this time or later.
#[derive(Clone, Copy)]
pub(in crate::vault) struct Reading {
    pub(super) since: Since,
    pub(in crate::vault) era: u64,
    pub(super) asked: Asked,
}

impl Reading {
    /// The stamp of what was read, with the head that was read with it.
    pub(super) fn stamp(&self, mark: Mark) -> Stamp {
        Stamp {
            era: self.era,
            mark,
            moment: None,
            asked: self.asked,
        }
    }
}
