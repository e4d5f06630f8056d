//! Writings in digits: bytes, and characters as `\uXXXX`.

use super::writing::{Add, each};
use crate::error::Result;
use crate::redact::variants::Variant;

pub(super) fn forms(text: &str, add: &mut Add<'_>) -> Result<()> {
    [UPPER, LOWER].into_iter().try_for_each(|hex| {
        each(Variant::Hex, text, add, |c, out| {
            utf8(c, |byte| pair(byte, hex, out));
        })?;
        each(Variant::Unicode, text, add, |c, out| unicode(c, hex, out))
    })
}

/// The digit for 10, which is `a` or `A`.
pub(super) type Hex = u8;
pub(super) const UPPER: Hex = b'A';
pub(super) const LOWER: Hex = b'a';

pub(super) fn pair(byte: u8, hex: Hex, out: &mut dyn FnMut(char)) {
    for half in [byte >> 4, byte & 0xf] {
        out(char::from(if half < 10 {
            b'0' + half
        } else {
            hex + (half - 10)
        }));
    }
}

/// `\uXXXX`, of a surrogate pair twice.
pub(super) fn unicode(c: char, hex: Hex, out: &mut dyn FnMut(char)) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        out('\\');
        out('u');
        unit.to_be_bytes()
            .into_iter()
            .for_each(|byte| pair(byte, hex, out));
    }
}

pub(super) fn utf8(c: char, byte: impl FnMut(u8)) {
    c.encode_utf8(&mut [0; 4]).bytes().for_each(byte);
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
