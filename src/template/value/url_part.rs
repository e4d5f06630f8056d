//! Values that are parts of a URL already.

use crate::target::count_dots;

/// A part of a URL that a value is said to be, with its escapes in place (RFC 3986).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template) enum UrlPart {
    /// A query, or some of its fields (section 3.4).
    Query,
    /// Segments of a path (section 3.3).
    Path,
    /// A user, perhaps with a password (section 3.2.1).
    User,
}

impl UrlPart {
    /// Reason why a value is not this part: the words after "the value".
    pub(super) fn flaw(self, value: &str) -> Option<&'static str> {
        if !is_escaped(value) {
            return Some("has a \"%\" without two hex digits behind it");
        }
        if !value.bytes().all(|byte| self.may_hold(byte)) {
            return Some(match self {
                Self::Query => {
                    "is not a URL query: that holds no \"#\", white space, quotes or control \
                     characters, and only ASCII"
                }
                Self::Path => {
                    "is not a URL path: that holds no \"?\", \"#\", backslash, white space, \
                     quotes or control characters, and only ASCII"
                }
                Self::User => {
                    "is not the user of a URL: that holds no \"@\", \"/\", \"?\", \"#\", \
                     backslash, \
                     white space, quotes or control characters, and only ASCII"
                }
            });
        }
        match self {
            Self::Query => value
                .starts_with('?')
                .then_some("begins with \"?\": store the query without it"),
            Self::Path => flaw_of_segments(value),
            Self::User => None,
        }
    }

    /// Reason why such a value may not stand in another part of a URL.
    pub(super) fn misplaced(self) -> &'static str {
        match self {
            Self::Query => "went through the filter query, so it may stand in a URL query alone",
            Self::Path => "went through the filter path, so it may stand in a URL path alone",
            Self::User => "went through the filter userinfo, so it may stand before \"@\" alone",
        }
    }

    fn may_hold(self, byte: u8) -> bool {
        let is_inner = match self {
            Self::Query => b":@/?".contains(&byte),
            Self::Path => b":@/".contains(&byte),
            Self::User => byte == b':',
        };
        // Unreserved characters, escapes and sub-delimiters (RFC 3986 section 2). The apostrophe is
        // one of the last, but the WHATWG URL Standard encodes it in queries: a URL that was
        // parsed would have another value.
        is_inner || byte.is_ascii_alphanumeric() || b"-._~%!$&()*+,;=".contains(&byte)
    }
}

/// Returns true if every `%` begins an escape.
fn is_escaped(value: &str) -> bool {
    let mut pieces = value.split('%').skip(1);
    pieces.all(|piece| {
        let digits = piece.as_bytes().get(..2).unwrap_or_default();
        digits.len() == 2 && digits.iter().all(u8::is_ascii_hexdigit)
    })
}

/// A segment that is empty or dots leads elsewhere, also beside a slash that is an escape, because
/// some servers undo that first, and before a semicolon, because some servers take parameters away
/// first (RFC 3986 section 3.3). An empty one could have the dots of the text beside it. A colon in
/// the first segment could end a scheme (section 4.2).
fn flaw_of_segments(value: &str) -> Option<&'static str> {
    let is_scheme = |first: &str| first.contains(':');
    if value.split('/').next().is_some_and(is_scheme) {
        return Some("has a colon in its first segment, which could be read as a scheme");
    }
    let lower = zeroize::Zeroizing::new(value.to_ascii_lowercase());
    let pieces = lower.split("%2f").flat_map(|piece| piece.split("%5c"));
    let mut dots = pieces
        .flat_map(|piece| piece.split('/'))
        .filter_map(|piece| {
            let name = piece.split(';').next().unwrap_or_default();
            let name = name.split("%3b").next().unwrap_or_default();
            count_dots(name)
        });
    match dots.find(|dots| *dots <= 2) {
        None => None,
        Some(0) => {
            Some("is not a URL path: a segment is empty; store it without slashes at its ends")
        }
        Some(_) => Some("is not a URL path: a segment is \".\" or \"..\", which leads elsewhere"),
    }
}

#[cfg(test)]
mod tests {
    use super::UrlPart::{self, Path, Query, User};

    #[test]
    fn what_is_well_formed_passes() {
        for (part, value) in [
            (Query, "sv=2022-11-02&ss=b&sig=abc%2Bdef%3D"),
            (Query, "a=b/c?d:e@f+g"),
            (Query, ""),
            (Path, "T000/B000/XXXX"),
            (Path, "a.b/...%20/x:y@z"),
            (Path, ".hidden/..a/%2e%2e%2e"),
            (Path, "a%2Fb/c;v=..;/d%5ce"),
            (User, "user:token"),
            (User, "x-access-token:ghp_A%40b"),
            (User, ""),
        ] {
            assert_eq!(part.flaw(value), None, "{part:?} {value}");
        }
    }

    #[test]
    fn no_byte_that_ends_the_part_passes() {
        let ends: [(UrlPart, &str); 3] = [(Query, "#"), (Path, "?#\\"), (User, "@/?#\\[]")];
        for (part, ends) in ends {
            let others = " \t\r\n\0\u{7f}\"'<>^`{|}\\é";
            for c in ends.chars().chain(others.chars()) {
                assert!(part.flaw(&format!("a{c}b")).is_some(), "{part:?} {c:?}");
            }
            assert_eq!(part.flaw("ab"), None, "{part:?}");
        }
    }

    #[test]
    fn every_escape_is_whole() {
        for part in [Query, Path, User] {
            for value in ["%", "a%2", "%zz", "%2%20", "a%é"] {
                assert!(part.flaw(value).is_some(), "{part:?} {value}");
            }
            assert_eq!(part.flaw("%2B%2b"), None);
        }
    }

    #[test]
    fn no_segment_leads_elsewhere() {
        for value in [
            "",
            "/",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "a/../b",
            "a/%2e%2E",
            "a/.%2e/b",
            "a%2f..",
            "..%5Ca",
            "a%2F%2e",
            "a%2f",
            "%5Ca",
            "a%2f%2Fb",
            "a/..;/b",
            "a/..%3Bx=1/b",
            ";x=1/a",
            "javascript:x",
            "c:/x",
        ] {
            assert!(Path.flaw(value).is_some(), "{value}");
        }
        assert!(Query.flaw("?a=b").is_some());
    }
}
