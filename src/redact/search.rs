//! Finds many patterns in a text at once. The patterns are secret values, so whatever is made of
//! them is wiped.
//!
//! # How
//!
//! Of every pattern the [`Filter`](filter::Filter) knows as many pieces of four bytes, one byte
//! apart, as its stride is long. So it looks at one piece of the text in a stride only, and at a
//! known one wherever a pattern lies. What it lets through are places where a pattern may start;
//! for these the [`Dictionary`](dictionary::Dictionary), which is the patterns in alphabetical
//! order, gives the longest pattern that starts there.
//!
//! # Why it is linear
//!
//! Texts can be written so that the filter lets everything through and the dictionary reads far at
//! every place: half of a secret, again and again. So the text is read in blocks, and what the
//! dictionary does in a block is paid from an allowance that is a fixed number of steps a byte.
//! When that is used up, the block is read again by an [`Automaton`](automaton::Automaton) (Aho and
//! Corasick, "Efficient string matching", 1975) over the patterns read backwards. It goes from the
//! last byte to the first, never goes back, and knows at every byte the longest pattern that starts
//! there: the same answer. It starts early by the length of the longest pattern, and such a block
//! is no shorter than that. So a byte costs at most a stride's share of the filter, its allowance,
//! and two bytes' worth of the automaton. The automaton is built when it is needed first: in time
//! linear in the patterns, with 13 bytes for each of theirs.

mod automaton;
mod boundary;
mod dictionary;
mod direction;
mod filter;
mod indexed;
mod matched;
mod matches;
mod patterns;
mod searcher;
mod sorting;
#[cfg(test)]
#[cfg(feature = "internals")]
mod tests;
mod work;

pub(super) use boundary::{Before, Text};
pub(super) use matched::Match;
pub(super) use patterns::Patterns;
pub(super) use searcher::Searcher;
