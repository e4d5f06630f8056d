//! Rules about hosts. A host is compared only in one form, so that no two spellings of it have to
//! be held equal.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::Serialize;

use crate::error::{Error, ErrorKind, Result};

/// The port where none is said: that of https.
const DEFAULT_PORT: u16 = 443;

/// The longest name of a host (RFC 1035).
const MAX_NAME: usize = 253;

/// The longest label of a name (RFC 1035).
const MAX_LABEL: usize = 63;

/// The longest address, in bytes, with its scheme and port.
const MAX_ADDRESS: usize = "https://".len() + MAX_NAME + ":65535".len();

/// A host, or `*.` and the end of names of hosts, with a port or without.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct HostRule(Box<str>);

impl HostRule {
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`].
    pub(super) fn new(text: &str) -> Result<Self> {
        match rule_flaw(text) {
            None => Ok(Self(text.into())),
            Some(flaw) => Err(Error::new(
                ErrorKind::InvalidInput,
                format!("a rule for hosts {flaw}"),
            )),
        }
    }

    pub(super) fn matches(&self, address: &Address<'_>) -> bool {
        let (host, port) = split(&self.0);
        let is_host = match host.strip_prefix('*') {
            // What stands before the suffix is one label or more, because an address is
            // well-formed.
            Some(suffix) => address.host.len() > suffix.len() && address.host.ends_with(suffix),
            None => address.host == host,
        };
        is_host && port_number(port) == Some(address.port)
    }

    /// Whether it names this very host, in these very bytes.
    pub(super) fn is(&self, host: &str) -> bool {
        *self.0 == *host && !host.starts_with('*')
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The host that a target says, if it is written as one.
pub(super) struct Address<'a> {
    host: &'a str,
    port: u16,
}

impl<'a> Address<'a> {
    /// Reads `host`, `host:port`, or one of them behind `https://`. Everything else is no address:
    /// it is not put right, because what sends the request may read it in another way.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        // Before its bytes are looked at, because each reference of a call asks again.
        if text.len() > MAX_ADDRESS {
            return None;
        }
        let (host, port) = split(text.strip_prefix("https://").unwrap_or(text));
        host_flaw(host).is_none().then_some(Self {
            host,
            port: port_number(port)?,
        })
    }
}

/// Host and port, at the last colon that is not within the brackets of an IPv6 address.
fn split(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    }
}

/// 1 to 65535, written in one way; the default if there is none.
fn port_number(port: Option<&str>) -> Option<u16> {
    let Some(port) = port else {
        return Some(DEFAULT_PORT);
    };
    let number = port.parse().ok().filter(|number: &u16| *number > 0)?;
    (number.to_string() == port).then_some(number)
}

fn rule_flaw(text: &str) -> Option<&'static str> {
    if text == "*" {
        return Some("may not be \"*\": leave the rule out to allow every host");
    }
    if text.contains(['/', '@', '?', '#', '\\']) {
        return Some("is a host alone, with no scheme, user, path or query");
    }
    let (host, port) = split(text);
    let flaw = match host.strip_prefix("*.") {
        Some(suffix) => wildcard_flaw(host, suffix),
        None => host_flaw(host),
    };
    flaw.or_else(|| {
        port_number(port)
            .is_none()
            .then_some("has a port of 1 to 65535 without leading zeros, or none")
    })
}

fn wildcard_flaw(host: &str, suffix: &str) -> Option<&'static str> {
    name_flaw(suffix).or_else(|| match () {
        () if host.len() > MAX_NAME => Some(TOO_LONG),
        () if is_number(suffix) => Some("may not have a \"*\" before an address"),
        () if !suffix.contains('.') => Some(
            "may not be as broad as a top-level domain: name two labels or more behind the \"*.\"",
        ),
        () => None,
    })
}

/// Why a text is neither the name of a host nor an address, each in the one form that it is
/// compared in.
fn host_flaw(host: &str) -> Option<&'static str> {
    if let Some(inner) = host.strip_prefix('[') {
        let inner = inner.strip_suffix(']').unwrap_or_default();
        let is_canonical = inner
            .parse()
            .is_ok_and(|address: Ipv6Addr| address.to_string() == inner);
        return (!is_canonical)
            .then_some("has an IPv6 address in its short form, in brackets and lower case");
    }
    name_flaw(host).or_else(|| {
        let is_canonical = || {
            host.parse()
                .is_ok_and(|address: Ipv4Addr| address.to_string() == host)
        };
        (is_number(host) && !is_canonical())
            .then_some("has an IPv4 address as four decimal numbers without leading zeros")
    })
}

const TOO_LONG: &str = "may have 253 bytes at most, and 63 in a label";

