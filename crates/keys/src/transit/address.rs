//! Address of a server.

use std::net::IpAddr;

use keyslot::{Error, ErrorKind, Result};
use ureq::http::Uri;

/// The longest address, in bytes.
const LONGEST: usize = 512;

/// The address of a server, which says no more than where it is.
#[derive(Clone, Debug)]
pub(super) struct Address {
    /// Without a slash at the end.
    base: String,
    is_encrypted: bool,
    is_here: bool,
}

impl Address {
    /// Reads `https://host:port`, perhaps with a path.
    pub(super) fn new(text: &str) -> Result<Self> {
        let base = text.strip_suffix('/').unwrap_or(text);
        let uri: Uri = match base.parse() {
            Ok(uri) if text.len() <= LONGEST => uri,
            _ => return Err(refused()),
        };
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(refused());
        };
        let is_plain_path = uri.path().split('/').skip(1).all(|segment| {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            segment.bytes().all(is_plain) && !matches!(segment, "." | "..")
        });
        if !matches!(scheme, "http" | "https")
            || authority.host().is_empty()
            || authority.as_str().contains('@')
            || base.ends_with('/')
            || base.contains(['?', '#'])
            || !is_plain_path
        {
            return Err(refused());
        }
        Ok(Self {
            base: base.to_owned(),
            is_encrypted: scheme == "https",
            is_here: is_here(authority.host()),
        })
    }

    /// The URL of a call.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}/v1/{path}", self.base)
    }

    /// Refuses to send a key in the clear to another machine.
    pub(super) fn check(&self, is_plaintext_allowed: bool) -> Result<()> {
        if self.is_encrypted || self.is_here || is_plaintext_allowed {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::InvalidInput,
            "the address of the transit engine is http and of another machine, so the key would be \
             sent in the clear; use https, or insecure_plaintext where the network is trusted",
        ))
    }
}

/// Returns true if the host is this machine, as far as its name tells.
fn is_here(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

fn refused() -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        "the address of a transit engine is written https://host:port, perhaps with a path, and \
         without a user, a query or a fragment",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_say_where_a_server_is_and_no_more() {
        for good in [
            "https://bao.example.com",
            "https://bao.example.com:8200/",
            "https://10.0.0.7:8200/behind/a-proxy",
            "http://[::1]:8200",
        ] {
            assert!(Address::new(good).is_ok(), "{good}");
        }
        let long = format!("https://{}.example.com", "a".repeat(LONGEST));
        for bad in [
            "",
            "bao.example.com",
            "/v1",
            "ftp://bao.example.com",
            "https://",
            "https://user:password@bao.example.com",
            "https://bao.example.com?token=hvs.1",
            "https://bao.example.com#a",
            "https://bao.example.com/a/../b",
            "https://bao.example.com//",
            "https://bao.example.com/%2e%2e",
            "https://bao example.com",
            "https://bao.example.com\r\nX: 1",
            &long,
        ] {
            let error = Address::new(bad).expect_err(bad);
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{bad}");
        }
        let url = Address::new("https://bao.example.com/").expect("an address");
        assert_eq!(url.url("transit/x"), "https://bao.example.com/v1/transit/x");
    }

    #[test]
    fn plain_text_stays_on_this_machine_unless_it_is_allowed() {
        for (address, is_fine) in [
            ("https://bao.example.com", true),
            ("http://127.0.0.1:8200", true),
            ("http://127.8.8.8:8200", true),
            ("http://[::1]:8200", true),
            ("http://localhost:8200", true),
            ("http://localhost.example.com", false),
            ("http://127.0.0.1.example.com", false),
            ("http://10.0.0.7:8200", false),
            ("http://0.0.0.0:8200", false),
        ] {
            let address = Address::new(address).expect("an address");
            assert_eq!(address.check(false).is_ok(), is_fine, "{address:?}");
            assert!(address.check(true).is_ok(), "{address:?}");
        }
    }
}
