//! Values that are parts of a URL already: they stay in their part, and what parses the URL finds
//! them there, byte for byte.
#![allow(clippy::unwrap_used)]

use keyslot::secrecy::ExposeSecret;
use keyslot::template::Engine;
use keyslot::{ErrorKind, Surface, Target, Variables};
use proptest::prelude::*;
use proptest::sample::select;
use url::Url;

fn resolve(surface: Surface, text: &str, value: &str) -> Result<String, ErrorKind> {
    let variables = Variables::new().with("A", value).unwrap();
    let target = Target::tool("test").with_surface(surface);
    let resolved = Engine::new().resolve(&variables, &target, text);
    resolved
        .map(|resolved| resolved.expose_secret().to_string())
        .map_err(|error| {
            assert!(
                value.len() < 3 || !format!("{error} {error:?}").contains(value),
                "{error}"
            );
            assert_eq!(error.name(), Some("A"));
            error.kind()
        })
}

#[test]
fn each_goes_into_its_part_as_it_is() {
    for (surface, text, value, expected) in [
        (
            Surface::Url,
            "https://acct.blob.example/c/b?<<A|query>>",
            "sv=2022-11-02&ss=b&sig=abc%2Bdef%3D",
            "https://acct.blob.example/c/b?sv=2022-11-02&ss=b&sig=abc%2Bdef%3D",
        ),
        (
            Surface::Url,
            "https://hooks.example/services/<<A|trim|path>>?x=1",
            "T000/B000/XXXX\n",
            "https://hooks.example/services/T000/B000/XXXX?x=1",
        ),
        (
            Surface::Url,
            "https://<<A|userinfo>>@git.example/r.git",
            "x-access-token:ghp_%40",
            "https://x-access-token:ghp_%40@git.example/r.git",
        ),
        (Surface::UrlPath, "/v1/<<A|path>>", "a/b", "/v1/a/b"),
        (Surface::UrlQuery, "<<A|query>>", "a=b&c", "a=b&c"),
        (Surface::Form, "x=1&<<A|query>>", "a=b&c", "x=1&a=b&c"),
        // Outside of a URL it is a check alone, and the surface does what it does.
        (Surface::Text, "curl <<A|query>>", "a=b&c", "curl a=b&c"),
        (Surface::Shell, "curl <<A|path>>", "a$b/c", "curl 'a$b/c'"),
        (
            Surface::Url,
            "https://h.example/?k=<<A|query|url>>",
            "a&b",
            "https://h.example/?k=a%26b",
        ),
        (
            Surface::Url,
            "https://h.example/?k=<<A|query|trim>>",
            "a&b",
            "https://h.example/?k=a%26b",
        ),
    ] {
        assert_eq!(
            resolve(surface, text, value).as_deref(),
            Ok(expected),
            "{text}"
        );
    }
}

#[test]
fn another_part_of_a_url_refuses_it() {
    for (surface, text) in [
        (Surface::Url, "https://h.example/<<A|query>>"),
        (Surface::Url, "https://<<A|query>>@h.example/"),
        (Surface::Url, "https://h.example/?<<A|path>>"),
        (Surface::Url, "https://<<A|path>>@h.example/"),
        (Surface::Url, "https://h.example/<<A|userinfo>>"),
        (Surface::Url, "https://h.example/?<<A|userinfo>>"),
        (Surface::Url, "https://<<A|userinfo>>/"),
        (Surface::Url, "https://<<A|path>>/"),
        (Surface::Url, "<<A|path>>"),
        (Surface::Url, "https://h.example/%<<A|path>>"),
        (Surface::Url, "https://h.example/?%4<<A|query>>"),
        (Surface::UrlPath, "<<A|query>>"),
        (Surface::UrlPath, "<<A|userinfo>>"),
        (Surface::UrlQuery, "<<A|path>>"),
        (Surface::Form, "<<A|userinfo>>"),
    ] {
        assert_eq!(
            resolve(surface, text, "abc"),
            Err(ErrorKind::Unencodable),
            "{text}"
        );
    }
}

