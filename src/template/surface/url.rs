//! In which part of a URL a slot stands.

use crate::template::plan::Cut;

/// The part of a URL that a slot stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Before what is certainly not the scheme any more.
    Scheme,
    /// Host or port.
    Host,
    Path,
    /// User information, query or fragment.
    Component,
}

/// Schemes whose host follows any number of slashes (WHATWG URL Standard section 4.2, without `file`).
const SPECIAL: [&str; 5] = ["http", "https", "ws", "wss", "ftp"];

/// The place of each slot, in order. Where RFC 3986 and the WHATWG standard part ways, the reading that refuses more.
pub(super) fn places(text: &str, cuts: &[Cut]) -> Vec<Place> {
    let (url, slots) = skeleton(text, cuts);
    let parts = Parts::of(&url);
    slots.into_iter().map(|slot| parts.place(slot)).collect()
}

/// The URL with one letter for each value, and where these letters are.
fn skeleton(text: &str, cuts: &[Cut]) -> (String, Vec<usize>) {
    let mut url = String::with_capacity(text.len());
    let mut slots = Vec::new();
    let mut at = 0;
    for cut in cuts {
        push_literal(&mut url, text.get(at..cut.span.start));
        if cut.slot.is_some() {
            slots.push(url.len());
            url.push('x');
        }
        at = cut.span.end;
    }
    push_literal(&mut url, text.get(at..));
    (url, slots)
}

/// URL parsers drop tabs and line ends wherever they are.
fn push_literal(url: &mut String, literal: Option<&str>) {
    url.extend(literal.unwrap_or_default().chars().filter(|c| !matches!(c, '\t' | '\r' | '\n')));
}

/// Where the parts of a URL end.
struct Parts {
    /// The end of the scheme; in a relative reference, of what could still become one.
    scheme: usize,
    /// The first byte of the authority, and its end; the same without one.
    authority: (usize, usize),
    /// The end of the user information within the authority.
    user: usize,
    /// The first `?` or `#` after the authority.
    path: usize,
}

impl Parts {
    fn of(url: &str) -> Self {
        let length = url.len();
        let find = |from: usize, delimiters: &[char]| {
            url.get(from..).and_then(|rest| rest.find(delimiters)).map_or(length, |at| from + at)
        };
        let delimiter = find(0, &[':', '/', '\\', '?', '#']);
        let has_scheme = url.get(delimiter..).is_some_and(|rest| rest.starts_with(':'));
        let after = if has_scheme { delimiter + 1 } else { delimiter };
        let slashes =
            url.get(after..).map_or(0, |rest| rest.bytes().take_while(|byte| matches!(byte, b'/' | b'\\')).count());
        let scheme = url.get(..delimiter).unwrap_or_default().trim();
        let special = has_scheme && SPECIAL.iter().any(|special| scheme.eq_ignore_ascii_case(special));
        let starts = match slashes {
            _ if special => Some(after + slashes),
            // What stands before the slashes makes them a path: "a//b".
            2.. if has_scheme || scheme.is_empty() => Some(after + 2),
            _ => None,
        };
        let start = starts.unwrap_or(after);
        let end = starts.map_or(start, |start| find(start, &['/', '?', '#']));
        // Only some parsers end the authority at a backslash: what is user information to one is the host to another.
        let agreed = end.min(find(start, &['\\']));
        let user = url.get(start..agreed).and_then(|authority| authority.rfind('@')).map_or(start, |at| start + at);
        Self { scheme: delimiter, authority: (start, end), user, path: find(end, &['?', '#']) }
    }

    fn place(&self, slot: usize) -> Place {
        let (start, end) = self.authority;
        match slot {
            _ if slot < self.scheme => Place::Scheme,
            _ if (start..self.user).contains(&slot) => Place::Component,
            _ if (self.user..end).contains(&slot) => Place::Host,
            _ if slot < self.path => Place::Path,
            _ => Place::Component,
        }
    }
}

/// What a filter may leave in a path, besides letters and digits: unreserved characters, escapes, and the padding of base64.
pub(super) const IN_PATH: &[u8] = b"-._~%=";

/// The same in a query, where a slash and a plus are harmless.
pub(super) const IN_QUERY: &[u8] = b"-._~%=/+";

/// Refuses what a filter wrote for another place than a URL, such as a JSON string with a slash in it.
pub(super) fn unencoded(value: &str, is_encoded: bool, allowed: &[u8]) -> Option<&'static str> {
    let fits = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || allowed.contains(&byte));
    (is_encoded && !fits).then_some("is not written for a URL by its filters: add the filter url as the last one")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::{Engine, plan::Plan, plan::References};
    use Place::{Component, Host, Path, Scheme};

    fn places_of(text: &str) -> Vec<Place> {
        places(text, Plan::of(Engine::shared(), text, &mut References::default()).unwrap().cuts())
    }

    #[test]
    fn each_part_of_a_url_is_told_apart() {
        assert_eq!(
            places_of("https://api.example/<<A>>/x?k=<<B>>&<<C>>#<<D>>"),
            [Path, Component, Component, Component]
        );
        assert_eq!(places_of("https://<<A>>/"), [Host]);
        assert_eq!(places_of("https://<<A>>.example:<<B>>/<<C>>"), [Host, Host, Path]);
        assert_eq!(places_of("https://api.example<<A>>"), [Host]);
        assert_eq!(places_of("https://api.example?<<A>>"), [Component]);
        assert_eq!(places_of("https://api.example#<<A>>"), [Component]);
    }

    #[test]
    fn user_information_ends_at_the_last_at_sign_of_the_authority() {
        assert_eq!(places_of("postgres://<<U>>:<<P>>@db.example/<<D>>"), [Component, Component, Path]);
        assert_eq!(places_of("https://<<U>>@<<H>>/"), [Component, Host]);
        assert_eq!(places_of("https://<<A>>/@b"), [Host]);
        assert_eq!(places_of("https://a@<<A>>@b/"), [Component]);
    }

    #[test]
    fn what_could_become_a_scheme_or_host_is_refused() {
        assert_eq!(places_of("<<A>>"), [Scheme]);
        assert_eq!(places_of("<<A>>://host/"), [Scheme]);
        assert_eq!(places_of("http<<A>>"), [Scheme]);
        assert_eq!(places_of("https:<<A>>"), [Host]);
        assert_eq!(places_of("HTTPS:/<<A>>"), [Host]);
        assert_eq!(places_of("https:///<<A>>"), [Host]);
        assert_eq!(places_of(r"https:\\<<A>>\x"), [Host]);
        assert_eq!(places_of(r"https://a.example\<<A>>/<<B>>"), [Host, Path]);
        assert_eq!(places_of(r"https://<<A>>\@a.example/"), [Host]);
        assert_eq!(places_of("ht\ntps:/\t/<<A>>"), [Host]);
        assert_eq!(places_of(" https:<<A>>"), [Host]);
        assert_eq!(places_of("//<<A>>/x"), [Host]);
    }

    #[test]
    fn other_schemes_and_relative_references_have_paths() {
        assert_eq!(places_of("mailto:<<A>>@example"), [Path]);
        assert_eq!(places_of("/<<A>>/x?<<B>>"), [Path, Component]);
        assert_eq!(places_of("?<<A>>"), [Component]);
        assert_eq!(places_of("a/<<A>>"), [Path]);
        assert_eq!(places_of("file:///<<A>>"), [Path]);
        assert_eq!(places_of("file://<<A>>/"), [Host]);
    }
}
