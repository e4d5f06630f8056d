//! JSON Pointers as text (RFC 6901).

use std::borrow::Cow;

/// The most bytes of a key that a pointer shows. A hundred errors, lints or attempts may be below
/// the same long key, and each has a pointer of its own.
const SHOWN: usize = 1024;

/// Adds a key to a JSON Pointer: `~` is written `~0` and `/` is written `~1` (RFC 6901 section 3).
/// A long key is cut and ends with `…`.
pub(in crate::template) fn push(pointer: &mut String, key: &str) {
    let end = (0..=SHOWN.min(key.len()))
        .rev()
        .find(|&end| key.is_char_boundary(end))
        .unwrap_or(0);
    let shown = key.get(..end).unwrap_or_default();
    pointer.push('/');
    pointer.push_str(&shown.replace('~', "~0").replace('/', "~1"));
    if end < key.len() {
        pointer.push('…');
    }
}

/// Returns the keys and places that a JSON Pointer leads over. That to the whole document has none;
/// to its member with the empty key it has one.
pub(in crate::template) fn steps(pointer: &str) -> Vec<Cow<'_, str>> {
    pointer.split('/').skip(1).map(unescaped).collect()
}

/// Undoes the escapes of one segment: `~1` is `/` and `~0` is `~`. The tilde comes last, so that
/// `~01` is `~1`.
pub(in crate::template) fn unescaped(segment: &str) -> Cow<'_, str> {
    if segment.contains('~') {
        segment.replace("~1", "/").replace("~0", "~").into()
    } else {
        segment.into()
    }
}

/// Returns true if each `~` of a segment is followed by one of these characters.
pub(in crate::template) fn escapes_only(segment: &str, escapes: &[char]) -> bool {
    let mut behind = segment.split('~').skip(1);
    behind.all(|rest| rest.starts_with(escapes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_shows_the_beginning_of_a_long_key() {
        let shown = |key: &str| {
            let mut pointer = "/a".to_owned();
            push(&mut pointer, key);
            pointer
        };
        assert_eq!(shown("b/~é"), "/a/b~1~0é");
        assert_eq!(shown(&"k".repeat(1024)), format!("/a/{}", "k".repeat(1024)));
        assert_eq!(
            shown(&"k".repeat(1 << 20)),
            format!("/a/{}…", "k".repeat(1024))
        );
        assert_eq!(
            shown(&format!("{}é", "k".repeat(1023))),
            format!("/a/{}…", "k".repeat(1023)),
            "no half character"
        );
    }
}