fn name_flaw(name: &str) -> Option<&'static str> {
    let is_known = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
    match name {
        "" => Some("needs a host"),
        _ if !name.is_ascii() => {
            Some("is ASCII: write a name in another script in its \"xn--\" form")
        }
        _ if name.contains('*') => {
            Some("may have a \"*\" only as its first label, before two others or more")
        }
        _ if name.bytes().any(|byte| byte.is_ascii_uppercase()) => Some("is written in lower case"),
        _ if name.contains(':') => {
            Some("has an IPv6 address in its short form, in brackets and lower case")
        }
        _ if !name.bytes().all(is_known) => Some("holds only letters, digits, \"-\" and \".\""),
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

/// Whether URL parsers read the name as an IPv4 address: its last label is a number, be it
/// hexadecimal (WHATWG URL, "ends in a number").
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

    fn matches(rule: &str, host: &str) -> bool {
        let rule = HostRule::new(rule).unwrap();
        Address::read(host).is_some_and(|address| rule.matches(&address))
    }

    #[test]
    fn matches_the_host_it_names() {
        for (rule, host) in [
            ("api.stripe.com", "api.stripe.com"),
            ("localhost", "localhost"),
            ("127.0.0.1", "127.0.0.1"),
            ("[::1]", "[::1]"),
            ("[2001:db8::1]:8443", "[2001:db8::1]:8443"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ] {
            assert!(
                matches(rule, host) && matches(rule, &format!("https://{host}")),
                "{rule} {host}"
            );
            assert!(
                !matches(rule, &format!("{host}x")) && !matches(rule, &format!("x{host}")),
                "{rule} {host}"
            );
            assert!(!matches(rule, &format!("http://{host}")), "{rule} {host}");
        }
    }

    #[test]
    fn a_star_is_one_label_or_more() {
        for host in [
            "a.example.com",
            "a.b.example.com",
            "1.example.com",
            "xn--a.example.com",
        ] {
            assert!(matches("*.example.com", host), "{host}");
        }
        for host in [
            "example.com",
            ".example.com",
            "evilexample.com",
            "a..example.com",
            "*.example.com",
            "-.example.com",
        ] {
            assert!(!matches("*.example.com", host), "{host}");
        }
    }

    #[test]
    fn no_port_is_the_port_of_https() {
        for (rule, host) in [
            ("a.b", "a.b"),
            ("a.b", "a.b:443"),
            ("a.b:443", "a.b"),
            ("a.b:8443", "a.b:8443"),
        ] {
            assert!(matches(rule, host), "{rule} {host}");
            assert!(
                matches(&format!("*.{rule}"), &format!("x.{host}")),
                "{rule} {host}"
            );
        }
        for (rule, host) in [
            ("a.b", "a.b:444"),
            ("a.b", "a.b:0443"),
            ("a.b", "a.b:+443"),
            ("a.b", "a.b:"),
            ("a.b", "a.b:65979"),
            ("a.b:8443", "a.b"),
            ("a.b:8443", "a.b:443"),
            ("a.b:8443", "a.b:8443:8443"),
        ] {
            assert!(
                !matches(rule, host) && !matches(&format!("*.{rule}"), &format!("x.{host}")),
                "{rule} {host}"
            );
        }
    }

    #[test]
    fn says_why_it_is_refused() {
        let message = |rule: &str| HostRule::new(rule).unwrap_err().to_string();
        for (rule, flaw) in [
            (
                "*",
                "may not be \"*\": leave the rule out to allow every host",
            ),
            (
                "https://a.b",
                "is a host alone, with no scheme, user, path or query",
            ),
            (
                "user@a.b",
                "is a host alone, with no scheme, user, path or query",
            ),
            (
                "*.com",
                "may not be as broad as a top-level domain: name two labels or more behind the \"*.\"",
            ),
            (
                "*.com:443",
                "may not be as broad as a top-level domain: name two labels or more behind the \"*.\"",
            ),
            ("*.1.2.3", "may not have a \"*\" before an address"),
            (
                "a.*.example.com",
                "may have a \"*\" only as its first label, before two others or more",
            ),
            (
                "*example.com",
                "may have a \"*\" only as its first label, before two others or more",
            ),
            (
                "*:443",
                "may have a \"*\" only as its first label, before two others or more",
            ),
            ("", "needs a host"),
            ("*.", "needs a host"),
            (":443", "needs a host"),
            (
                "bücher.example",
                "is ASCII: write a name in another script in its \"xn--\" form",
            ),
            ("API.stripe.com", "is written in lower case"),
            ("a_b.example", "holds only letters, digits, \"-\" and \".\""),
            ("a b.example", "holds only letters, digits, \"-\" and \".\""),
            ("a.example.", "may not end with a \".\""),
            ("a..example", "may not have an empty label"),
            (
                "-a.example",
                "may not have a label that begins or ends with \"-\"",
            ),
            (
                "127.1",
                "has an IPv4 address as four decimal numbers without leading zeros",
            ),
            (
                "0x7f000001",
                "has an IPv4 address as four decimal numbers without leading zeros",
            ),
            (
                "127.0.0.01",
                "has an IPv4 address as four decimal numbers without leading zeros",
            ),
            (
                "::1",
                "has an IPv6 address in its short form, in brackets and lower case",
            ),
            (
                "[0:0:0:0:0:0:0:1]",
                "has an IPv6 address in its short form, in brackets and lower case",
            ),
            (
                "[fe80::1%eth0]",
                "has an IPv6 address in its short form, in brackets and lower case",
            ),
            (
                "a.b:0",
                "has a port of 1 to 65535 without leading zeros, or none",
            ),
            (
                "a.b:65536",
                "has a port of 1 to 65535 without leading zeros, or none",
            ),
            (
                "a.b:080",
                "has a port of 1 to 65535 without leading zeros, or none",
            ),
        ] {
            assert_eq!(message(rule), format!("a rule for hosts {flaw}"), "{rule}");
        }
    }

    #[test]
    fn is_bounded() {
        let name = |labels: usize| vec!["a".repeat(49); labels].join(".");
        let longest = format!("{}.abc", name(5));
        assert_eq!(longest.len(), 253);
        assert!(HostRule::new(&longest).is_ok() && HostRule::new(&format!("{longest}d")).is_err());
        assert!(matches(
            &format!("{longest}:65535"),
            &format!("https://{longest}:65535")
        ));
        let long = format!("https://{longest}d:65535");
        assert!(long.len() > MAX_ADDRESS && Address::read(&long).is_none());
        assert!(
            HostRule::new(&format!("*.{}.a", name(5))).is_ok()
                && HostRule::new(&format!("*.{}.ab", name(5))).is_err()
        );
        assert!(HostRule::new(&"a".repeat(63)).is_ok() && HostRule::new(&"a".repeat(64)).is_err());
    }
}
