//! The ends of the parts of a URL.

use super::place::Place;
use super::segment::Segment;

/// Schemes whose host follows any number of slashes (WHATWG URL Standard section 4.2, without
/// `file`).
const SPECIAL: [&str; 5] = ["http", "https", "ws", "wss", "ftp"];

/// The ends of the parts of a URL.
pub(super) struct Parts {
    /// The end of the scheme; in a relative reference, of what could still become one.
    scheme: usize,
    /// The first byte behind the scheme and its colon.
    pub(super) after_scheme: usize,
    /// The first byte of the authority, and its end; the same without one.
    authority: (usize, usize),
    /// The end of the user information within the authority.
    user: usize,
    /// The first `?` or `#` after the authority.
    path: usize,
    /// The first `#` after the authority.
    query: usize,
}

impl Parts {
    pub(super) fn of(url: &str) -> Self {
        let length = url.len();
        let find = |from: usize, delimiters: &[char]| {
            url.get(from..)
                .and_then(|rest| rest.find(delimiters))
                .map_or(length, |at| from + at)
        };
        let delimiter = find(0, &[':', '/', '\\', '?', '#']);
        let has_scheme = url
            .get(delimiter..)
            .is_some_and(|rest| rest.starts_with(':'));
        let after = if has_scheme { delimiter + 1 } else { delimiter };
        let slashes = url.get(after..).map_or(0, |rest| {
            rest.bytes()
                .take_while(|byte| matches!(byte, b'/' | b'\\'))
                .count()
        });
        // Parsers drop control characters and spaces at the ends.
        let scheme = url
            .get(..delimiter)
            .unwrap_or_default()
            .trim_matches(|c| c <= ' ');
        let special = has_scheme
            && SPECIAL
                .iter()
                .any(|special| scheme.eq_ignore_ascii_case(special));
        let starts = match slashes {
            // Behind a base that is special too, a reference has as many slashes as it likes.
            _ if special => Some(after + slashes),
            2.. if !has_scheme && scheme.is_empty() => Some(after + slashes),
            // Text before the slashes makes them a path: "a//b".
            2.. if has_scheme => Some(after + 2),
            _ => None,
        };
        let start = starts.unwrap_or(after);
        let end = starts.map_or(start, |start| find(start, &['/', '?', '#']));
        // Only some parsers end the authority at a backslash: what is user information to one is
        // the host to another.
        let agreed = end.min(find(start, &['\\']));
        let user = url
            .get(start..agreed)
            .and_then(|authority| authority.rfind('@'))
            .map_or(start, |at| start + at);
        Self {
            scheme: delimiter,
            after_scheme: if has_scheme { after } else { 0 },
            authority: (start, end),
            user,
            path: find(end, &['?', '#']),
            query: find(end, &['#']),
        }
    }

    pub(super) fn place(&self, slot: usize) -> Place {
        let (start, end) = self.authority;
        match slot {
            _ if slot < self.scheme => Place::Scheme,
            _ if (start..self.user).contains(&slot) => Place::User,
            _ if (self.user..end).contains(&slot) => Place::Host,
            // The segment is told later.
            _ if slot < self.path => Place::Path(Segment::Named),
            _ if slot < self.query => Place::Query,
            _ => Place::Fragment,
        }
    }
}
