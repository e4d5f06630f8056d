//! Classes of bytes that the grammar of placeholders tells apart.

pub(in crate::template) const SPACE: u8 = 1;
pub(in crate::template) const LOWER: u8 = 1 << 1;
pub(in crate::template) const UPPER: u8 = 1 << 2;
pub(in crate::template) const DIGIT: u8 = 1 << 3;
pub(in crate::template) const UNDERSCORE: u8 = 1 << 4;
/// Characters that only names of secrets hold.
pub(in crate::template) const DOT: u8 = 1 << 5;
pub(in crate::template) const BLANK: u8 = 1 << 6;
pub(in crate::template) const WORD: u8 = LOWER | UPPER | DIGIT | UNDERSCORE;

static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < classes.len() {
        #[allow(clippy::indexing_slicing)] // checked by the compiler, once
        {
            classes[byte] = class(byte);
        }
        byte += 1;
    }
    classes
};

const fn class(byte: usize) -> u8 {
    #[allow(clippy::cast_possible_truncation)] // of 256
    match byte as u8 {
        b' ' => SPACE | BLANK,
        b'\t' => SPACE,
        b'a'..=b'z' => LOWER,
        b'A'..=b'Z' => UPPER,
        b'0'..=b'9' => DIGIT,
        b'_' => UNDERSCORE,
        b'.' | b'-' => DOT,
        _ => 0,
    }
}

/// Returns true if a byte is of one of the classes.
#[inline]
pub(in crate::template) fn is(byte: u8, class: u8) -> bool {
    CLASSES
        .get(usize::from(byte))
        .is_some_and(|of| of & class != 0)
}

/// Returns true if names of secrets hold a byte.
pub(in crate::template) fn is_name(byte: u8) -> bool {
    is(byte, WORD | DOT | BLANK)
}

/// Returns true for a space or tab.
pub(in crate::template) fn is_space(byte: u8) -> bool {
    is(byte, SPACE)
}

/// Returns true for `[A-Za-z_][A-Za-z0-9_]{0,127}`.
pub(in crate::template) fn is_identifier(text: &str) -> bool {
    is_identifier_of(text) && text.bytes().all(|byte| is(byte, WORD))
}

/// Returns the same for a text of letters, digits and `_`.
#[inline]
pub(in crate::template) fn is_identifier_of(word: &str) -> bool {
    (1..=128).contains(&word.len()) && !word.starts_with(|first: char| first.is_ascii_digit())
}

/// Returns true if a text begins with a mark. Most marks have one of two lengths, and a comparison
/// of as many bytes is no call.
#[inline]
pub(in crate::template) fn begins_with(text: &[u8], mark: &[u8]) -> bool {
    match mark.len() {
        2 => first::<2>(text) == first(mark),
        8 => first::<8>(text) == first(mark),
        _ => text.starts_with(mark),
    }
}

fn first<const N: usize>(text: &[u8]) -> Option<&[u8; N]> {
    text.first_chunk()
}