#[test]
fn what_could_leave_its_part_is_refused() {
    for (text, value) in [
        ("https://h.example/?<<A|query>>", "a#b"),
        ("https://h.example/?<<A|query>>", "a b"),
        ("https://h.example/?<<A|query>>", "a%b"),
        ("https://h.example/?<<A|query>>", "?a=b"),
        ("https://h.example/x/<<A|path>>", "../admin"),
        ("https://h.example/x/<<A|path>>", "a/%2e%2e/admin"),
        ("https://h.example/x/<<A|path>>", "a?admin=1"),
        ("https://h.example/x/<<A|path>>", "/evil.example/"),
        ("/<<A|path>>", "/evil.example"),
        ("https://<<A|userinfo>>@h.example/", "u:p@evil.example/"),
        ("https://<<A|userinfo>>@h.example/", "evil.example/"),
        ("https://<<A|userinfo>>@h.example/", "evil.example\\"),
    ] {
        assert_eq!(
            resolve(Surface::Url, text, value),
            Err(ErrorKind::FilterFailed),
            "{value}"
        );
    }
}

/// The parts of a URL besides the one that the value is in.
fn rest(url: &Url, part: &str) -> Vec<Option<String>> {
    let keep = |name: &str, text: &str| (name != part).then(|| text.to_owned());
    vec![
        Some(url.scheme().to_owned()),
        url.host_str().map(str::to_owned),
        url.port().map(|port| port.to_string()),
        keep("path", url.path()),
        keep("query", url.query().unwrap_or_default()),
        keep(
            "userinfo",
            &format!("{}:{}", url.username(), url.password().unwrap_or_default()),
        ),
        url.fragment().map(str::to_owned),
    ]
}

/// A user and a password as they arrive: without escapes, and without a colon that nothing follows.
fn user(text: &str) -> Vec<u8> {
    let mut bytes: Vec<u8> = percent_encoding::percent_decode_str(text).collect();
    while bytes.last() == Some(&b':') {
        bytes.pop();
    }
    bytes
}

proptest! {
    #[test]
    fn parsers_find_it_in_its_part_and_nothing_else_changed(
        part in select(vec!["query", "path", "userinfo"]),
        value in "[a-zA-Z0-9%.:/?#@&=+ ;,'\\\\\t-]{0,12}|(a|\\.|%2[eEfF]|%5c|/|:|%41){0,6}",
    ) {
        let text = match part {
            "query" => "https://user@h.example:8443/x/y?a=1&<<A|query>>&b=2#f",
            "path" => "https://user@h.example:8443/x/<<A|path>>/y?a=1#f",
            _ => "https://<<A|userinfo>>@h.example:8443/x/y?a=1#f",
        };
        let harmless = Url::parse(&resolve(Surface::Url, text, "abc").unwrap()).unwrap();
        match resolve(Surface::Url, text, &value) {
            Ok(url) => {
                prop_assert_eq!(&url, &text.replace(&format!("<<A|{part}>>"), &value));
                let parsed = Url::parse(&url).unwrap();
                prop_assert_eq!(rest(&parsed, part), rest(&harmless, part));
                let found = match part {
                    "query" => parsed.query().unwrap().to_owned(),
                    "path" => parsed.path().to_owned(),
                    _ => format!("{}:{}", parsed.username(), parsed.password().unwrap_or_default()),
                };
                let (before, after) = match part {
                    "query" => ("a=1&", "&b=2"),
                    "path" => ("/x/", "/y"),
                    _ => ("", ""),
                };
                // The WHATWG URL Standard writes some characters of a user as escapes.
                let is_found = found == format!("{before}{value}{after}")
                    || (part == "userinfo" && user(&found) == user(&value));
                prop_assert!(is_found, "{} {}", found, value);
            }
            Err(kind) => prop_assert_eq!(kind, ErrorKind::FilterFailed),
        }
    }
}
