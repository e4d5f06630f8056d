//! Passwords among `key: value` lines: YAML, headers, properties.

use super::pairs::{quoted, without};
use super::secret_keys::{is_elsewhere, of_key};
use crate::error::Result;
use crate::redact::encodings::Add;
use crate::redact::variants::Variant;

/// Adds what keys say is a user or password, where a colon and white space are behind the key: of
/// each line one, and of a list in braces all. Each character is looked at once or twice.
pub(super) fn pairs(text: &str, add: &mut Add<'_>) -> Result<()> {
    text.split(['\n', '\r'])
        .try_for_each(|line| in_line(line, add))
}

fn in_line(line: &str, add: &mut Add<'_>) -> Result<()> {
    let mut rest = line;
    while let Some(at) = rest.find(':') {
        let (before, behind) = rest.split_at_checked(at).unwrap_or_default();
        let behind = behind.strip_prefix(':').unwrap_or_default();
        let value = behind.trim_start();
        let is_pair = value.len() < behind.len() && !value.is_empty();
        let Some(variant) = of_key(before).filter(|_| is_pair) else {
            rest = behind;
            continue;
        };
        rest = if let Some((inner, close, after)) = quoted(value) {
            add(variant, inner)?;
            for escape in [close, '\\'] {
                without(escape, inner).map_or(Ok(()), |inner| add(variant, &inner))?;
            }
            after
        } else {
            // A comma ends a value in braces only.
            let is_list = before.contains(['{', ',']);
            let end = if is_list {
                value.find([',', '}'])
            } else {
                None
            };
            let end = end.or_else(|| value.find(" #")).unwrap_or(value.len());
            let (value, after) = value.split_at_checked(end).unwrap_or_default();
            plain(variant, value.trim(), add)?;
            after
        };
    }
    Ok(())
}

/// Adds a value without quotes. One of YAML may have a tag; a mark of YAML is no value.
fn plain(variant: Variant, value: &str, add: &mut Add<'_>) -> Result<()> {
    let value = match value.strip_prefix('!') {
        Some(tagged) => tagged.split_once(' ').map_or("", |(_, value)| value.trim()),
        None => value,
    };
    let is_mark = value.starts_with(['|', '>', '*', '&', '{', '[']);
    if is_mark || is_elsewhere(value) {
        return Ok(());
    }
    add(variant, value)
}

#[cfg(test)]
mod tests {
    use super::super::all::tests::of;
    use super::*;

    #[test]
    fn values_of_keys_are_found() {
        for (text, password) in [
            ("password: s3cret", "s3cret"),
            ("a: 1\n  - token: s3cret # of ada\nb: 2", "s3cret"),
            ("password: \"s3 #cr\\\"et\"", "s3 #cr\"et"),
            ("password: 's3''cret'", "s3'cret"),
            ("{user: ada, password: s3cret, x: 1}", "s3cret"),
            ("{'user': ada, 'password': 's3,cret'}", "s3,cret"),
            ("STRIPE_KEY: s3 cret", "s3 cret"),
            ("X-Api-Key: s3cret\r\nAccept: */*", "s3cret"),
            ("password: !vault s3cret", "s3cret"),
            ("//host/:_password: s3cret", "s3cret"),
        ] {
            let found = of(Variant::Password, text);
            assert!(found.contains(&password.to_owned()), "{text}: {found:?}");
        }
        for text in [
            "password:\n  nested: x",
            "password: ${DB_PASSWORD}",
            "password: *anchor",
            "token: |\n  lines",
            "name: ada\npasswords: many",
            "time 10:20: x",
        ] {
            assert_eq!(of(Variant::Password, text), [""; 0], "{text}");
        }
    }

    #[test]
    fn nearly_pairs_are_read_once() {
        for unit in [
            "password: ",
            "token:",
            "key: {a: ",
            "password: '",
            "a_key: x, ",
        ] {
            let text = unit.repeat((64 << 10) / unit.len());
            let mut length = 0;
            pairs(&text, &mut |_, part| {
                length += part.len();
                Ok(())
            })
            .unwrap();
            assert!(length <= 2 * text.len(), "{unit}: {length}");
        }
    }
}
