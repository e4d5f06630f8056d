//! The end of a value, where showing it gives nothing away.

/// The last four characters of a value that is one long opaque token. None of a short one, nor of
/// one with a structure (PEM, JSON, URL, connection string, words), because there the end may be a
/// guessable part of its own, e.g. a password.
pub(super) fn tail(value: &str) -> Option<&str> {
    let body = value.trim_end_matches('=');
    let is_opaque = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+' | b'/' | b'~')
    };
    let is_token =
        value.len() >= LEAST && value.len() - body.len() <= 2 && body.bytes().all(is_opaque);
    if is_token {
        value.get(value.len() - SHOWN..)
    } else {
        None
    }
}

/// Characters of the shortest value that has a hint: the part that is not shown is still beyond
/// guessing.
const LEAST: usize = 24;

const SHOWN: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_tokens_have_a_tail() {
        for (value, hint) in [
            ("sk_live_0123456789abcdef", "cdef"),
            ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "6789"),
            ("AAAAAAAAAAAAAAAAAAAAAA==", "AA=="),
            ("eyJhbGciOiJI.eyJzdWIiOi.SflKxwRJSM", "RJSM"),
        ] {
            assert_eq!(tail(value), Some(hint), "{value}");
        }
    }

    #[test]
    fn nothing_is_shown_of_what_is_short_or_has_parts() {
        for value in [
            "",
            "hunter2",
            "sk_live_0123456789abcde",
            "-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----",
            "{\"password\":\"0123456789abcdef\"}",
            "postgres://user:pass@db.example/name",
            "Server=db.example;Password=hunter2",
            "correct horse battery staple",
            "username-of-somebody:password",
            "ééééééééééééééééééééééééééé",
            "0123456789abcdef01234====",
        ] {
            assert_eq!(tail(value), None, "{value}");
        }
    }
}
