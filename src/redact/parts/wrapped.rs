//! JSON documents behind something else: comments, `NAME=`, quotes.

use zeroize::Zeroizing;

use super::leaves::{begin, behind_comment, unescaped};
use crate::error::Result;
use crate::redact::encodings::Add;
use crate::redact::variants::Variant;

/// Longest name before a document, in bytes.
const LONGEST_NAME: usize = 256;

/// Adds the JSON document behind comments, a name, or both; of a text of several lines, also those
/// behind the names of its lines.
pub(super) fn documents(text: &str, add: &mut Add<'_>) -> Result<()> {
    let first = behind_comments(text);
    document(first, first.len() < text.len(), add)?;
    if text.contains(['\n', '\r']) {
        for line in text.split(['\n', '\r']) {
            document(line.trim(), false, add)?;
        }
    }
    Ok(())
}

/// Adds the document that a text is, if `is_part`, or that stands behind a name in it.
fn document(text: &str, is_part: bool, add: &mut Add<'_>) -> Result<()> {
    if begin(text) {
        return if is_part {
            add(Variant::Trimmed, text)
        } else {
            Ok(())
        };
    }
    let Some(value) = behind_name(text) else {
        return Ok(());
    };
    if begin(value) {
        return add(Variant::Trimmed, value);
    }
    let Some(inside) = unquoted(value.trim_end_matches(';')) else {
        return Ok(());
    };
    if begin(inside) {
        add(Variant::Trimmed, inside)?;
    }
    in_string(inside).map_or(Ok(()), |json| add(Variant::Trimmed, &json))
}

/// A text in quotes without them.
pub(super) fn unquoted(text: &str) -> Option<&str> {
    ['"', '\'', '`']
        .into_iter()
        .find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))
}

/// The document that a text is without the escapes of a string, if that makes one.
pub(super) fn in_string(inside: &str) -> Option<Zeroizing<String>> {
    let opens = inside.trim_start().starts_with(['{', '[', '"', '\\']);
    let json = (opens && inside.contains('\\')).then(|| unescaped(inside))?;
    let is_json = begin(json.trim_start()) || json.trim_start().starts_with('"');
    is_json.then_some(json)
}

fn behind_comments(text: &str) -> &str {
    let mut text = text;
    while let Some(after) = behind_comment(text) {
        text = after.trim_start();
    }
    text
}

/// The text behind `NAME=`, `export NAME=` or `name: `.
fn behind_name(text: &str) -> Option<&str> {
    let at = text.find(['=', ':', '"', '\''])?;
    let (name, behind) = text.split_at_checked(at)?;
    let value = match behind.strip_prefix('=') {
        Some(value) => value,
        None => behind.strip_prefix(": ")?,
    };
    let is_name = name.len() <= LONGEST_NAME
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-.$ \t".contains(c));
    is_name.then_some(value.trim_start())
}

#[cfg(test)]
mod tests {
    use super::super::all::tests::of;
    use super::*;

    #[test]
    fn documents_are_found_behind_names_comments_and_quotes() {
        for (text, document) in [
            ("// of ada\n{\"a\": 1}", "{\"a\": 1}"),
            ("/* of\nada */ # one\n [\"a\"]", "[\"a\"]"),
            ("CREDS={\"a\": \"b c\"}", "{\"a\": \"b c\"}"),
            ("export CREDS='{\"a\": 1}'", "{\"a\": 1}"),
            ("CREDS=\"{\\\"a\\\": 1}\"", "{\"a\": 1}"),
            ("X=1\nCREDS={\"a\": 1}\nY=2", "{\"a\": 1}"),
            ("creds: '{\"a\": 1}'", "{\"a\": 1}"),
            ("\u{feff}{\"a\": 1}", "{\"a\": 1}"),
            ("\"{\\\"a\\\": 1}\"", "{\"a\": 1}"),
        ] {
            let found = of(Variant::Trimmed, text);
            assert!(found.contains(&document.to_owned()), "{text}: {found:?}");
        }
        for text in [
            "NAME=value",
            "a note: {x}",
            "# only\n# comments",
            "say \"a={\"",
        ] {
            assert_eq!(of(Variant::Trimmed, text), [text], "{text}");
        }
    }
}
