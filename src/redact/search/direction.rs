//! Patterns read in one direction.

use super::dictionary::Dictionary;
use super::indexed::number;
use crate::wipe::Wiped;

/// Direction in which the text is read, and the patterns with it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Forwards,
    Backwards,
}

/// The places of the patterns in the dictionary, in the alphabetical order of how they are read.
pub(super) fn order(dictionary: &Dictionary, direction: Direction) -> Wiped<u32> {
    let mut order = Wiped::with_capacity(dictionary.len());
    (0..number(dictionary.len())).for_each(|at| order.push(at));
    if direction == Direction::Backwards {
        let pattern = |at: u32| dictionary.get(at as usize).iter().rev();
        order.sort_unstable_by(|&a, &b| pattern(a).cmp(pattern(b)));
    }
    order
}

/// The byte that is read after so many others.
pub(super) fn nth(pattern: &[u8], depth: usize, direction: Direction) -> Option<u8> {
    match direction {
        Direction::Forwards => pattern.get(depth).copied(),
        Direction::Backwards => pattern.get(pattern.len().checked_sub(depth + 1)?).copied(),
    }
}

/// One for the root, and one for each byte of a pattern that it does not have in common with the
/// one before.
pub(super) fn node_count(dictionary: &Dictionary, order: &[u32], direction: Direction) -> usize {
    let mut before: &[u8] = &[];
    let mut count = 1;
    for &at in order {
        let pattern = dictionary.get(at as usize);
        let byte = |pattern, depth| nth(pattern, depth, direction);
        let common = (0..before.len())
            .take_while(|&depth| byte(before, depth) == byte(pattern, depth))
            .count();
        count += pattern.len() - common;
        before = pattern;
    }
    count
}
