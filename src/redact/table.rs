//! What a redactor searches for: made once, shared by its clones, wiped with the last.

use super::pattern::{Bytes, Claim, Claims};
use super::search::{Patterns, Searcher};
use super::skipped::Skipped;
use crate::reference::Reference;

pub(super) struct Table {
    searcher: Searcher,
    /// In the order of their numbers.
    patterns: Vec<(Bytes, Claims)>,
    references: Vec<Reference>,
    skipped: Vec<Skipped>,
}

impl Table {
    pub(super) fn new(
        searched: Patterns,
        patterns: Vec<(Bytes, Claims)>,
        references: Vec<Reference>,
        skipped: Vec<Skipped>,
    ) -> Self {
        Self { searcher: Searcher::new(searched), patterns, references, skipped }
    }

    pub(super) fn searcher(&self) -> &Searcher {
        &self.searcher
    }

    /// The secrets that a pattern is of.
    pub(super) fn claims(&self, pattern: u32) -> impl Iterator<Item = Claim> {
        let number = usize::try_from(pattern).unwrap_or(usize::MAX);
        self.patterns.get(number).into_iter().flat_map(|(_, claims)| claims.iter())
    }

    pub(super) fn patterns(&self) -> &[(Bytes, Claims)] {
        &self.patterns
    }

    pub(super) fn reference(&self, owner: usize) -> Option<&Reference> {
        self.references.get(owner)
    }

    pub(super) fn references(&self) -> &[Reference] {
        &self.references
    }

    pub(super) fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }
}
