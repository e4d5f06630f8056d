//! Finds many patterns in a text at once. The patterns are secret values, so whatever is made of
//! them is wiped.
//!
//! # How
//!
//! Of every pattern the [`Filter`] knows as many pieces of four bytes, one byte apart, as its
//! stride is long. So it looks at one piece of the text in a stride only, and at a known one
//! wherever a pattern lies. What it lets through are places where a pattern may start; for these
//! the [`Dictionary`], which is the patterns in alphabetical order, gives the longest pattern that
//! starts there.
//!
//! # Why it is linear
//!
//! Texts can be written so that the filter lets everything through and the dictionary reads far at
//! every place: half of a secret, again and again. So the text is read in blocks, and what the
//! dictionary does in a block is paid from an allowance that is a fixed number of steps a byte.
//! When that is used up, the block is read again by an [`Automaton`] (Aho and Corasick, "Efficient
//! string matching", 1975) over the patterns read backwards. It goes from the last byte to the
//! first, never goes back, and knows at every byte the longest pattern that starts there: the same
//! answer. It starts early by the length of the longest pattern, and such a block is no shorter
//! than that. So a byte costs at most a stride's share of the filter, its allowance, and two bytes'
//! worth of the automaton. The automaton is built when it is needed first: in time linear in the
//! patterns, with 13 bytes for each of theirs.

mod automaton;
mod dictionary;
mod filter;
mod patterns;
mod work;

use std::fmt;
use std::sync::OnceLock;

use automaton::{Automaton, Direction};
use dictionary::Dictionary;
use filter::Filter;
pub(super) use patterns::Patterns;
use work::Allowance;

/// The bytes of the first block: a caller may want no more than the first match.
const FIRST_BLOCK: usize = 2 << 10;
/// The bytes of a block: what is found in one fits in the cache.
const BLOCK: usize = 32 << 10;

/// Length in bytes of a piece that is no coincidence, however long the pattern is.
const CERTAIN: usize = 64;

/// Least length in bytes of a truncated pattern that is masked: half of the pattern or [`CERTAIN`],
/// and not under `least`.
pub(super) fn enough(pattern: usize, least: usize) -> usize {
    pattern.div_ceil(2).min(CERTAIN).max(least)
}

/// Finds patterns in texts.
pub(super) struct Searcher {
    dictionary: Dictionary,
    filter: Filter,
    /// For texts that are written to be slow.
    backwards: OnceLock<Automaton>,
    forwards: OnceLock<Automaton>,
}

/// A pattern in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Its number, in the order in which the patterns were given; of equal ones the first.
    pub(super) pattern: u32,
}

impl Match {
    /// The same match in the text without its first `bytes`.
    pub(super) fn behind(self, bytes: usize) -> Self {
        Self {
            start: self.start.saturating_sub(bytes),
            end: self.end.saturating_sub(bytes),
            ..self
        }
    }
}

impl Searcher {
    pub(super) fn new(patterns: Patterns) -> Self {
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
    pub(super) fn matches<'a>(&'a self, text: &'a [u8]) -> Matches<'a> {
        self.matches_before(text, text.len())
    }

    /// Finds the [`matches`](Searcher::matches) that start before `end`, which is in the text.
    pub(super) fn matches_before<'a>(&'a self, text: &'a [u8], end: usize) -> Matches<'a> {
        Matches {
            searcher: self,
            text,
            end,
            done: 0,
            block: FIRST_BLOCK,
            starts: Vec::new(),
            found: Vec::new(),
        }
    }

    /// Returns the number of bytes at the end of the text that may begin a pattern which goes on
    /// behind it: the most that are the start of a pattern and not all of it.
    pub(super) fn partial(&self, text: &[u8]) -> usize {
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
    pub(super) fn truncated(&self, text: &[u8], least: usize) -> Option<Match> {
        let enough = |pattern: usize| enough(pattern, least);
        let quick = |end: &[u8], allowance: &mut Allowance| {
            let found = self.dictionary.shortest_with(end, allowance)?;
            (end.len() >= enough(found.len())).then_some((end.len(), found.number()))
        };
        let slow = |automaton: &Automaton, text: &[u8]| {
            automaton.truncated(&self.dictionary, text, enough)
        };
        let (len, pattern) =
            self.at_end(text, enough(self.dictionary.shortest_len()), quick, slow)?;
        Some(Match {
            start: text.len() - len,
            end: text.len(),
            pattern,
        })
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
    pub(super) fn patterns(&self) -> impl ExactSizeIterator<Item = (u32, &[u8])> {
        self.dictionary.numbered()
    }

    /// The length of the longest pattern in bytes; 0 if there are none.
    pub(super) fn longest(&self) -> usize {
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

/// The matches of a text, in the order of their starts.
pub(super) struct Matches<'a> {
    searcher: &'a Searcher,
    text: &'a [u8],
    /// Matches start before this.
    end: usize,
    /// Matches that start before this are known.
    done: usize,
    /// The length of the next block.
    block: usize,
    starts: Vec<usize>,
    /// Of the last block, the last match first.
    found: Vec<Match>,
}

impl Matches<'_> {
    /// Finds what starts in the next block.
    fn advance(&mut self) {
        let Self {
            searcher:
                Searcher {
                    dictionary,
                    filter,
                    backwards,
                    ..
                },
            text,
            end,
            done,
            ..
        } = *self;
        let block = done..end.min(done + self.block);
        self.block = BLOCK;
        self.done = block.end;
        self.starts.clear();
        filter.starts(text, block.clone(), &mut self.starts);
        let mut allowance = Allowance::of(block.len());
        for &start in self.starts.iter().rev() {
            let longest = text
                .get(start..)
                .and_then(|rest| dictionary.longest_in(rest, &mut allowance));
            self.found.extend(longest.map(|found| found.at(start)));
            if allowance.is_used_up() {
                self.found.clear();
                self.done = end.min(block.end.max(done + dictionary.longest_len()));
                let automaton =
                    backwards.get_or_init(|| Automaton::new(dictionary, Direction::Backwards));
                automaton.longest_at_each(dictionary, text, done..self.done, &mut self.found);
                break;
            }
        }
    }
}

impl Iterator for Matches<'_> {
    type Item = Match;

    #[inline]
    fn next(&mut self) -> Option<Match> {
        while self.found.is_empty() && self.done < self.end {
            self.advance();
        }
        self.found.pop()
    }
}

/// Shows its progress only.
impl fmt::Debug for Matches<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matches")
            .field("done", &self.done)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[cfg(feature = "internals")]
mod tests;
