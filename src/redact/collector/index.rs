//! The numbers of patterns by their bytes.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};

use crate::redact::search::Patterns;
use crate::wipe::Wiped;

/// A hash table of patterns that lie elsewhere. Its key is chosen by chance, so nobody can write
/// patterns that fall into one place.
pub(super) struct Index {
    hasher: RandomState,
    /// A power of two of them. A pattern whose slot is taken lies in the next that is free.
    slots: Wiped<Slot>,
    taken: usize,
}

/// A place for a pattern.
#[derive(Clone, Copy, Default)]
struct Slot {
    hash: u32,
    /// One more than the number of the pattern; 0 in a free slot.
    one_more: u32,
}

/// The slot of a pattern, or the free one for it.
pub(super) struct Place {
    at: usize,
    hash: u32,
}

impl Index {
    /// Begins with no patterns, and room for so many.
    pub(super) fn with_capacity(count: usize) -> Self {
        Self {
            hasher: RandomState::new(),
            slots: Wiped::filled(Slot::default(), (count.max(1) * 2).next_power_of_two()),
            taken: 0,
        }
    }

    /// Finds the place of a pattern. Valid until another one is added.
    pub(super) fn place(&mut self, pattern: &[u8], patterns: &Patterns) -> Place {
        // A part of the slots stays free, so that the search ends, and soon.
        if self.taken * 4 >= self.slots.len() * 3 {
            self.grow();
        }
        let mut hasher = self.hasher.build_hasher();
        hasher.write(pattern);
        let hash = u32::try_from(hasher.finish() >> 32).unwrap_or(0);
        let is_same = |slot: Slot| {
            slot.hash == hash && patterns.get(slot.one_more.saturating_sub(1)) == pattern
        };
        let at = self.search(hash, is_same);
        Place { at, hash }
    }

    /// Returns the number of the pattern of a place, if it was added.
    pub(super) fn get(&self, place: &Place) -> Option<u32> {
        self.slots.get(place.at)?.one_more.checked_sub(1)
    }

    /// Adds a pattern at its place.
    pub(super) fn add(&mut self, place: &Place, number: u32) {
        let (hash, one_more) = (place.hash, number.saturating_add(1));
        if let Some(slot) = self.slots.get_mut(place.at) {
            *slot = Slot { hash, one_more };
            self.taken += 1;
        }
    }

    /// Returns the place of the first slot from that of a hash on that is free or the same.
    fn search(&self, hash: u32, is_same: impl Fn(Slot) -> bool) -> usize {
        let last = self.slots.len() - 1;
        let mut at = hash as usize & last;
        while let Some(&slot) = self.slots.get(at) {
            if slot.one_more == 0 || is_same(slot) {
                break;
            }
            at = (at + 1) & last;
        }
        at
    }

    fn grow(&mut self) {
        let more = Wiped::filled(Slot::default(), self.slots.len() * 2);
        for slot in std::mem::replace(&mut self.slots, more).iter() {
            if slot.one_more != 0 {
                let at = self.search(slot.hash, |_| false);
                if let Some(free) = self.slots.get_mut(at) {
                    *free = *slot;
                }
            }
        }
    }
}
