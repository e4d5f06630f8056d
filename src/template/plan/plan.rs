//! The plan of a text: where to cut it, and which values go in.

use std::ops::Range;

use smallvec::SmallVec;

use crate::template::cut::{Cut, Slot};
use crate::template::value::{Filter, Typed, typed};

/// The cuts of one text, in order. The text between them is copied.
#[derive(Debug, Default)]
pub(in crate::template) struct Plan {
    /// Enough places without an allocation for most texts.
    cuts: SmallVec<[Cut; 4]>,
    /// The filters of those slots that have some.
    chains: Vec<Chain>,
    /// The bytes of the text outside of the cuts.
    literal: usize,
}

/// The filters of one placeholder.
#[derive(Debug)]
struct Chain {
    filters: Box<[Filter]>,
    /// The place of the filters in the text.
    place: Range<usize>,
}

impl Plan {
    #[inline]
    pub(super) fn push(&mut self, cut: Cut) {
        self.cuts.push(cut);
    }

    /// Adds the filters of a placeholder, and returns the number of their chain.
    #[inline]
    pub(super) fn push_chain(&mut self, filters: Vec<Filter>, place: Range<usize>) -> u32 {
        if filters.is_empty() {
            return 0;
        }
        let filters = filters.into_boxed_slice();
        self.chains.push(Chain { filters, place });
        // There are no more than placeholders, which are counted up to that.
        u32::try_from(self.chains.len()).unwrap_or(u32::MAX)
    }

    /// Counts the bytes between the cuts of a text, once all cuts are there.
    #[inline]
    pub(in crate::template) fn measure(&mut self, text: &str) {
        self.literal = text.len() - self.cuts.iter().map(|cut| cut.span.len()).sum::<usize>();
    }

    pub(in crate::template) fn cuts(&self) -> &[Cut] {
        &self.cuts
    }

    /// The filters of a slot.
    pub(in crate::template) fn chain(&self, slot: Slot) -> &[Filter] {
        self.chain_of(slot).map_or(&[], |chain| &chain.filters)
    }

    /// The place of the filters of a slot in the text, if it has some.
    pub(in crate::template) fn filters(&self, slot: Slot) -> Option<Range<usize>> {
        self.chain_of(slot).map(|chain| chain.place.clone())
    }

    fn chain_of(&self, slot: Slot) -> Option<&Chain> {
        self.chains.get(slot.chain()?)
    }

    /// The first cut that a value goes into.
    pub(in crate::template) fn first_value(&self) -> Option<&Cut> {
        self.cuts.iter().find(|cut| cut.slot.is_some())
    }

    /// Returns true if no value goes through filters.
    pub(in crate::template) fn is_unfiltered(&self) -> bool {
        self.chains.is_empty()
    }

    /// The last filter of the text, which is one placeholder, if its value goes in as JSON.
    #[inline]
    pub(in crate::template) fn typed(&self) -> Option<Typed> {
        self.chains.iter().find_map(|chain| typed(&chain.filters))
    }

    /// Returns true if the text stands for itself.
    pub(in crate::template) fn is_empty(&self) -> bool {
        self.cuts.is_empty()
    }

    /// The bytes of the text outside of the cuts.
    #[inline]
    pub(in crate::template) fn literal(&self) -> usize {
        self.literal
    }

    /// Appends the text to `out` with its cuts replaced, which makes `length` bytes. `value` writes
    /// the value of a slot, or returns false if the placeholder stays. `place` gets the place of
    /// each value.
    #[inline]
    pub(in crate::template) fn write(
        &self,
        text: &str,
        length: usize,
        out: &mut String,
        mut value: impl FnMut(Slot, &mut String) -> bool,
        mut place: impl FnMut(Range<usize>),
    ) {
        // All at once: a text that grew while values are in it would leave copies of them behind.
        if out.capacity() == 0 {
            *out = String::with_capacity(length);
        } else {
            out.reserve(length);
        }
        let begin = out.len();
        let mut at = 0;
        for cut in &self.cuts {
            out.push_str(text.get(at..cut.span.start).unwrap_or_default());
            at = cut.span.end;
            let Some(slot) = cut.slot else { continue };
            let start = out.len();
            if value(slot, out) {
                place(start..out.len());
            } else {
                out.push_str(text.get(cut.span.clone()).unwrap_or_default());
            }
        }
        out.push_str(text.get(at..).unwrap_or_default());
        debug_assert_eq!(
            out.len() - begin,
            length,
            "measured and written lengths differ"
        );
    }
}
