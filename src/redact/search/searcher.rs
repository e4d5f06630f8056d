//! The search for many patterns.

use std::fmt;
use std::sync::OnceLock;

use super::automaton::Automaton;
use super::boundary::Text;
use super::dictionary::Dictionary;
use super::direction::Direction;
use super::filter::Filter;
use super::matched::Match;
use super::matches::Matches;
use super::patterns::Patterns;
use super::work::Allowance;

/// Length in bytes of a piece that is not found by chance, however long the pattern is.
const CERTAIN: usize = 64;

/// Least length in bytes of a truncated pattern that is masked: half of the pattern or [`CERTAIN`],
/// and not under `least`.
pub(in crate::redact) fn enough(pattern: usize, least: usize) -> usize {
    pattern.div_ceil(2).min(CERTAIN).max(least)
}

/// Finds patterns in texts.
pub(in crate::redact) struct Searcher {
    pub(super) dictionary: Dictionary,
    pub(super) filter: Filter,
    /// For texts that are written to be slow.
    pub(super) backwards: OnceLock<Automaton>,
    pub(super) forwards: OnceLock<Automaton>,
}

impl Searcher {
    pub(in crate::redact) fn new(patterns: Patterns) -> Self {
        let dictionary = Dictionary::new(patterns);
        let filter = Filter::new(&dictionary);
        Self {
            dictionary,
            filter,
            backwards: OnceLock::new(),
            forwards: OnceLock::new(),
        }
    }

    /// The longest pattern at every place where one starts, in the order of the text. They overlap
    /// if the patterns do: every byte of every occurrence of every pattern lies in one of them.
    pub(in crate::redact) fn matches<'a>(&'a self, text: &'a [u8]) -> Matches<'a> {
        self.matches_before(Text::alone(text), text.len())
    }

    /// Finds the [`matches`](Searcher::matches) that start before `end`, which is in the text.
    pub(in crate::redact) fn matches_before<'a>(
        &'a self,
        text: Text<'a>,
        end: usize,
    ) -> Matches<'a> {
        Matches::new(self, text, end)
    }

    /// Returns the number of bytes at the end of the text that may begin a pattern which goes on
    /// behind it: the most that are the start of a pattern and not all of it.
    pub(in crate::redact) fn partial(&self, text: &[u8]) -> usize {
        let quick = |end: &[u8], allowance: &mut Allowance| {
            self.dictionary
                .begins_with(end, allowance)
                .then_some(end.len())
        };
        self.at_end(text, 1, quick, |automaton, text| {
            Some(automaton.partial(text))
        })
        .unwrap_or(0)
    }

    /// The truncated pattern at the end of the text: the longest end that begins patterns and is
    /// [`enough`] of the shortest of them. That shortest one is the pattern of the match; of
    /// equally short ones the first in alphabetical order. A whole pattern at the end is a match
    /// like any other.
    pub(in crate::redact) fn truncated(&self, text: Text<'_>, least: usize) -> Option<Match> {
        let (whole, text) = (text, text.bytes);
        let enough = |pattern: usize| enough(pattern, least);
        let stands = |len: usize, number: u32| {
            self.dictionary
                .stands(number, whole, text.len() - len, text.len())
        };
        let quick = |end: &[u8], allowance: &mut Allowance| {
            let found = self.dictionary.shortest_with(end, allowance)?;
            let is_enough = end.len() >= enough(found.len());
            (is_enough && stands(end.len(), found.number())).then_some((end.len(), found.number()))
        };
        let slow = |automaton: &Automaton, text: &[u8]| {
            automaton.truncated(&self.dictionary, text, enough, stands)
        };
        let (len, pattern) =
            self.at_end(text, enough(self.dictionary.shortest_len()), quick, slow)?;
        Some(Match {
            start: text.len() - len,
            end: text.len(),
            pattern,
        })
    }

    /// Returns the number of bytes at the end of the text that are all of a pattern which is found
    /// as a whole word only: what stands behind decides.
    pub(in crate::redact) fn undecided(&self, text: &[u8]) -> usize {
        self.dictionary.undecided(text)
    }

    /// Returns true if the pattern of this number is found as a whole word only.
    pub(in crate::redact) fn is_word(&self, number: u32) -> bool {
        self.dictionary.is_word(number)
    }

    /// Calls `quick` for the ends of the text that may begin a pattern, the longest first, until it
    /// finds something. Ends have `least` bytes or more, and fewer than the longest pattern. When
    /// that takes too long, calls `slow` once for all of them.
    fn at_end<T>(
        &self,
        text: &[u8],
        least: usize,
        quick: impl Fn(&[u8], &mut Allowance) -> Option<T>,
        slow: impl FnOnce(&Automaton, &[u8]) -> Option<T>,
    ) -> Option<T> {
        let len = text.len();
        let first = len - len.min(self.longest().saturating_sub(1));
        let last = (len + 1).checked_sub(least)?;
        // So near to the end the filter has no piece to go by.
        let near = first
            .max((len + 1).saturating_sub(self.filter.reach()))
            .min(last);
        let mut starts = Vec::new();
        self.filter.starts(text, first..near, &mut starts);
        let mut allowance = Allowance::of(len - first);
        for start in starts.into_iter().chain(near..last) {
            let found = quick(text.get(start..).unwrap_or_default(), &mut allowance);
            if allowance.is_used_up() {
                let automaton = self
                    .forwards
                    .get_or_init(|| Automaton::new(&self.dictionary, Direction::Forwards));
                return slow(automaton, text.get(first..).unwrap_or_default());
            }
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// The patterns in alphabetical order, each with its number.
    pub(in crate::redact) fn patterns(&self) -> impl ExactSizeIterator<Item = (u32, &[u8])> {
        self.dictionary.numbered()
    }

    /// The length of the longest pattern in bytes; 0 if there are none.
    pub(in crate::redact) fn longest(&self) -> usize {
        self.dictionary.longest_len()
    }
}

/// Counts only.
impl fmt::Debug for Searcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Searcher")
            .field("patterns", &self.dictionary.len())
            .finish_non_exhaustive()
    }
}
