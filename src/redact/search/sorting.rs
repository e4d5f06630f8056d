//! The making of a dictionary.

use super::dictionary::Dictionary;
use super::indexed::{Indexed, bytes_of, head, number};
use super::patterns::Patterns;
use crate::wipe::Wiped;

impl Dictionary {
    pub(super) fn new(patterns: Patterns) -> Self {
        let mut entries = Wiped::with_capacity(patterns.len());
        for (number, (start, end)) in (0..).zip(patterns.spans()) {
            entries.push(Indexed {
                head: 0,
                start,
                end,
                number,
                parent: 0,
            });
        }
        let mut words = Wiped::default();
        if !patterns.words().is_empty() {
            words = Wiped::filled(0, patterns.len().div_ceil(64));
        }
        for &number in patterns.words() {
            if let Some(word) = words.get_mut(number as usize / 64) {
                *word |= 1_u64 << (number % 64);
            }
        }
        let openings = Wiped::filled(0, (1 << 16) / 64);
        let (bytes, shorter) = (patterns.into_bytes(), Wiped::default());
        let mut dictionary = Self {
            bytes,
            entries,
            openings,
            shorter,
            words,
            longest_word: 0,
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
        let words = dictionary.entries.iter();
        let words = words.filter(|entry| dictionary.is_word(entry.number));
        dictionary.longest_word = words.map(Indexed::len).max().unwrap_or(0);
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
}
