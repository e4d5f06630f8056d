//! URLs of targets: whatever is taken, a URL parser reads in the same way; hostile spellings are
//! refused, and their near twins are not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice
)]

use std::cell::Cell;

use keyslot::{ErrorKind, Target};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use url::{Host, Url};

use crate::no_echo::{assert_refused_unseen, assert_scanner_finds_planted_echoes};

fn take(url: &str) -> Target {
    Target::tool("http")
        .with_url(url)
        .unwrap_or_else(|error| panic!("{url:?} is a URL: {error}"))
}

fn refuse(url: &str) {
    assert_refused_unseen(url, |url| {
        let refused = Target::tool("http").with_url(url);
        refused
            .map(drop)
            .inspect_err(|error| assert_eq!(error.kind(), ErrorKind::InvalidInput, "{url:?}"))
    });
}

fn refuse_host(host: &str) {
    assert_refused_unseen(host, |host| {
        let refused = Target::tool("http").with_host(host);
        refused
            .map(drop)
            .inspect_err(|error| assert_eq!(error.kind(), ErrorKind::InvalidInput, "{host:?}"))
    });
}

/// Compares what a target keeps with what the crate `url` reads. `None` if that crate refuses it.
fn compare(url: &str, target: &Target) -> Option<()> {
    let read = Url::parse(url).ok()?;
    let same_host = match read.host().unwrap() {
        // Two spellings of one address are in use for IPv4 within IPv6.
        Host::Ipv6(address) => {
            let inner = target.host().unwrap().trim_matches(['[', ']']);
            inner.parse() == Ok(address)
        }
        host => target.host() == Some(host.to_string().as_str()),
    };
    assert!(same_host, "{url:?}");
    assert_eq!(target.scheme(), Some(read.scheme()), "{url:?}");
    assert_eq!(target.port(), read.port_or_known_default(), "{url:?}");
    assert_eq!(target.path(), Some(read.path()), "{url:?}");
    Some(())
}

#[test]
fn keeps_what_a_url_parser_reads() {
    for url in [
        "https://api.stripe.com",
        "https://api.stripe.com/",
        "https://api.stripe.com/v1/charges",
        "https://api.stripe.com:443/v1",
        "https://api.stripe.com:8443/v1/",
        "http://localhost:8080/a//b",
        "http://localhost:80",
        "https://10.0.0.7/x",
        "https://[::1]:8443/x",
        "https://[2001:db8::1]/x",
        "https://[::ffff:10.0.0.7]/x",
        "https://xn--bcher-kva.example/x",
        "https://a.b/%2Fgroup%2fproject/%c3%A9",
        "https://a.b/-._~!$&'()*+,;=:@",
        "https://a.b/.../.x/x./..x",
        "https://a.b?q=1",
        "https://a.b/x?q=<{}>|^`\"'[]/../@",
        "https://a.b#f",
        "https://a.b/x#f?/../@",
    ] {
        compare(url, &take(url)).unwrap_or_else(|| panic!("{url}"));
    }
}

