//! The parts of a value that were found in it.

use std::collections::HashMap;
use std::hash::BuildHasher as _;

use crate::redact::pieces::PIECE;

/// Most parts of a value of which all writings are added, and that are read in turn.
pub(in crate::redact) const MAX_PARTS: usize = 500;

/// The parts of the value that is being explored.
#[derive(Default)]
pub(super) struct Explored {
    /// Number of parts that were found so far.
    pub(super) count: usize,
    /// The least depth at which each was found.
    depths: HashMap<Part, usize>,
}

/// A part of the value that is being explored.
#[derive(PartialEq, Eq, Hash)]
enum Part {
    /// The number of its pattern.
    Pattern(u32),
    /// The hash of one that is longer than a pattern and has no number. Its key is chosen by
    /// chance, so nobody can write two parts of the same hash.
    Long(u64),
}

impl Explored {
    /// Begins with another value.
    pub(super) fn clear(&mut self) {
        self.count = 0;
        self.depths.clear();
    }

    /// Returns true if a part, which may be the pattern of this number, was found before, no deeper
    /// than now.
    pub(super) fn knows(&mut self, text: &str, pattern: Option<u32>, depth: usize) -> bool {
        let part = match pattern {
            Some(number) => Part::Pattern(number),
            None => Part::Long(self.depths.hasher().hash_one(text)),
        };
        let known = self.depths.entry(part).or_insert(usize::MAX);
        let before = *known <= depth;
        *known = depth.min(*known);
        before
    }

    /// Counts a part, and returns false if it is one too many.
    pub(super) fn count(&mut self, text: &str) -> bool {
        let is_one_of_few = self.count <= MAX_PARTS;
        // A long part is work for several.
        self.count += 1 + text.len() / PIECE;
        is_one_of_few
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_longer_than_a_pattern_is_explored_once() {
        let mut explored = Explored::default();
        let (long, other) = ("x".repeat(PIECE + 1), "y".repeat(PIECE + 1));
        assert!(!explored.knows(&long, None, 2));
        assert!(explored.knows(&long, None, 2) && explored.knows(&long, None, 3));
        assert!(!explored.knows(&long, None, 1), "nearer to the value");
        assert!(!explored.knows(&other, None, 2));
    }
}
