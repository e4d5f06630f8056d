//! The strings and numbers of a JSON value.

use zeroize::Zeroizing;

use crate::error::Result;
use crate::redact::encodings::Add;
use crate::redact::variants::Variant;

/// The strings and numbers of a JSON value, keys excepted. Read by hand, because a parser would do
/// it in memory of its own; so what is not quite JSON has its strings too.
pub(super) fn leaves(json: &str, add: &mut Add<'_>) -> Result<()> {
    let mut rest = json;
    while let Some((before, behind)) = rest.split_once('"') {
        numbers(before, add)?;
        let mut escaped = false;
        let end = behind.bytes().position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        });
        let Some((inside, after)) = end.and_then(|end| behind.split_at_checked(end)) else {
            return Ok(());
        };
        rest = after.strip_prefix('"').unwrap_or_default();
        if !rest.trim_start().starts_with(':') {
            add(Variant::Leaf, &unescaped(inside))?;
        }
    }
    numbers(rest, add)
}

/// The numbers of what stands between strings, as they are written.
fn numbers(between: &str, add: &mut Add<'_>) -> Result<()> {
    let words = between.split(|c: char| c.is_whitespace() || ",:[]{}".contains(c));
    let mut numbers =
        words.filter(|word| word.starts_with(|c: char| c == '-' || c.is_ascii_digit()));
    numbers.try_for_each(|number| add(Variant::Leaf, number))
}

/// Undoes the escapes of a JSON string (RFC 8259 section 7). What is none, and half of a surrogate
/// pair, stays as it is.
pub(super) fn unescaped(text: &str) -> Zeroizing<String> {
    // An escape is never shorter than what it stands for, so this does not grow.
    let mut out = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.push_str(plain);
        let mut chars = escape.chars();
        let escaped = match chars.next() {
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some('u') => code_point(&mut chars),
            Some(other) => Some(other),
            None => None,
        };
        if let Some(c) = escaped {
            out.push(c);
            rest = chars.as_str();
        } else {
            out.push('\\');
            rest = escape;
        }
    }
    out.push_str(rest);
    out
}

fn code_point(chars: &mut std::str::Chars<'_>) -> Option<char> {
    let mut unit = || {
        (0..4).try_fold(0, |unit: u32, _| {
            Some(unit << 4 | chars.next()?.to_digit(16)?)
        })
    };
    let first = unit()?;
    if !(0xd800..0xdc00).contains(&first) {
        return char::from_u32(first);
    }
    (chars.next()? == '\\' && chars.next()? == 'u').then_some(())?;
    let mut unit = || {
        (0..4).try_fold(0, |unit: u32, _| {
            Some(unit << 4 | chars.next()?.to_digit(16)?)
        })
    };
    let second = unit()?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
    char::from_u32(0x10000 + ((first - 0xd800) << 10) + second)
}

#[cfg(test)]
mod tests {
    use super::super::all::tests::of;
    use super::*;

    #[test]
    fn leaves_are_the_strings_that_are_no_keys_and_the_numbers() {
        let json = r#"{"key": "va\"l\\ue", "list": ["\u00e9\ud83d\udd11\/", -1.5, true, "two"], "o": {"k" : "v"}, "n":4716}"#;
        assert_eq!(
            of(Variant::Leaf, json),
            ["va\"l\\ue", "é🔑/", "-1.5", "two", "v", "4716"]
        );
        assert_eq!(of(Variant::Leaf, "[1,2]"), ["1", "2"]);
        assert_eq!(of(Variant::Leaf, "\"quoted\""), [""; 0]);
        assert_eq!(of(Variant::Leaf, r#"["\ud83d", "cut"#), [r"\ud83d"]);
    }
}
