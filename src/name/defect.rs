//! Rules that a name can break.

use std::fmt;

use super::credentials::looks_like_value;

/// Longest name, in bytes.
pub(super) const MAX_LEN: usize = 128;

/// Rule of the grammar that a text breaks.
pub(super) enum Defect {
    Empty,
    TooLong,
    Start,
    Character(usize),
    DoubleSpace(usize),
    TrailingSpace,
    LooksLikeValue,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a secret name may not be empty"),
            Self::TooLong => write!(f, "a secret name may have {MAX_LEN} characters at most"),
            Self::Start => {
                f.write_str("a secret name starts with a letter, a digit or \"_\" (ASCII)")
            }
            Self::Character(at) => write!(
                f,
                "a secret name holds only letters, digits, \"_\", \".\", \"-\" and single spaces \
                 (ASCII; byte {at} is not one of these)"
            ),
            Self::DoubleSpace(at) => write!(
                f,
                "a secret name may not hold two spaces in a row (byte {at})"
            ),
            Self::TrailingSpace => f.write_str("a secret name may not end with a space"),
            Self::LooksLikeValue => f.write_str(
                "this looks like a secret value, not a name; store the value and refer to it by a \
                 name",
            ),
        }
    }
}

pub(super) fn defect(name: &str) -> Option<Defect> {
    // A pasted value comes first: its owner need not hear that it is too long or ends with a line
    // feed.
    looks_like_value(name)
        .then_some(Defect::LooksLikeValue)
        .or_else(|| grammar_defect(name))
}

pub(super) fn grammar_defect(name: &str) -> Option<Defect> {
    let bytes = name.as_bytes();
    let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else {
        return Some(Defect::Empty);
    };
    None.or_else(|| (bytes.len() > MAX_LEN).then_some(Defect::TooLong))
        .or_else(|| (!is_start(first)).then_some(Defect::Start))
        .or_else(|| {
            bytes
                .iter()
                .position(|&byte| !is_inner(byte))
                .map(Defect::Character)
        })
        .or_else(|| {
            bytes
                .windows(2)
                .position(|pair| pair == b"  ")
                .map(|at| Defect::DoubleSpace(at + 1))
        })
        .or_else(|| (last == b' ').then_some(Defect::TrailingSpace))
}

fn is_start(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_inner(byte: u8) -> bool {
    is_start(byte) || matches!(byte, b' ' | b'.' | b'-')
}
