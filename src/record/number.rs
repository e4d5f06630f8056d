//! Decimal numbers as text.

/// Parses a number that is written as its own digits: no sign, no leading zero.
pub(super) fn parse(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}
