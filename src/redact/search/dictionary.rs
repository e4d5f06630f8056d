//! The patterns in alphabetical order.

use std::cmp::Ordering;

use super::boundary::Text;
use super::indexed::{FoundPattern, Indexed, bytes_of, head, number};
use super::work::Allowance;
use crate::wipe::Wiped;

/// Least cost of a look-up in steps: an entry or two that are not in the cache.
const LOOK_UP: usize = 16;
/// Bytes that are compared in one step.
const STEP: usize = 16;

/// The patterns in alphabetical order, each once.
pub(super) struct Dictionary {
    pub(super) bytes: Wiped<u8>,
    pub(super) entries: Wiped<Indexed>,
    /// A bit for every two bytes, set if a pattern starts with them.
    pub(super) openings: Wiped<u64>,
    /// For every entry one more than the index of the next one that is shorter; 0 for no entry.
    pub(super) shorter: Wiped<u32>,
    /// A bit for every number, set if the pattern is found as a whole word only. Empty if none is.
    pub(super) words: Wiped<u64>,
    pub(super) longest_word: usize,
    pub(super) longest: usize,
    pub(super) shortest: usize,
}

impl Dictionary {
    /// The longest pattern that is found at this place of the text.
    pub(super) fn longest_at(
        &self,
        whole: Text<'_>,
        start: usize,
        allowance: &mut Allowance,
    ) -> Option<FoundPattern> {
        let text = whole.bytes.get(start..)?;
        // The last one that is not behind the text in alphabetical order starts with all patterns
        // that the text starts with.
        let mut entry = self.entry(number(self.after(text, allowance)))?;
        let same = common(self.bytes_of(entry), text, allowance);
        while entry.len() > same {
            allowance.take(1);
            entry = self.entry(entry.parent)?;
        }
        self.longest_standing(entry, whole, start)
    }

