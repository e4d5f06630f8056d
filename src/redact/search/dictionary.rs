//! The patterns in alphabetical order.

use std::cmp::Ordering;

use super::Match;
use super::patterns::Patterns;
use super::work::Allowance;
use crate::wipe::Wiped;

/// Least cost of a look-up in steps: an entry or two that are not in the cache.
const LOOK_UP: usize = 16;
/// Bytes that are compared in one step.
const STEP: usize = 16;

/// The patterns in alphabetical order, each once.
pub(super) struct Dictionary {
    bytes: Wiped<u8>,
    entries: Wiped<Entry>,
    /// A bit for every two bytes, set if a pattern starts with them.
    openings: Wiped<u64>,
    /// For every entry one more than the index of the next one that is shorter; 0 for no entry.
    shorter: Wiped<u32>,
    longest: usize,
    shortest: usize,
}

/// A pattern.
#[derive(Clone, Copy, Default)]
struct Entry {
    /// The first eight bytes as a number that sorts as they do; zeros follow a shorter one.
    head: u64,
    start: u32,
    end: u32,
    number: u32,
    /// One more than the index of the longest other pattern that this one starts with; 0 if there
    /// is none.
    parent: u32,
}

impl Entry {
    fn len(&self) -> usize {
        self.end as usize - self.start as usize
    }

    fn found(&self) -> Found {
        Found {
            len: self.len(),
            number: self.number,
        }
    }
}

/// A pattern that was found.
pub(super) struct Found {
    len: usize,
    number: u32,
}

impl Found {
    /// Its length in bytes.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Its number.
    pub(super) fn number(&self) -> u32 {
        self.number
    }

    pub(super) fn at(&self, start: usize) -> Match {
        Match {
            start,
            end: start + self.len,
            pattern: self.number,
        }
    }
}

impl Dictionary {
    pub(super) fn new(patterns: Patterns) -> Self {
        let mut entries = Wiped::with_capacity(patterns.len());
        for (number, (start, end)) in (0..).zip(patterns.spans()) {
            entries.push(Entry {
                head: 0,
                start,
                end,
                number,
                parent: 0,
            });
        }
        let openings = Wiped::filled(0, (1 << 16) / 64);
        let (bytes, shorter) = (patterns.into_bytes(), Wiped::default());
        let mut dictionary = Self {
            bytes,
            entries,
            openings,
            shorter,
            longest: 0,
            shortest: 0,
        };
        dictionary.sort();
        dictionary.adopt();
        dictionary.open();
        dictionary.shorten();
        let lens = || {
            dictionary
                .entries
                .iter()
                .map(|entry| dictionary.bytes_of(entry).len())
        };
        (dictionary.longest, dictionary.shortest) =
            (lens().max().unwrap_or(0), lens().min().unwrap_or(0));
        dictionary
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        for entry in self.entries.iter_mut() {
            entry.head = head(bytes_of(bytes, entry));
        }
        self.entries.sort_unstable_by(|a, b| {
            let rest = || bytes_of(bytes, a).cmp(bytes_of(bytes, b));
            a.head
                .cmp(&b.head)
                .then_with(rest)
                .then(a.number.cmp(&b.number))
        });
        let mut last = None;
        self.entries.retain(|entry| {
            let this = bytes_of(bytes, entry);
            last.replace(this) != Some(this)
        });
    }

    /// Finds the parents. What starts with a pattern follows it, so they are among those of the one
    /// before.
    fn adopt(&mut self) {
        let mut before = 0;
        for at in 0..self.entries.len() {
            let Some(own) = self.entries.get(at) else {
                return;
            };
            while let Some(entry) = self.entry(before) {
                if self.bytes_of(own).starts_with(self.bytes_of(entry)) {
                    break;
                }
                before = entry.parent;
            }
            if let Some(own) = self.entries.get_mut(at) {
                own.parent = before;
            }
            before = number(at + 1);
        }
    }

    fn open(&mut self) {
        for entry in self.entries.iter() {
            let opening = entry.head >> 48;
            if let Some(word) = self.openings.get_mut(opening as usize / 64) {
                *word |= 1 << (opening % 64);
            }
        }
    }

    /// Fills `shorter`, from the last entry to the first.
    fn shorten(&mut self) {
        self.shorter = Wiped::filled(0, self.entries.len());
        for (at, entry) in self.entries.iter().enumerate().rev() {
            let mut next = Some(at + 1);
            while let Some(longer) = next.filter(|&next| {
                self.entries
                    .get(next)
                    .is_some_and(|one| one.len() >= entry.len())
            }) {
                next = self.next_shorter(longer);
            }
            let next = next.filter(|&next| next < self.entries.len());
            if let (Some(own), Some(next)) = (self.shorter.get_mut(at), next) {
                *own = number(next + 1);
            }
        }
    }

    /// The longest pattern that `text` starts with.
    pub(super) fn longest_in(&self, text: &[u8], allowance: &mut Allowance) -> Option<Found> {
        // The last one that is not behind the text in alphabetical order starts with all patterns
        // that the text starts with.
        let mut entry = self.entry(number(self.after(text, allowance)))?;
        let same = common(self.bytes_of(entry), text, allowance);
        while entry.len() > same {
            allowance.take(1);
            entry = self.entry(entry.parent)?;
        }
        Some(entry.found())
    }

    /// Returns true if a pattern starts with `text` and goes on.
    pub(super) fn begins_with(&self, text: &[u8], allowance: &mut Allowance) -> bool {
        self.may_begin_with(text, allowance)
            && self.goes_on(self.after(text, allowance), text, allowance)
    }

    /// The shortest pattern that starts with `text`, or is the text; of equally short ones the
    /// first in alphabetical order. When the allowance is used up, the answer may be wrong.
    pub(super) fn shortest_with(&self, text: &[u8], allowance: &mut Allowance) -> Option<Found> {
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
    fn next_shorter(&self, at: usize) -> Option<usize> {
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

    /// The patterns, in alphabetical order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.entries.iter().map(|entry| self.bytes_of(entry))
    }

    /// Returns the patterns like [`iter`](Dictionary::iter), each with its number.
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
    pub(super) fn found(&self, at: usize) -> Option<Found> {
        self.entries.get(at).map(Entry::found)
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
    fn entry(&self, one_more: u32) -> Option<&Entry> {
        self.entries.get((one_more as usize).checked_sub(1)?)
    }

    fn bytes_of(&self, entry: &Entry) -> &[u8] {
        bytes_of(&self.bytes, entry)
    }
}

#[inline]
fn bytes_of<'b>(bytes: &'b [u8], entry: &Entry) -> &'b [u8] {
    bytes
        .get(entry.start as usize..entry.end as usize)
        .unwrap_or_default()
}

/// See [`Entry::head`].
#[inline]
fn head(bytes: &[u8]) -> u64 {
    if let Some(head) = bytes.first_chunk() {
        return u64::from_be_bytes(*head);
    }
    let mut head = [0; 8];
    head.iter_mut()
        .zip(bytes)
        .for_each(|(to, from)| *to = *from);
    u64::from_be_bytes(head)
}

/// There are no more patterns than that.
pub(super) fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
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