#[test]
fn bad_input_86_urls_that_two_parsers_may_read_differently() {
    assert_scanner_finds_planted_echoes();
    for url in [
        "",
        "api.stripe.com",
        "//api.stripe.com",
        "/v1",
        "https:api.stripe.com",
        "https:/api.stripe.com",
        "https:///api.stripe.com",
        "HTTPS://api.stripe.com",
        "Https://api.stripe.com",
        "ftp://api.stripe.com",
        "ws://api.stripe.com",
        "file:///etc/passwd",
        "javascript:alert(1)",
        " https://api.stripe.com",
        "https://api.stripe.com ",
        "https://api.stripe.com\n",
        "\u{feff}https://api.stripe.com",
        "ht\ntps://api.stripe.com",
        "https://user@api.stripe.com",
        "https://ada:hunter2@api.stripe.com",
        "https://api.stripe.com@evil.example",
        "https://api.stripe.com:443@evil.example",
        "https://api.stripe.com%40evil.example",
        "https://@api.stripe.com",
        "https:\\\\api.stripe.com",
        "https://evil.example\\.stripe.com",
        "https://evil.example\\@api.stripe.com",
        "https://api.stripe.com\\v1",
        "https://api.stripe.com/v1\\..\\x",
        "https://api.\tstripe.com",
        "https://api.stripe.com/v\t1",
        "https://api.stripe.com/v 1",
        "https://api.stripe.com\0",
        "https://API.stripe.com",
        "https://api.Stripe.com/v1",
        "https://api.stripe.com./v1",
        "https://api..stripe.com",
        "https://.stripe.com",
        "https://*.stripe.com",
        "https://api_1.stripe.com",
        "https://api%2estripe.com",
        "https://%61pi.stripe.com",
        "https://bücher.example",
        "https://аpi.stripe.com",
        "https://api\u{3002}stripe.com",
        "https://api.stripe\u{ff0e}com",
        "https://api.stripe.com\u{200b}",
        "https://api\u{ad}.stripe.com",
        "https://127.1",
        "https://2130706433",
        "https://0x7f000001",
        "https://0x7f.0.0.1",
        "https://0177.0.0.1",
        "https://127.0.0.01",
        "https://127.0.0.1.",
        "https://256.0.0.1",
        "https://a.0x",
        "https://::1",
        "https://[::1",
        "https://[0::1]",
        "https://[::A]",
        "https://[::1%25lo]",
        "https://[127.0.0.1]",
        "https://api.stripe.com:",
        "https://api.stripe.com:0",
        "https://api.stripe.com:0443",
        "https://api.stripe.com:+443",
        "https://api.stripe.com:65536",
        "https://api.stripe.com:443:443",
        "https://api.stripe.com:https",
        "https://api.stripe.com/.",
        "https://api.stripe.com/..",
        "https://api.stripe.com/v1/../admin",
        "https://api.stripe.com/v1/./admin",
        "https://api.stripe.com/v1/%2e%2e/admin",
        "https://api.stripe.com/v1/.%2E/admin",
        "https://api.stripe.com/v1/%2e/admin",
        "https://api.stripe.com/v1/..?x",
        "https://api.stripe.com/v1/..#x",
        "https://api.stripe.com/<x>",
        "https://api.stripe.com/{x}",
        "https://api.stripe.com/\"x\"",
        "https://api.stripe.com/`x`",
        "https://api.stripe.com/^",
        "https://api.stripe.com/|",
        "https://api.stripe.com/é",
        "https://api.stripe.com/%",
        "https://api.stripe.com/%2",
        "https://api.stripe.com/%zz",
    ] {
        refuse(url);
    }
    refuse(&format!("https://a.b/{}", "Ab1_".repeat(1 << 18)));
    refuse(&format!("https://{}.b", "ab1-".repeat(1 << 10)));
}

#[test]
fn bad_input_86_hosts_of_targets_have_one_form() {
    for host in [
        "",
        " ",
        ".",
        "*",
        ":443",
        "https://api.stripe.com",
        "http://api.stripe.com",
        "//api.stripe.com",
        "api.stripe.com/",
        "api.stripe.com/v1",
        "user@api.stripe.com",
        "api.stripe.com?x",
        "api.stripe.com#x",
        "api.stripe.com\\x",
        "*.stripe.com",
        "API.stripe.com",
        "api.stripe.com.",
        "api.stripe.com\n",
        "api\tstripe.com",
        "api%2estripe.com",
        "bücher.example",
        "127.1",
        "0x7f000001",
        "::1",
        "[::A]",
        "api.stripe.com:",
        "api.stripe.com:0",
        "api.stripe.com:0443",
    ] {
        refuse_host(host);
    }
    let error = Target::tool("x")
        .with_host("https://a.example")
        .unwrap_err();
    assert!(error.to_string().contains("with_url"), "{error}");
    for (host, name, port) in [
        ("api.stripe.com", "api.stripe.com", 443),
        ("localhost:8080", "localhost", 8080),
        ("10.0.0.7", "10.0.0.7", 443),
        ("[::1]:1", "[::1]", 1),
    ] {
        let target = Target::tool("x").with_host(host).unwrap();
        assert_eq!((target.host(), target.port()), (Some(name), Some(port)));
        assert_eq!((target.scheme(), target.path()), (None, None));
    }
}

#[test]
fn the_last_address_replaces_the_one_before() {
    let target = Target::tool("x").with_url("http://a.example/x").unwrap();
    let other = target.clone().with_host("b.example").unwrap();
    assert_eq!(other, Target::tool("x").with_host("b.example").unwrap());
    assert_eq!((other.scheme(), other.path()), (None, None));
    let again = other.with_url("http://a.example/x").unwrap();
    assert_eq!(again, target);
}

fn piece(
    usual: &'static [&'static str],
    hostile: &'static [&'static str],
) -> BoxedStrategy<String> {
    prop_oneof![
        9 => prop::sample::select(usual),
        1 => prop::sample::select(hostile),
    ]
    .prop_map(str::to_owned)
    .boxed()
}

