//! Rests of patterns on the heap.
#![cfg(target_os = "linux")]

use zeroize::Zeroizing;

use super::{letters, searcher};
use crate::memory::{Needle, leaves_nothing};
use crate::redact::search::automaton::Automaton;
use crate::redact::search::dictionary::Dictionary;
use crate::redact::search::direction::Direction;
use crate::redact::search::{Patterns, Searcher};

const LEN: usize = 4 << 10;

fn secret(seed: u64) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(letters(seed, LEN))
}

/// Of many patterns, so that the list of them grows, and some are given twice.
fn all(seed: u64) -> Patterns {
    let mut patterns = Patterns::with_capacity(0, 0);
    for seed in [seed, seed + 1, seed, seed + 2] {
        patterns.push(&secret(seed)).unwrap();
    }
    patterns
}

fn backwards(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut text = Zeroizing::new(text.to_vec());
    text.reverse();
    text
}

#[test]
fn nothing_of_patterns_stays_behind() {
    leaves_nothing("patterns", all(1000), |_| Needle::new(&secret(1000)));
    leaves_nothing("a searcher", Searcher::new(all(1010)), |_| {
        Needle::new(&secret(1010))
    });
}

#[test]
fn nothing_of_an_automaton_stays_behind() {
    // The labels of a tree with one branch are the pattern itself, as it is read.
    let automaton = |seed, direction| {
        let mut patterns = Patterns::with_capacity(0, 0);
        patterns.push(&secret(seed)).unwrap();
        Automaton::new(&Dictionary::new(patterns), direction)
    };
    leaves_nothing("forwards", automaton(1020, Direction::Forwards), |_| {
        Needle::new(&secret(1020))
    });
    leaves_nothing("backwards", automaton(1030, Direction::Backwards), |_| {
        Needle::new(&backwards(&secret(1030)))
    });
}

#[test]
fn dropped_patterns_are_wiped_when_the_list_grows() {
    let mut patterns = all(1040);
    for seed in 1050..1060 {
        patterns.push(&secret(seed)).unwrap();
    }
    let needle = Needle::new(&secret(1040));
    drop(searcher(&[b"other"]));
    leaves_nothing("a list that grew", patterns, |_| needle);
}
