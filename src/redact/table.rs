//! What a redactor searches for: made once, shared by its clones, wiped with the last.

use super::pattern::{Claim, Claims};
use super::search::{Match, Patterns, Searcher};
use super::skipped::Skipped;
use crate::reference::Reference;

/// What is not masked although it is a secret's: what is shorter, and these words.
#[derive(Clone)]
pub(super) struct Limits {
    pub(super) min_len: usize,
    pub(super) harmless: Vec<String>,
}

impl Limits {
    /// True for a word that is not masked, in any case of ASCII letters.
    pub(super) fn is_harmless(&self, word: &[u8]) -> bool {
        self.harmless.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(word))
    }
}

pub(super) struct Table {
    searcher: Searcher,
    /// Whose the patterns are, by their numbers.
    claims: Vec<Claims>,
    references: Vec<Reference>,
    skipped: Vec<Skipped>,
    limits: Limits,
}

impl Table {
    pub(super) fn new(
        patterns: Patterns,
        claims: Vec<Claims>,
        references: Vec<Reference>,
        skipped: Vec<Skipped>,
        limits: Limits,
    ) -> Self {
        Self { searcher: Searcher::new(patterns), claims, references, skipped, limits }
    }

    pub(super) fn searcher(&self) -> &Searcher {
        &self.searcher
    }

    /// The secret that the end of a text cuts off, if enough of it is there.
    pub(super) fn truncated(&self, text: &[u8]) -> Option<Match> {
        let found = self.searcher.truncated(text, self.limits.min_len)?;
        let piece = text.get(found.start..).unwrap_or_default();
        Some(found).filter(|_| !self.limits.is_harmless(piece))
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

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(super) fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }
}