    /// The longest pattern that is found where this one stands: itself, or a shorter one that it
    /// starts with if it is a part of a longer word. Words are short, so these are few.
    fn longest_standing<'s>(
        &'s self,
        mut entry: &'s Indexed,
        text: Text<'_>,
        start: usize,
    ) -> Option<FoundPattern> {
        while !self.stands(entry.number, text, start, start + entry.len()) {
            entry = self.entry(entry.parent)?;
        }
        Some(entry.found())
    }

    /// Returns the same for the pattern at this place of the alphabetical order.
    pub(super) fn standing(&self, at: usize, text: Text<'_>, start: usize) -> Option<FoundPattern> {
        self.longest_standing(self.entries.get(at)?, text, start)
    }

    /// Returns false if a pattern of this number is found as a whole word only, and this part of
    /// the text is a piece of a longer word.
    #[inline]
    pub(super) fn stands(&self, number: u32, text: Text<'_>, start: usize, end: usize) -> bool {
        !self.is_word(number) || text.is_word(start, end)
    }

    /// Returns true if the pattern of this number is found as a whole word only.
    #[inline]
    pub(super) fn is_word(&self, number: u32) -> bool {
        let word = self.words.get(number as usize / 64);
        word.is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// Returns the number of bytes at the end of a text that are all of a pattern which is found as
    /// a whole word only: what stands behind decides.
    pub(super) fn undecided(&self, text: &[u8]) -> usize {
        let most = self.longest_word.min(text.len());
        let mut allowance = Allowance::of(most);
        let is_word = |end: &[u8], allowance: &mut Allowance| {
            let at = self.after(end, allowance).checked_sub(1);
            let entry = at.and_then(|at| self.entries.get(at));
            entry.is_some_and(|entry| self.is_word(entry.number) && self.bytes_of(entry) == end)
        };
        let mut lens = (1..=most).rev();
        lens.find(|len| {
            let end = text.get(text.len() - len..).unwrap_or_default();
            is_word(end, &mut allowance)
        })
        .unwrap_or(0)
    }

    /// Returns true if a pattern starts with `text` and goes on.
    pub(super) fn begins_with(&self, text: &[u8], allowance: &mut Allowance) -> bool {
        self.may_begin_with(text, allowance)
            && self.goes_on(self.after(text, allowance), text, allowance)
    }

    /// The shortest pattern that starts with `text`, or is the text; of equally short ones the
    /// first in alphabetical order. When the allowance is used up, the answer may be wrong.
    pub(super) fn shortest_with(
        &self,
        text: &[u8],
        allowance: &mut Allowance,
    ) -> Option<FoundPattern> {
        if !self.may_begin_with(text, allowance) {
            return None;
        }
        let after = self.after(text, allowance);
        // What comes before is not longer than the text if it starts with it.
        if let Some(whole) = after
            .checked_sub(1)
            .and_then(|before| self.entries.get(before))
        {
            if whole.len() == text.len()
                && common(self.bytes_of(whole), text, allowance) == text.len()
            {
                return Some(whole.found());
            }
        }
        if !self.goes_on(after, text, allowance) {
            return None;
        }
        let rest = self.entries.get(after..).unwrap_or_default();
        let end = after
            + rest.partition_point(|entry| {
                common(self.bytes_of(entry), text, allowance) == text.len()
            });
        let mut shortest = after;
        while let Some(next) = self
            .next_shorter(shortest)
            .filter(|&next| next < end && !allowance.is_used_up())
        {
            allowance.take(1);
            shortest = next;
        }
        self.found(shortest)
    }

    /// The place of the next shorter pattern.
    pub(super) fn next_shorter(&self, at: usize) -> Option<usize> {
        (*self.shorter.get(at)? as usize).checked_sub(1)
    }

    /// Returns false if no pattern starts with the first two bytes of `text`.
    fn may_begin_with(&self, text: &[u8], allowance: &mut Allowance) -> bool {
        let Some(opening) = text.first_chunk() else {
            return true;
        };
        allowance.take(1);
        let opening = u16::from_be_bytes(*opening);
        self.openings
            .get(usize::from(opening / 64))
            .is_none_or(|word| word >> (opening % 64) & 1 == 1)
    }

    /// Returns true if the entry at this place starts with `text`.
    fn goes_on(&self, at: usize, text: &[u8], allowance: &mut Allowance) -> bool {
        self.entries
            .get(at)
            .is_some_and(|entry| common(self.bytes_of(entry), text, allowance) == text.len())
    }

    /// Returns the number of patterns that are not behind the text in alphabetical order.
    fn after(&self, text: &[u8], allowance: &mut Allowance) -> usize {
        let text_head = head(text);
        allowance.take(LOOK_UP);
        self.entries
            .partition_point(|entry| match entry.head.cmp(&text_head) {
                Ordering::Less => true,
                Ordering::Greater => false,
                Ordering::Equal => {
                    let bytes = self.bytes_of(entry);
                    let same = common(bytes, text, allowance);
                    bytes.get(same) <= text.get(same)
                }
            })
    }

    /// Returns the number of patterns.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The patterns that begin with no other one, in alphabetical order.
    pub(super) fn roots(&self) -> impl Iterator<Item = &[u8]> {
        let roots = self.entries.iter().filter(|entry| entry.parent == 0);
        roots.map(|entry| self.bytes_of(entry))
    }

    /// The patterns in alphabetical order, each with its number.
    pub(super) fn numbered(&self) -> impl ExactSizeIterator<Item = (u32, &[u8])> {
        self.entries
            .iter()
            .map(|entry| (entry.number, self.bytes_of(entry)))
    }

    /// The pattern at this place of the alphabetical order.
    pub(super) fn get(&self, at: usize) -> &[u8] {
        self.entries
            .get(at)
            .map_or(&[], |entry| self.bytes_of(entry))
    }

    /// The pattern at this place of the alphabetical order, as what was found.
    pub(super) fn found(&self, at: usize) -> Option<FoundPattern> {
        self.entries.get(at).map(Indexed::found)
    }

    /// The length of the longest one in bytes; 0 if there are none.
    pub(super) fn longest_len(&self) -> usize {
        self.longest
    }

    /// The length of the shortest one in bytes; 0 if there are none.
    pub(super) fn shortest_len(&self) -> usize {
        self.shortest
    }

    /// The entry that a `parent` means.
    pub(super) fn entry(&self, one_more: u32) -> Option<&Indexed> {
        self.entries.get((one_more as usize).checked_sub(1)?)
    }

    pub(super) fn bytes_of(&self, entry: &Indexed) -> &[u8] {
        bytes_of(&self.bytes, entry)
    }
}

/// Returns the number of bytes that two texts have in common at the start.
fn common(one: &[u8], other: &[u8], allowance: &mut Allowance) -> usize {
    let steps = one
        .chunks_exact(STEP)
        .zip(other.chunks_exact(STEP))
        .take_while(|(one, other)| one == other)
        .count();
    allowance.take(1 + steps);
    let rest = |text| <[u8]>::iter(text).skip(steps * STEP);
    steps * STEP
        + rest(one)
            .zip(rest(other))
            .take_while(|(one, other)| one == other)
            .count()
}