fn any_url() -> impl Strategy<Value = String> {
    let scheme = piece(
        &["https://", "http://"],
        &[
            "",
            "HTTPS://",
            "https:",
            "https:/",
            "https:///",
            "ws://",
            "https:\\\\",
            "\thttps://",
        ],
    );
    let label = || {
        piece(
            &["a", "api", "x-1", "com", "xn--bcher-kva", "a1"],
            &[
                "", "A", "1", "0x1", "0xg", "01", "-a", "a_b", "é", "%61", "xn--a", "*", "\t",
                "ab--c",
            ],
        )
    };
    let name = prop_oneof![
        8 => prop::collection::vec(label(), 1..4).prop_map(|labels| labels.join(".")),
        1 => prop::sample::select(vec![
            "10.0.0.7", "127.0.0.1", "[::1]", "[2001:db8::a]", "[::ffff:1.2.3.4]",
        ])
        .prop_map(str::to_owned),
        1 => prop::sample::select(vec![
            "127.1", "0x7f.1", "[::01]", "[1:0:0:2:0:0:0:3]", "017.0.0.1", "[::A]",
        ])
        .prop_map(str::to_owned),
    ];
    let around = piece(
        &["", "", ""],
        &[
            "user@",
            "user:x@",
            "evil.net\\",
            "evil.net/",
            "@",
            "evil.net#@",
        ],
    );
    let port = piece(
        &["", "", ":443", ":80", ":8443"],
        &[":", ":0443", ":0", ":65536", ":x", ":443@evil.net"],
    );
    let segment = || {
        piece(
            &[
                "v1",
                "x.y",
                "...",
                "%2F",
                "%c3%A9",
                "a:b@c",
                "~!$&'()*+,;=",
                "",
                ".x",
            ],
            &[
                ".", "..", "%2e", ".%2E", "%2e%2e", "a b", "<x>", "{x}", "\"", "`", "^", "|", "%",
                "%4", "%zz", "é", "\\", "\n", "[", "]",
            ],
        )
    };
    let path = prop::collection::vec(segment(), 0..4)
        .prop_map(|segments| [&[String::new()][..], &segments].concat().join("/"));
    let tail = piece(
        &["", "", "?q=1", "?/../", "#f", "?x#/../"],
        &["?\t", "? ", "#é", "?\\"],
    );
    (scheme, around, name, port, path, tail).prop_map(|(scheme, around, name, port, path, tail)| {
        format!("{scheme}{around}{name}{port}{path}{tail}")
    })
}

/// Returns true if a host has a label that claims to be in another script: the crate `url` refuses
/// those that do not decode, so nobody connects there.
fn has_punycode(target: &Target) -> bool {
    target
        .host()
        .unwrap()
        .split('.')
        .any(|label| label.starts_with("xn--"))
}

#[test]
fn what_is_taken_is_read_alike_by_a_url_parser() {
    let (taken, refused, by_both) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let config = Config {
        cases: 5000,
        failure_persistence: None,
        ..Config::default()
    };
    let property = |url: String| {
        let Ok(target) = Target::tool("http").with_url(&url) else {
            refused.set(refused.get() + 1);
            return Ok(());
        };
        taken.set(taken.get() + 1);
        match compare(&url, &target) {
            Some(()) => by_both.set(by_both.get() + 1),
            None => prop_assert!(has_punycode(&target), "{:?}", url),
        }
        Ok(())
    };
    TestRunner::new(config).run(&any_url(), property).unwrap();
    assert!(
        taken.get() >= 500 && refused.get() >= 500 && by_both.get() >= 500,
        "{} taken, {} refused, {} by both",
        taken.get(),
        refused.get(),
        by_both.get()
    );
}

/// Every ASCII character at every place of URLs, put in and put in place of another.
#[test]
fn one_character_makes_no_url_that_is_read_differently() {
    let (mut taken, mut refused) = (0, 0);
    for url in [
        "https://api.xn--bcher-kva.example:8443/v1/%2e-/x?q=1#f",
        "http://[2001:db8::1]:80/a//b",
        "https://10.0.0.7/../x",
        "https://[::ffff:10.0.0.7]",
        "https://a.0x1/.%2",
    ] {
        for (at, byte) in (0..=url.len()).flat_map(|at| (0..128_u8).map(move |byte| (at, byte))) {
            for cut in [0, 1] {
                let Some(rest) = url.get(at + cut..) else {
                    continue;
                };
                let text = format!("{}{}{rest}", &url[..at], char::from(byte));
                let Ok(target) = Target::tool("http").with_url(&text) else {
                    refused += 1;
                    continue;
                };
                taken += 1;
                let read = compare(&text, &target);
                assert!(read.is_some() || has_punycode(&target), "{text:?}");
            }
        }
    }
    assert!(
        taken > 2000 && refused > 2000,
        "{taken} taken, {refused} refused"
    );
}

proptest! {
    #![proptest_config(Config { cases: 2000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn any_text_is_refused_or_read_alike(
        text in "(https://|http://)?[a-z0-9.:/%@?#\\\\\\[\\]\\-A-Z é\t]{0,40}",
    ) {
        if let Ok(target) = Target::tool("http").with_url(&text) {
            prop_assert!(compare(&text, &target).is_some() || has_punycode(&target), "{:?}", text);
        }
    }
}
