//! Base64, alone, within other base64, and in lines.

use base64ct::{Base64Unpadded, Encoding as _};
use smallvec::SmallVec;
use zeroize::Zeroizing;

use super::writing::{LONG, Writings};
use crate::error::Result;
use crate::redact::variants::Variant;
use crate::wipe::Wiped;

/// Lengths of its lines: those of OpenSSL and PEM, and those of `base64` and MIME.
const LINES: [usize; 2] = [64, 76];
/// A last line of fewer characters is looked for behind the line before it only. Alone it may be so
/// short that the search for all patterns is slow, and is found by chance.
const ALONE: usize = 24;
/// Line ends between the last two lines: of text, and of text in JSON or in a literal.
const LINE_ENDS: [&str; 3] = ["\n", "\r\n", "\\n"];
/// Of so many bytes these lines are made: of fewer it is one.
const IN_LINES: std::ops::RangeInclusive<usize> = 49..=LONG;

/// Ways to write `+`, `/` and `=` in a query, and in JSON by .NET and PHP.
const ESCAPED: [[&str; 3]; 4] = [
    ["%2B", "%2F", "%3D"],
    ["%2b", "%2f", "%3d"],
    ["\\u002B", "/", "="],
    ["+", "\\/", "="],
];

pub(super) fn forms(text: &str, writings: &mut Writings<'_>) -> Result<()> {
    for before in 0..3_usize {
        behind(before, text, writings)?;
    }
    Ok(())
}

/// Adds the base64 of a text behind so many other bytes, in both alphabets: the characters that no
/// neighbour has a part in, and, for a text that ends there, all to the end, padded or not.
fn behind(before: usize, text: &str, writings: &mut Writings<'_>) -> Result<()> {
    let length = before + text.len();
    let mut bytes = Wiped::with_capacity(length);
    bytes.extend_from_slice([0; 3].get(..before).unwrap_or_default());
    bytes.extend_from_slice(text.as_bytes());
    // With room for the padding; the encoder wants exactly what it fills.
    let mut buffer = Wiped::filled(b'=', length.div_ceil(3) * 4);
    let end = Base64Unpadded::encoded_len(&bytes);
    let Some(room) = buffer.get_mut(..end) else {
        return Ok(());
    };
    if Base64Unpadded::encode(&bytes, room).is_err() {
        return Ok(());
    }
    if before == 0 && IN_LINES.contains(&text.len()) {
        let encoded = std::str::from_utf8(&buffer).unwrap_or_default();
        LINES
            .into_iter()
            .try_for_each(|length| lines(encoded, length, writings))?;
    }
    let start = (before * 8).div_ceil(6);
    let mut ends = SmallVec::from([length * 8 / 6, end, buffer.len()]);
    ends.dedup();
    parts(&buffer, start, &ends, writings)?;
    // Most texts are the same in the other alphabet.
    if has_signs(&buffer) {
        buffer.iter_mut().for_each(|byte| match byte {
            b'+' => *byte = b'-',
            b'/' => *byte = b'_',
            _ => {}
        });
        parts(&buffer, start, &ends, writings)?;
    }
    Ok(())
}

/// Adds base64 from its start to each of the ends.
fn parts(base64: &[u8], start: usize, ends: &[usize], writings: &mut Writings<'_>) -> Result<()> {
    let base64 = std::str::from_utf8(base64).unwrap_or_default();
    for part in ends.iter().filter_map(|&end| base64.get(start..end)) {
        writings.add(Variant::Base64, part)?;
        if has_signs(part.as_bytes()) {
            for [plus, slash, equals] in ESCAPED {
                writings.each(Variant::Base64, part, |c, out| match c {
                    '+' => out.push_str(plus),
                    '/' => out.push_str(slash),
                    '=' => out.push_str(equals),
                    _ => out.push(c),
                })?;
            }
        }
    }
    Ok(())
}

/// Returns true for base64 that differs between the alphabets.
fn has_signs(base64: &[u8]) -> bool {
    memchr::memchr2(b'+', b'/', base64).is_some()
}

