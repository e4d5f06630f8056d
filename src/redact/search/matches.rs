//! The matches of a text.

use std::fmt;

use super::automaton::Automaton;
use super::boundary::Text;
use super::direction::Direction;
use super::matched::Match;
use super::searcher::Searcher;
use super::work::Allowance;

/// The bytes of the first block: a caller may want no more than the first match.
pub(super) const FIRST_BLOCK: usize = 2 << 10;
/// The bytes of a block: what is found in one fits in the cache.
pub(super) const BLOCK: usize = 32 << 10;

/// The matches of a text, in the order of their starts.
pub(in crate::redact) struct Matches<'a> {
    searcher: &'a Searcher,
    text: Text<'a>,
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

impl<'a> Matches<'a> {
    /// Begins before the first match.
    pub(super) fn new(searcher: &'a Searcher, text: Text<'a>, end: usize) -> Self {
        Self {
            searcher,
            text,
            end,
            done: 0,
            block: FIRST_BLOCK,
            starts: Vec::new(),
            found: Vec::new(),
        }
    }

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
        filter.starts(text.bytes, block.clone(), &mut self.starts);
        let mut allowance = Allowance::of(block.len());
        for &start in self.starts.iter().rev() {
            let longest = dictionary.longest_at(text, start, &mut allowance);
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
