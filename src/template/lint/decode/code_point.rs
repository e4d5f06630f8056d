//! Code points that are written as numbers.

/// Reads digits of a base, no more than a code point has and some zeros.
pub(super) fn number(digits: &[u8], base: u32) -> Option<u32> {
    let digit = |code: u32, byte: &u8| {
        let digit = char::from(*byte).to_digit(base)?;
        code.checked_mul(base)?.checked_add(digit)
    };
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0, digit)
}

/// Returns a character of ASCII that a placeholder may hold.
pub(super) fn printable(code: u32) -> Option<char> {
    char::from_u32(code).filter(|c| matches!(c, ' '..='~' | '\t'))
}
