//! Hosts as targets and access rules name them. A host has one form, so no two spellings of it
//! have to be held equal.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

/// Rule of the grammar that a text breaks, to be said behind the noun that breaks it.
pub(crate) type Flaw = &'static str;

/// Port of a host without one: that of https.
pub(crate) const DEFAULT_PORT: u16 = 443;

/// Longest name of a host, in bytes (RFC 1035).
const MAX_NAME: usize = 253;

/// Longest label of a name, in bytes (RFC 1035).
const MAX_LABEL: usize = 63;

const TOO_LONG: Flaw = "may have 253 bytes at most, and 63 in a label";

const IPV4: Flaw =
    "must write an IPv4 address as four decimal numbers without leading zeros, as 10.0.0.7";

const IPV6: Flaw = "must write an IPv6 address in its short form, in brackets and lower case";

/// A host and the port on it, parsed once and compared byte by byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Host {
    name: Arc<str>,
    port: u16,
}

impl Host {
    /// Parses `name` or `name:port`. Every other spelling is refused, not put right: the program
    /// that sends the request may read it differently.
    ///
    /// # Errors
    ///
    /// The rule that the text breaks.
    pub(crate) fn parse(text: &str, default_port: u16) -> Result<Self, Flaw> {
        let (name, port) = split_port(text);
        host_flaw(name).map_or(Ok(()), Err)?;
        Ok(Self {
            name: name.into(),
            port: port_number(port, default_port)?,
        })
    }

    /// The name or address, without the port.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The port, 1 to 65535.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

/// Splits at the last colon outside of the brackets of an IPv6 address.
pub(crate) fn split_port(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (text, None),
    }
}

/// Parses a port: 1 to 65535, written in one way; `default` if there is none.
///
/// # Errors
///
/// The rule that the text breaks.
pub(crate) fn port_number(port: Option<&str>, default: u16) -> Result<u16, Flaw> {
    let Some(port) = port else {
        return Ok(default);
    };
    port.parse()
        .ok()
        .filter(|number: &u16| *number > 0 && number.to_string() == port)
        .ok_or("must have a port of 1 to 65535 without leading zeros, or none")
}

/// Returns the rule that a text breaks as a host without a port: a name or an address, each in its
/// one form.
pub(crate) fn host_flaw(host: &str) -> Option<Flaw> {
    if let Some(inner) = host.strip_prefix('[') {
        let inner = inner.strip_suffix(']').unwrap_or_default();
        let is_canonical = inner
            .parse()
            .is_ok_and(|address: Ipv6Addr| address.to_string() == inner);
        return (!is_canonical).then_some(IPV6);
    }
    name_flaw(host).or_else(|| {
        let is_canonical = || {
            host.parse()
                .is_ok_and(|address: Ipv4Addr| address.to_string() == host)
        };
        (is_number(host) && !is_canonical()).then_some(IPV4)
    })
}

/// Returns the rule that the end of names behind a `*.` breaks.
pub(crate) fn suffix_flaw(suffix: &str) -> Option<Flaw> {
    name_flaw(suffix).or_else(|| match () {
        () if "*.".len() + suffix.len() > MAX_NAME => Some(TOO_LONG),
        () if is_number(suffix) => Some("may not have a \"*\" before an address"),
        () if !suffix.contains('.') => Some(
            "may not be as broad as a top-level domain: name two labels or more behind the \"*.\"",
        ),
        () => None,
    })
}