/// Adds the lines of a text that is broken at this length; a short one with the line before it.
fn lines(encoded: &str, length: usize, writings: &mut Writings<'_>) -> Result<()> {
    let (mut rest, mut before) = (encoded, "");
    while !rest.is_empty() {
        let (line, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
        if line.len() >= ALONE || before.is_empty() {
            writings.add(Variant::Base64, line)?;
        } else {
            for end in LINE_ENDS {
                let room = before.len() + end.len() + line.len();
                let mut both = Zeroizing::new(String::with_capacity(room));
                for piece in [before, end, line] {
                    both.push_str(piece);
                }
                writings.add(Variant::Base64, &both)?;
            }
        }
        (rest, before) = (behind, line);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Base64Unpadded, Base64Url, Base64UrlUnpadded};

    use super::super::all::tests::all;
    use super::*;

    #[test]
    fn base64_is_found_behind_and_before_anything() {
        for length in 8..20 {
            let text: String = ('\u{3d}'..).take(length).collect();
            let found = all(&text, Variant::Base64);
            for (before, after) in ["", "?", "~~", "~~~", "user:"]
                .iter()
                .flat_map(|b| ["", "?", ">>", ">>>"].map(|a| (b, a)))
            {
                let whole = format!("{before}{text}{after}");
                for encoded in [
                    Base64::encode_string(whole.as_bytes()),
                    Base64Unpadded::encode_string(whole.as_bytes()),
                    Base64Url::encode_string(whole.as_bytes()),
                    Base64UrlUnpadded::encode_string(whole.as_bytes()),
                ] {
                    let longest = found
                        .iter()
                        .filter(|part| encoded.contains(*part))
                        .map(String::len)
                        .max();
                    let rest = encoded.len() - longest.unwrap_or(0);
                    // Of the neighbours' bytes, and of at most two that are shared.
                    let most = (before.len() + after.len()).div_ceil(3) * 4 + 4;
                    assert!(
                        rest <= most,
                        "{whole:?}: {rest} characters of {encoded} stay"
                    );
                    if after.is_empty() {
                        assert!(
                            found.iter().any(|part| encoded.ends_with(part)),
                            "{whole:?}: the end of {encoded} stays"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn base64_is_found_in_queries_and_in_json() {
        let text = "~~~???>>>!";
        let encoded = Base64::encode_string(text.as_bytes());
        assert!(encoded.contains('+') && encoded.contains('/'), "{encoded}");
        let found = all(text, Variant::Base64);
        for written in [
            encoded
                .replace('+', "%2B")
                .replace('/', "%2F")
                .replace('=', "%3D"),
            encoded
                .replace('+', "%2b")
                .replace('/', "%2f")
                .replace('=', "%3d"),
            encoded.replace('/', "\\/"),
            encoded.replace('+', "\\u002B"),
        ] {
            assert!(found.contains(&written), "{written}");
        }
        assert!(
            all("letters and digits", Variant::Base64)
                .iter()
                .all(|one| !one.contains(['%', '\\']))
        );
    }

    #[test]
    fn base64_is_found_in_lines() {
        let lines = |text: &str, width| {
            let encoded = Base64::encode_string(text.as_bytes());
            encoded
                .as_bytes()
                .chunks(width)
                .map(|line| String::from_utf8(line.into()).unwrap())
                .collect::<Vec<_>>()
        };
        for text in [
            "a".repeat(49),
            "b".repeat(64),
            "key ".repeat(300),
            "é".repeat(30_000),
        ] {
            let found = all(&text, Variant::Base64);
            for width in [64, 76] {
                let mut lines = lines(&text, width);
                let last = lines.pop().unwrap();
                let before = lines.last().filter(|_| last.len() < ALONE).cloned();
                assert!(
                    lines.iter().all(|line| found.contains(line)),
                    "{} {width}",
                    text.len()
                );
                // A short one alone may be anything.
                assert_eq!(found.contains(&last), before.is_none());
                for end in before.iter().flat_map(|_| ["\n", "\r\n", "\\n"]) {
                    let before = before.as_deref().unwrap();
                    assert!(found.contains(&format!("{before}{end}{last}")), "{width}");
                }
            }
        }
        assert_eq!(
            all(&"a".repeat(48), Variant::Base64).len(),
            all(&"a".repeat(30), Variant::Base64).len()
        );
        assert!(
            all(&"a".repeat(70_000), Variant::Base64).len() < 10,
            "but not of a value outside a vault"
        );
    }
}
