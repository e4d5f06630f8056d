//! The strings and numbers of a JSON value.

use zeroize::Zeroizing;

use crate::error::Result;
use crate::redact::encodings::Add;
use crate::redact::variants::Variant;

/// Returns true for a text that begins as a JSON object or array does, also one of Python or with
/// comments. `{Driver};…` and `[section]` do not.
pub(super) fn begin(text: &str) -> bool {
    let Some(inside) = text.strip_prefix(['{', '[']) else {
        return false;
    };
    let inside = inside.trim_start();
    if text.starts_with('{') {
        return inside.starts_with(['"', '\'', '}', '/', '#']);
    }
    let word = inside.split(is_between).next().unwrap_or_default();
    inside.starts_with(['"', '\'', '{', '[', ']', '/', '#']) || is_json_word(word)
}

/// Adds the strings and numbers of a JSON value, keys excepted, and returns true if it was JSON to
/// the end. Read by hand, because a parser would do it in memory of its own; so text that
/// is almost JSON has its strings too: with comments, or with single quotes as Python has them.
pub(super) fn leaves(json: &str, add: &mut Add<'_>) -> Result<bool> {
    let (mut rest, mut is_json, mut last) = (json, true, "");
    while let Some(at) = rest.find(['"', '\'', '/', '#']) {
        let (before, behind) = rest.split_at_checked(at).unwrap_or_default();
        is_json &= between(before, add)?;
        last = last_of(before, last);
        if let Some(after) = behind_comment(behind) {
            rest = after;
            continue;
        }
        let mut chars = behind.chars();
        let quote = chars.next().filter(|quote| "\"'".contains(*quote));
        let (Some(quote), behind) = (quote, chars.as_str()) else {
            (rest, is_json) = (chars.as_str(), false);
            continue;
        };
        let mut escaped = false;
        let end = behind.bytes().position(|byte| {
            let ends = byte == u8::try_from(quote).unwrap_or(b'"') && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        });
        let Some((inside, after)) = end.and_then(|end| behind.split_at_checked(end)) else {
            return Ok(false);
        };
        rest = after.strip_prefix(quote).unwrap_or_default();
        last = "";
        if !rest.trim_start().starts_with(':') {
            add(Variant::Leaf, &unescaped(inside))?;
        }
    }
    is_json &= between(rest, add)?;
    Ok(is_json && last_of(rest, last).ends_with(['}', ']']))
}

/// The text before the next string if it holds anything, or else the one before.
fn last_of<'t>(between: &'t str, last: &'t str) -> &'t str {
    Some(between.trim_end())
        .filter(|between| !between.is_empty())
        .unwrap_or(last)
}

/// Returns the text behind a comment, if the text begins with one: to the end of the line, or to
/// the mark that closes it.
pub(super) fn behind_comment(text: &str) -> Option<&str> {
    if let Some(comment) = text.strip_prefix("/*") {
        return Some(comment.split_once("*/").map_or("", |(_, after)| after));
    }
    let comment = text.strip_prefix("//").or_else(|| text.strip_prefix('#'))?;
    Some(comment.split_once('\n').map_or("", |(_, after)| after))
}

fn is_between(c: char) -> bool {
    c.is_whitespace() || ",:[]{}".contains(c)
}

fn is_json_word(word: &str) -> bool {
    matches!(word, "true" | "false" | "null" | "True" | "False" | "None") || is_number(word)
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte))
}

/// Adds the numbers of what stands between strings, as they are written, and returns true if JSON
/// may stand there.
fn between(text: &str, add: &mut Add<'_>) -> Result<bool> {
    let mut is_json = true;
    for word in text.split(is_between).filter(|word| !word.is_empty()) {
        if is_number(word) {
            add(Variant::Leaf, word)?;
        }
        is_json &= is_json_word(word);
    }
    Ok(is_json)
}

/// Undoes the escapes of a JSON string (RFC 8259 section 7). An invalid escape, and half of a
/// surrogate pair, stays as it is.
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
        let json = concat!(
            r#"{"key": "va\"l\\ue", "list": ["\u00e9\ud83d\udd11\/", -1.5, true, "two"], "#,
            r#""o": {"k" : "v"}, "n":4716}"#,
        );
        assert_eq!(
            of(Variant::Leaf, json),
            ["va\"l\\ue", "é🔑/", "-1.5", "two", "v", "4716"]
        );
        assert_eq!(of(Variant::Leaf, "[1,2]"), ["1", "2"]);
        assert_eq!(of(Variant::Leaf, "\"quoted\""), [""; 0]);
        assert_eq!(of(Variant::Leaf, r#"["\ud83d", "cut"#), [r"\ud83d"]);
    }

    #[test]
    fn json_with_comments_or_single_quotes_has_leaves() {
        let commented =
            "{ // it's \"one\"\n \"k\": \"v1\", /* \"two\" */ \"l\": \"a//b\", # end\n}";
        assert_eq!(of(Variant::Leaf, commented), ["v1", "a//b"]);
        let python = r#"{'k': 'it\'s', "l": "it's", 'm': None}"#;
        assert_eq!(of(Variant::Leaf, python), ["it's", "it's"]);
    }

    #[test]
    fn json_is_known_by_how_it_begins_and_ends() {
        let whole = |text: &str| begin(text) && leaves(text, &mut |_, _| Ok(())).unwrap();
        for json in [
            "{}",
            "[]",
            "[1, true]",
            r#"{"a": "b"} // c"#,
            "[ [\"a\"] ]",
            "{'a': None}",
        ] {
            assert!(whole(json), "{json}");
        }
        for text in [
            "{Driver};Uid=a",
            "[default]\na = 1",
            "{\"a\": \"b\"} and more",
            "[1] 2024-01-01T00:00",
            "{\"a\"",
            "{\"a\": \"cut",
            "{ user = \"a\" }",
            "key",
        ] {
            assert!(!whole(text), "{text}");
        }
        assert!(
            !begin("{Driver}") && !begin("[default]") && begin("{\"a\": 1} x"),
            "the control"
        );
    }
}