fn name_flaw(name: &str) -> Option<Flaw> {
    let is_known = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
    match name {
        "" => Some("needs the name or address of a host"),
        _ if !name.is_ascii() => {
            Some("must be ASCII: write a name in another script in its \"xn--\" form")
        }
        _ if name.bytes().any(|byte| byte.is_ascii_uppercase()) => Some("must be in lower case"),
        _ if name.contains(':') => Some(IPV6),
        _ if !name.bytes().all(is_known) => {
            Some("may hold only letters, digits, \"-\" and \".\" in the name of a host")
        }
        _ if name.ends_with('.') => Some("may not end with a \".\""),
        _ if name.len() > MAX_NAME || name.split('.').any(|label| label.len() > MAX_LABEL) => {
            Some(TOO_LONG)
        }
        _ if name.split('.').any(str::is_empty) => Some("may not have an empty label"),
        _ if name
            .split('.')
            .any(|label| label.starts_with('-') || label.ends_with('-')) =>
        {
            Some("may not have a label that begins or ends with \"-\"")
        }
        _ => None,
    }
}

/// Returns true if URL parsers read the name as an IPv4 address: its last label is a decimal or
/// hexadecimal number (WHATWG URL, "ends in a number").
fn is_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let is_decimal = last.bytes().all(|byte| byte.is_ascii_digit());
    is_decimal
        || last
            .strip_prefix("0x")
            .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flaw(text: &str) -> Flaw {
        Host::parse(text, DEFAULT_PORT).err().unwrap_or("none")
    }

    #[test]
    fn is_split_into_name_and_port() {
        for (text, name, port) in [
            ("api.stripe.com", "api.stripe.com", 443),
            ("localhost:8080", "localhost", 8080),
            ("127.0.0.1:65535", "127.0.0.1", 65535),
            ("[::1]", "[::1]", 443),
            ("[2001:db8::1]:1", "[2001:db8::1]", 1),
            ("xn--bcher-kva.example", "xn--bcher-kva.example", 443),
        ] {
            let host = Host::parse(text, DEFAULT_PORT).unwrap();
            assert_eq!((host.name(), host.port()), (name, port));
        }
        assert_eq!(Host::parse("a.b", 80).map(|host| host.port()), Ok(80));
        assert_eq!(Host::parse("a.b:443", 80).map(|host| host.port()), Ok(443));
    }

    #[test]
    fn names_the_rule_that_is_broken() {
        let port = "must have a port of 1 to 65535 without leading zeros, or none";
        let characters = "may hold only letters, digits, \"-\" and \".\" in the name of a host";
        for (text, expected) in [
            ("a.b", "none"),
            ("", "needs the name or address of a host"),
            (":443", "needs the name or address of a host"),
            (
                "bücher.example",
                "must be ASCII: write a name in another script in its \"xn--\" form",
            ),
            ("API.stripe.com", "must be in lower case"),
            ("a_b.example", characters),
            ("a b.example", characters),
            ("*.example.com", characters),
            ("a.example.", "may not end with a \".\""),
            ("a..example", "may not have an empty label"),
            (
                "-a.example",
                "may not have a label that begins or ends with \"-\"",
            ),
            ("127.1", IPV4),
            ("0x7f000001", IPV4),
            ("127.0.0.01", IPV4),
            ("::1", IPV6),
            ("[0:0:0:0:0:0:0:1]", IPV6),
            ("[fe80::1%eth0]", IPV6),
            ("a.b:", port),
            ("a.b:0", port),
            ("a.b:65536", port),
            ("a.b:080", port),
            ("a.b:+443", port),
        ] {
            assert_eq!(flaw(text), expected, "{text}");
        }
    }

    #[test]
    fn is_bounded() {
        let name = |labels: usize| vec!["a".repeat(49); labels].join(".");
        let longest = format!("{}.abc", name(5));
        assert_eq!(longest.len(), 253);
        assert_eq!(flaw(&format!("{longest}:65535")), "none");
        assert_eq!(flaw(&format!("{longest}d")), TOO_LONG);
        assert_eq!(flaw(&"a".repeat(63)), "none");
        assert_eq!(flaw(&"a".repeat(64)), TOO_LONG);
        assert_eq!(suffix_flaw(&format!("{}.a", name(5))), None);
        assert_eq!(suffix_flaw(&format!("{}.ab", name(5))), Some(TOO_LONG));
    }
}
