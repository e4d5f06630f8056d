//! The keys of a document whose header says the host of a request.

use std::borrow::Cow;

/// Returns true if the string on a way into a document is the host of a request when it is a
/// header: by its key, or by the key of the list that it is in.
pub(in crate::template) fn names_host(path: &[Cow<'_, str>]) -> bool {
    let is_place = |key: &str| {
        key.bytes()
            .take(LOOKED_AT)
            .all(|byte| byte.is_ascii_digit())
    };
    let mut keys = path.iter().rev().filter(|key| !is_place(key));
    keys.next().is_some_and(|key| is_host(key))
}

/// Bytes of a run of digits or white space in a key that are looked at. A key is looked at again
/// for each string below it, so the run must be short. A longer one counts as if it were all of the
/// key, which refuses more.
const LOOKED_AT: usize = 128;

/// Returns true if a header of that name says the host: `Host`, or its pseudo-header in HTTP/2 (RFC
/// 9113 section 8.3.1).
pub(in crate::template) fn is_host(name: &str) -> bool {
    let blanks = |text: &[u8]| {
        text.iter()
            .take(LOOKED_AT)
            .take_while(|byte| **byte <= b' ')
            .count()
    };
    let start = blanks(name.as_bytes());
    let bytes = name.as_bytes().get(start..).unwrap_or_default();
    let is_blank = |rest: &[u8]| blanks(rest) == rest.len().min(LOOKED_AT);
    let is_named = ["host", ":authority"].iter().any(|host| {
        bytes
            .split_at_checked(host.len())
            .is_some_and(|(name, rest)| {
                name.eq_ignore_ascii_case(host.as_bytes()) && is_blank(rest)
            })
    });
    is_named || start == LOOKED_AT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::pointer::steps;

    #[test]
    fn the_host_is_known_by_its_key() {
        for pointer in [
            "/headers/Host",
            "/mcpServers/a/headers/HOST",
            "/Host/0",
            "/:authority",
            "/h/ host ",
        ] {
            assert!(names_host(&steps(pointer)), "{pointer}");
        }
        let (digits, blanks) = ("0".repeat(LOOKED_AT), " ".repeat(LOOKED_AT));
        for long in [
            format!("/Host/{digits}x"),
            format!("/{blanks}x"),
            format!("/Host{blanks}x"),
        ] {
            assert!(
                names_host(&steps(&long)),
                "what is behind the bound is not looked at"
            );
            assert!(
                !names_host(&steps(&long.replacen([' ', '0'], "", 1))),
                "what is before it is"
            );
        }
        for pointer in [
            "",
            "/",
            "/0",
            "/headers/X-Host",
            "/Host/name",
            "/headers/Hos",
            "/Host~1",
            "/authority",
        ] {
            assert!(!names_host(&steps(pointer)), "{pointer}");
        }
    }
}
