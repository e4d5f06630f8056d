//! Rules about hosts.

use serde::Serialize;

use crate::error::{Error, ErrorKind, Result};
use crate::target::{DEFAULT_PORT, Flaw, Host, host_flaw, port_number, split_port, suffix_flaw};

/// A host, or `*.` and the end of names of hosts, with a port or without.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct HostRule {
    text: Box<str>,
    /// Bytes of the text before the port.
    name_len: usize,
    port: u16,
}

impl HostRule {
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`].
    pub(super) fn new(text: &str) -> Result<Self> {
        let (name, port) = parse(text).map_err(|flaw| {
            Error::new(ErrorKind::InvalidInput, format!("a rule for hosts {flaw}"))
        })?;
        Ok(Self {
            text: text.into(),
            name_len: name.len(),
            port,
        })
    }

    pub(super) fn matches(&self, host: &Host) -> bool {
        let name = self.text.get(..self.name_len).unwrap_or_default();
        let is_host = match name.strip_prefix('*') {
            // At least one label stands before the suffix, because a host is well-formed.
            Some(suffix) => host.name().len() > suffix.len() && host.name().ends_with(suffix),
            None => host.name() == name,
        };
        is_host && host.port() == self.port
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }
}

impl Serialize for HostRule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// Splits a rule into its name, which may begin with `*.`, and its port.
fn parse(text: &str) -> Result<(&str, u16), Flaw> {
    if text == "*" {
        return Err("may not be \"*\": leave the rule out to allow every host");
    }
    if text.contains(['/', '@', '?', '#', '\\']) {
        return Err("must be a host alone, without scheme, user, path or query");
    }
    let (name, port) = split_port(text);
    let (suffix, is_wildcard) = match name.strip_prefix("*.") {
        Some(suffix) => (suffix, true),
        None => (name, false),
    };
    if suffix.contains('*') {
        return Err("may have a \"*\" only as its first label, before two others or more");
    }
    let flaw = if is_wildcard {
        suffix_flaw(suffix)
    } else {
        host_flaw(name)
    };
    match flaw {
        Some(flaw) => Err(flaw),
        None => Ok((name, port_number(port, DEFAULT_PORT)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(rule: &str, host: &str) -> bool {
        let rule = HostRule::new(rule).unwrap();
        Host::parse(host, DEFAULT_PORT).is_ok_and(|host| rule.matches(&host))
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
            assert!(matches(rule, host), "{rule} {host}");
            assert!(
                !matches(rule, &format!("{host}x")) && !matches(rule, &format!("x{host}")),
                "{rule} {host}"
            );
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
    #[allow(clippy::too_many_lines)]
    fn says_why_it_is_refused() {
        let message = |rule: &str| HostRule::new(rule).unwrap_err().to_string();
        for (rule, flaw) in [
            (
                "*",
                "may not be \"*\": leave the rule out to allow every host",
            ),
            (
                "https://a.b",
                "must be a host alone, without scheme, user, path or query",
            ),
            (
                "user@a.b",
                "must be a host alone, without scheme, user, path or query",
            ),
            (
                "*.com",
                "may not be as broad as a top-level domain: name two labels or more behind the \
                 \"*.\"",
            ),
            (
                "*.com:443",
                "may not be as broad as a top-level domain: name two labels or more behind the \
                 \"*.\"",
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
            ("", "needs the name or address of a host"),
            ("*.", "needs the name or address of a host"),
            (":443", "needs the name or address of a host"),
            (
                "bücher.example",
                "must be ASCII: write a name in another script in its \"xn--\" form",
            ),
            ("API.stripe.com", "must be in lower case"),
            (
                "a_b.example",
                "may hold only letters, digits, \"-\" and \".\" in the name of a host",
            ),
            (
                "a b.example",
                "may hold only letters, digits, \"-\" and \".\" in the name of a host",
            ),
            ("a.example.", "may not end with a \".\""),
            ("a..example", "may not have an empty label"),
            (
                "-a.example",
                "may not have a label that begins or ends with \"-\"",
            ),
            (
                "127.1",
                "must write an IPv4 address as four decimal numbers without leading zeros, as \
                 10.0.0.7",
            ),
            (
                "0x7f000001",
                "must write an IPv4 address as four decimal numbers without leading zeros, as \
                 10.0.0.7",
            ),
            (
                "127.0.0.01",
                "must write an IPv4 address as four decimal numbers without leading zeros, as \
                 10.0.0.7",
            ),
            (
                "::1",
                "must write an IPv6 address in its short form, in brackets and lower case",
            ),
            (
                "[0:0:0:0:0:0:0:1]",
                "must write an IPv6 address in its short form, in brackets and lower case",
            ),
            (
                "[fe80::1%eth0]",
                "must write an IPv6 address in its short form, in brackets and lower case",
            ),
            (
                "a.b:0",
                "must have a port of 1 to 65535 without leading zeros, or none",
            ),
            (
                "a.b:65536",
                "must have a port of 1 to 65535 without leading zeros, or none",
            ),
            (
                "a.b:080",
                "must have a port of 1 to 65535 without leading zeros, or none",
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
            &format!("{longest}:65535")
        ));
        assert!(
            HostRule::new(&format!("*.{}.a", name(5))).is_ok()
                && HostRule::new(&format!("*.{}.ab", name(5))).is_err()
        );
        assert!(HostRule::new(&"a".repeat(63)).is_ok() && HostRule::new(&"a".repeat(64)).is_err());
    }
}
