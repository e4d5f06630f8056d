//! Percent-encoding, of URLs and forms.

use super::code_point::{number, printable};
use super::means::Means;

/// Reads `%3C`, also encoded again, as in `%253C`.
pub(super) fn percent(rest: &[u8]) -> (Means, usize) {
    let mut at = 1;
    while rest.get(at..at + 2) == Some(b"25") {
        at += 2;
    }
    let code = rest.get(at..at + 2).and_then(|digits| number(digits, 16));
    match code.and_then(printable) {
        Some(character) => (Means::Character(character), at + 2),
        None if at > 1 => (Means::Character('%'), at),
        None => (Means::Itself, 1),
    }
}
