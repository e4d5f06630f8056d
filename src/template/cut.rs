//! The pieces of a text that are replaced.

use std::num::NonZeroU32;
use std::ops::Range;

/// A piece of the text that is replaced.
#[derive(Clone, Debug)]
pub(super) struct Cut {
    pub(super) span: Range<usize>,
    /// The value that stands there instead; `None` for text that is only omitted.
    pub(super) slot: Option<Slot>,
}

/// A value that goes in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    /// Its place in the list of references, from 1: so that a cut is no larger than it must be.
    reference: NonZeroU32,
    /// The number of its chain of filters, from 1; 0 for none.
    chain: u32,
}

impl Slot {
    /// A slot of the reference with this number, from 1, with the chain of this number; 0 for none.
    pub(super) fn new(reference: NonZeroU32, chain: u32) -> Self {
        Self { reference, chain }
    }

    /// Its place in the list of references.
    pub(super) fn reference(self) -> usize {
        self.reference.get() as usize - 1
    }

    /// The place of its chain among those of the plan, if it has one.
    pub(super) fn chain(self) -> Option<usize> {
        usize::try_from(self.chain).ok()?.checked_sub(1)
    }

    pub(super) fn is_filtered(self) -> bool {
        self.chain != 0
    }
}
