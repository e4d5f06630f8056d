//! Writings in digits: bytes, and characters as `\uXXXX`.

use super::writing::{Writings, Written};
use crate::error::Result;
use crate::redact::variants::Variant;

pub(super) fn forms(text: &str, writings: &mut Writings<'_>) -> Result<()> {
    [UPPER, LOWER].into_iter().try_for_each(|hex| {
        writings.whole(Variant::Hex, text, |out| {
            text.bytes()
                .for_each(|byte| out.push_ascii(pair(byte, hex)));
        })?;
        writings.each(Variant::Unicode, text, |c, out| unicode(c, hex, out))
    })
}

/// The digit for 10, which is `a` or `A`.
pub(super) type Hex = u8;
pub(super) const UPPER: Hex = b'A';
pub(super) const LOWER: Hex = b'a';

/// The two digits of a byte.
#[inline]
pub(super) fn pair(byte: u8, hex: Hex) -> [u8; 2] {
    [byte >> 4, byte & 0xf].map(|half| match half {
        0..10 => b'0' + half,
        _ => hex + (half - 10),
    })
}

/// `\uXXXX`, of a surrogate pair twice.
#[inline]
pub(super) fn unicode(c: char, hex: Hex, out: &mut Written) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        let [[a, b], [c, d]] = unit.to_be_bytes().map(|byte| pair(byte, hex));
        out.push_ascii([b'\\', b'u', a, b, c, d]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::all::tests::all;
    use super::*;

    #[test]
    fn bytes_and_units_are_written_in_both_cases() {
        assert_eq!(
            all("J\u{e9}", Variant::Hex),
            ["4ac3a9", "4AC3A9"].map(str::to_owned).into()
        );
        let expected = ["\\u00e9\\ud83d\\udd11", "\\u00E9\\uD83D\\uDD11"].map(str::to_owned);
        assert_eq!(all("é🔑", Variant::Unicode), expected.into());
    }
}
