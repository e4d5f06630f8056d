//! Place on a network that a request goes to: a host, or a URL without its query.

use std::fmt;
use std::sync::Arc;

use super::host::{DEFAULT_PORT, Flaw, Host};

/// Longest URL of a target, in bytes.
const MAX_URL: usize = 8 * 1024;

/// A checked host, and the scheme and path of a checked URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) host: Host,
    /// Not known of a host alone.
    pub(super) url: Option<UrlParts>,
}

/// The parts of a URL besides its host that a target keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UrlParts {
    pub(super) scheme: Scheme,
    pub(super) path: Arc<str>,
}

/// Scheme of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    Https,
    Http,
}

impl Scheme {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
        }
    }

    fn port(self) -> u16 {
        match self {
            Self::Https => DEFAULT_PORT,
            Self::Http => 80,
        }
    }
}

impl Address {
    /// Parses `name` or `name:port`.
    ///
    /// # Errors
    ///
    /// The rule that the text breaks.
    pub(super) fn of_host(text: &str) -> Result<Self, Flaw> {
        if text.contains(['/', '@', '?', '#', '\\']) {
            return Err(
                "must be a host alone, without scheme, user, path or query; \
                 give a whole URL to with_url",
            );
        }
        Ok(Self {
            host: Host::parse(text, DEFAULT_PORT)?,
            url: None,
        })
    }

    /// Parses a URL. Every spelling is refused that a URL parser would read as another one: what
    /// is kept is then what any parser connects to.
    ///
    /// # Errors
    ///
    /// The rule that the text breaks.
    pub(super) fn of_url(text: &str) -> Result<Self, Flaw> {
        if text.len() > MAX_URL {
            return Err("may have 8,192 bytes at most");
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(
                "may hold only ASCII characters without white space: percent-encode others, \
                 and write a host in its \"xn--\" form",
            );
        }
        if text.contains('\\') {
            return Err("may not hold a backslash");
        }
        let (scheme, rest) = [Scheme::Https, Scheme::Http]
            .into_iter()
            .find_map(|scheme| {
                let rest = text.strip_prefix(scheme.as_str())?.strip_prefix("://")?;
                Some((scheme, rest))
            })
            .ok_or("must begin with \"https\" or \"http\" and then \"://\", in lower case")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
        if authority.contains('@') {
            return Err("may not hold a user or password: leave out all up to the \"@\"");
        }
        let host = Host::parse(authority, scheme.port())?;
        let path = rest.split(['?', '#']).next().unwrap_or_default();
        path_flaw(path).map_or(Ok(()), Err)?;
        let path = if path.is_empty() { "/" } else { path };
        let path = path.into();
        Ok(Self {
            host,
            url: Some(UrlParts { scheme, path }),
        })
    }
}

/// The URL, or the host; without a port that is the default one.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, path) = match &self.url {
            Some(url) => (Some(url.scheme), &*url.path),
            None => (None, ""),
        };
        if let Some(scheme) = scheme {
            write!(f, "{}://", scheme.as_str())?;
        }
        f.write_str(self.host.name())?;
        if self.host.port() != scheme.map_or(DEFAULT_PORT, Scheme::port) {
            write!(f, ":{}", self.host.port())?;
        }
        f.write_str(path)
    }
}

/// Returns the rule that the path of a URL breaks (RFC 3986, section 3.3).
fn path_flaw(path: &str) -> Option<Flaw> {
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        let is_allowed = match byte {
            b'%' => {
                let digits = [bytes.next(), bytes.next()];
                digits
                    .into_iter()
                    .all(|digit| digit.is_some_and(|digit| digit.is_ascii_hexdigit()))
            }
            b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+'
            | b',' | b';' | b'=' | b':' | b'@' | b'/' => true,
            _ => byte.is_ascii_alphanumeric(),
        };
        if !is_allowed {
            return Some("must percent-encode in its path all that is not allowed there");
        }
    }
    path.split('/')
        .any(is_dots)
        .then_some("may not have a segment \".\" or \"..\" in its path, percent-encoded or not")
}

/// Returns true for `.` and `..`: URL parsers remove such segments.
fn is_dots(segment: &str) -> bool {
    matches!(count_dots(segment), Some(1 | 2))
}

/// The number of dots that a text is, percent-encoded or not, if it is nothing else (WHATWG URL
/// Standard section 4.1).
pub(crate) fn count_dots(mut text: &str) -> Option<usize> {
    let mut dots = 0;
    while !text.is_empty() {
        text = [".", "%2e", "%2E"]
            .iter()
            .find_map(|dot| text.strip_prefix(dot))?;
        dots += 1;
    }
    Some(dots)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Result<String, Flaw> {
        Address::of_url(text).map(|address| address.to_string())
    }

    #[test]
    fn keeps_scheme_host_port_and_path() {
        for (text, kept) in [
            ("https://a.b", "https://a.b/"),
            ("https://a.b:443/", "https://a.b/"),
            ("https://a.b:80/x", "https://a.b:80/x"),
            ("http://a.b:80/x/", "http://a.b/x/"),
            ("http://[::1]:8080/x?y=/../#z", "http://[::1]:8080/x"),
            ("https://a.b?y", "https://a.b/"),
            ("https://a.b#/y", "https://a.b/"),
            ("https://a.b/%2F/...//.x/@:;", "https://a.b/%2F/...//.x/@:;"),
        ] {
            assert_eq!(url(text).as_deref(), Ok(kept), "{text}");
            assert_eq!(Address::of_url(kept), Address::of_url(text), "{text}");
        }
        for (text, kept) in [("a.b:443", "a.b"), ("a.b:80", "a.b:80")] {
            assert_eq!(Address::of_host(text).unwrap().to_string(), kept);
        }
    }

    #[test]
    fn names_the_rule_that_is_broken() {
        let path = "must percent-encode in its path all that is not allowed there";
        let dots = "may not have a segment \".\" or \"..\" in its path, percent-encoded or not";
        let scheme = "must begin with \"https\" or \"http\" and then \"://\", in lower case";
        let ascii = "may hold only ASCII characters without white space: percent-encode others, \
                     and write a host in its \"xn--\" form";
        for (text, flaw) in [
            ("", scheme),
            ("a.b", scheme),
            ("HTTPS://a.b", scheme),
            ("https:/a.b", scheme),
            ("ftp://a.b", scheme),
            (" https://a.b", ascii),
            ("https://a\t.b", ascii),
            ("https://bücher.example", ascii),
            ("https:\\\\a.b", "may not hold a backslash"),
            (
                "https://user@a.b",
                "may not hold a user or password: leave out all up to the \"@\"",
            ),
            ("https:///x", "needs the name or address of a host"),
            ("https://A.b", "must be in lower case"),
            (
                "https://a.b:0443",
                "must have a port of 1 to 65535 without leading zeros, or none",
            ),
            ("https://a.b/{x}", path),
            ("https://a.b/%", path),
            ("https://a.b/%2", path),
            ("https://a.b/%2g", path),
            ("https://a.b/x/./y", dots),
            ("https://a.b/..", dots),
            ("https://a.b/.%2e/", dots),
            ("https://a.b/%2E%2e?x", dots),
        ] {
            assert_eq!(url(text), Err(flaw), "{text}");
        }
        let long = |len: usize| format!("https://a.b/{}", "x".repeat(len - 12));
        assert!(url(&long(MAX_URL)).is_ok());
        assert_eq!(url(&long(MAX_URL + 1)), Err("may have 8,192 bytes at most"));
    }
}
