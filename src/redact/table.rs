//! The patterns of a redactor: made once, shared by its clones, wiped with the last.

use super::pattern::{Claim, Claims};
use super::search::{Match, Patterns, Searcher, Text};
use super::size::Size;
use super::skipped::Skipped;
use crate::reference::Reference;

/// Rules of a redactor.
pub(super) struct Policy {
    /// Least length in bytes of what is masked.
    pub(super) min_len: usize,
    /// Words that are not masked.
    pub(super) harmless: Vec<String>,
    /// Length in bytes under which a value or part is masked as a whole word only; 0 for none.
    pub(super) words_below: usize,
    /// True if names of users are masked by themselves.
    pub(super) users: bool,
    /// True if the user of the redactor must not learn the values.
    pub(super) guarded: bool,
}

impl Policy {
    /// Rules of a redactor that masks what both do.
    pub(super) fn of_both(&self, other: &Self) -> Self {
        let harmless = self
            .harmless
            .iter()
            .filter(|word| other.is_harmless(word.as_bytes()))
            .cloned()
            .collect();
        Self {
            min_len: self.min_len.min(other.min_len),
            harmless,
            words_below: self.words_below.min(other.words_below),
            users: self.users || other.users,
            guarded: self.guarded || other.guarded,
        }
    }

    /// Returns true for a word that is not masked, in any case of ASCII letters.
    pub(super) fn is_harmless(&self, word: &[u8]) -> bool {
        self.harmless
            .iter()
            .any(|known| known.as_bytes().eq_ignore_ascii_case(word))
    }
}

pub(super) struct Table {
    searcher: Searcher,
    /// Owners of the patterns, by number.
    claims: Vec<Claims>,
    references: Vec<Reference>,
    skipped: Vec<Skipped>,
    policy: Policy,
    /// Size, as the limits count it.
    size: Size,
}

impl Table {
    pub(super) fn new(
        patterns: Patterns,
        claims: Vec<Claims>,
        references: Vec<Reference>,
        skipped: Vec<Skipped>,
        policy: Policy,
        size: Size,
    ) -> Self {
        Self {
            searcher: Searcher::new(patterns),
            claims,
            references,
            skipped,
            policy,
            size,
        }
    }

    pub(super) fn searcher(&self) -> &Searcher {
        &self.searcher
    }

    /// The truncated secret at the end of a text. None of a guarded table: whoever knows the first
    /// half of a value would find the second byte by byte.
    pub(super) fn truncated(&self, text: Text<'_>) -> Option<Match> {
        if self.policy.guarded {
            return None;
        }
        let found = self.searcher.truncated(text, self.policy.min_len)?;
        let piece = text.bytes.get(found.start..).unwrap_or_default();
        Some(found).filter(|_| !self.policy.is_harmless(piece))
    }

    /// Returns the number of bytes at the end of a text that are a secret if no letter or digit
    /// follows.
    pub(super) fn undecided(&self, text: &[u8]) -> usize {
        self.searcher.undecided(text)
    }

    /// Number of bytes at the end of a text that may be the beginning of a secret. `None` of a
    /// guarded table.
    pub(super) fn partial(&self, text: &[u8]) -> Option<usize> {
        if self.policy.guarded {
            None
        } else {
            Some(self.searcher.partial(text))
        }
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

    pub(super) fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(super) fn is_guarded(&self) -> bool {
        self.policy.guarded
    }

    pub(super) fn size(&self) -> Size {
        self.size
    }

    pub(super) fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }
}
