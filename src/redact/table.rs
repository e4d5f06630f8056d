//! What a redactor searches for: made once, shared by its clones, wiped with the last.

use super::pattern::{Claim, Claims};
use super::search::{Patterns, Searcher};
use super::skipped::Skipped;
use crate::reference::Reference;

pub(super) struct Table {
    searcher: Searcher,
    /// Whose the patterns are, by their numbers.
    claims: Vec<Claims>,
    references: Vec<Reference>,
    skipped: Vec<Skipped>,
}

impl Table {
    pub(super) fn new(
        patterns: Patterns,
        claims: Vec<Claims>,
        references: Vec<Reference>,
        skipped: Vec<Skipped>,
    ) -> Self {
        Self { searcher: Searcher::new(patterns), claims, references, skipped }
    }

    pub(super) fn searcher(&self) -> &Searcher {
        &self.searcher
    }

    /// The secrets that a pattern is of.
    pub(super) fn claims(&self, pattern: u32) -> impl Iterator<Item = Claim> {
        let number = usize::try_from(pattern).unwrap_or(usize::MAX);
        self.claims.get(number).into_iter().flat_map(Claims::iter)
    }

    /// The patterns, each with its number.
    pub(super) fn patterns(&self) -> impl ExactSizeIterator<Item = (u32, &[u8])> {
        self.searcher.patterns()
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
