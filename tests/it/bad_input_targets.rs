//! Actors and hosts that must be refused or matched by nothing, and their near twins that must not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice
)]

use std::cell::Cell;

use keyslot::secrecy::ExposeSecret as _;
use keyslot::template::{Engine, Grants};
use keyslot::{
    AccessRules, Actor, Error, ErrorKind, Reference, ResolveExt as _, Resolver as _, RunSecrets,
    Surface, Target,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use regex::Regex;
use url::Url;

use crate::no_echo::{
    assert_refused_unseen, assert_scanner_finds_planted_echoes, assert_shows_nothing_of,
};

type Way = fn(&str) -> Result<Actor, Error>;

fn refuse_actor(name: &str) {
    let ways: [Way; 3] = [
        |name| Actor::new(name),
        |name| name.parse(),
        |name| Actor::try_from(name.to_owned()),
    ];
    for way in ways {
        assert_refused_unseen(name, |name| {
            way(name)
                .map(drop)
                .inspect_err(|error| assert_eq!(error.kind(), ErrorKind::InvalidInput))
        });
    }
    assert_refused_unseen(name, |name| {
        serde_json::from_str::<Actor>(&serde_json::to_string(name).unwrap()).map(drop)
    });
}

fn accept_actor(name: &str) {
    let actor = Actor::new(name).unwrap_or_else(|error| panic!("{name:?} is an actor: {error}"));
    assert_eq!(
        (actor.as_str(), actor.to_string().as_str()),
        (name, name),
        "an actor is taken as it is"
    );
    let json = serde_json::to_string(&actor).unwrap();
    assert_eq!(
        (json.clone(), serde_json::from_str::<Actor>(&json).unwrap()),
        (serde_json::to_string(name).unwrap(), actor)
    );
}

#[test]
fn bad_input_30_actors_without_a_name_and_those_that_forge_lines() {
    assert_scanner_finds_planted_echoes();
    refuse_actor("");
    for space in [" ", "\t", "\u{a0}", "\u{3000}"] {
        refuse_actor(space);
        for padded in [format!("{space}ada"), format!("ada{space}")] {
            assert_eq!(
                Actor::new(&padded).unwrap_err().kind(),
                ErrorKind::InvalidInput,
                "{padded:?}"
            );
        }
    }
    let hidden = [
        "\0",
        "\n",
        "\r\n",
        "\x1b[2J",
        "\u{7f}",
        "\u{85}",
        "\u{9b}",
        "\u{2028}",
        "\u{2029}",
        "\u{202a}",
        "\u{202e}",
        "\u{2066}",
        "\u{200b}",
        "\u{200d}",
        "\u{200f}",
        "\u{61c}",
        "\u{feff}",
        "\u{e0041}",
    ];
    for hidden in hidden {
        refuse_actor(&format!("user:ada{hidden}2026-01-01 user:bob revoked KEY"));
        let joined = format!("ada{hidden}bob");
        assert_eq!(
            Actor::new(&joined).unwrap_err().kind(),
            ErrorKind::InvalidInput,
            "{hidden:?}"
        );
    }
    refuse_actor(&"Ab1_".repeat(1 << 18));
    assert_eq!(
        Actor::new("x".repeat(129)).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
    for number in ["4929123456789012", "null", "[\"user:ada\"]"] {
        assert_shows_nothing_of(&serde_json::from_str::<Actor>(number).unwrap_err(), number);
    }
    for name in [
        "a",
        "user:ada",
        "service/deploy",
        "Ada Löwe <ada@example.com>",
        "任务",
        &"x".repeat(128),
    ] {
        accept_actor(name);
    }
}

fn bound_to(rule: &str) -> AccessRules {
    AccessRules::new()
        .host(rule)
        .unwrap_or_else(|error| panic!("{rule:?} is a rule: {error}"))
}

/// Returns true if a secret with these rules goes to a target, by the whole way from the rules to
/// the value.
fn goes_to(rules: &AccessRules, target: &Target) -> bool {
    let run = RunSecrets::new()
        .with_rules("KEY", "hunter2-hunter2", rules.clone())
        .unwrap();
    let asked = [Reference::secret("KEY".parse().unwrap())];
    match run.lookup(&asked, target).unwrap().swap_remove(0) {
        Ok(found) => found.expose_secret() == "hunter2-hunter2",
        Err(error) => {
            assert_eq!(
                (error.kind(), error.name()),
                (ErrorKind::Denied, Some("KEY"))
            );
            // Apart from the rules themselves, which the holder of the handle may read.
            let refused = error.clone().for_model();
            if let Some(host) = target.host() {
                assert_shows_nothing_of(&refused, host);
            }
            let listed = error.to_string().replacen(&refused.to_string(), "", 1);
            let own = format!(
                "; allowed: {}",
                rules.hosts().collect::<Vec<_>>().join(", ")
            );
            assert!(listed.is_empty() || listed == own, "{error}");
            assert!(!format!("{error:?}").contains("hunter2"));
            false
        }
    }
}

/// A target at a host, or at a URL if the text has a scheme.
fn to(host: &str) -> Result<Target, Error> {
    let tool = Target::tool("http");
    let target = if host.contains("://") {
        tool.with_url(host)
    } else {
        tool.with_host(host)
    };
    target.inspect_err(|error| {
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{host:?}");
        assert_shows_nothing_of(error, host);
    })
}

/// Returns true if a secret that is bound to a host goes to a target; false if the target is
/// refused.
fn matches(rule: &str, host: &str) -> bool {
    to(host).is_ok_and(|target| goes_to(&bound_to(rule), &target))
}

fn refuse_rule(rule: &str) {
    assert_refused_unseen(rule, |rule| {
        let refused = AccessRules::new().host(rule);
        refused
            .map(drop)
            .inspect_err(|error| assert_eq!(error.kind(), ErrorKind::InvalidInput))
    });
}

#[test]
fn bad_input_86_hosts_that_only_look_like_the_one_that_is_bound() {
    for rule in ["api.stripe.com", "*.stripe.com", "api.stripe.com:443"] {
        for host in [
            "api.stripe.com",
            "api.stripe.com:443",
            "https://api.stripe.com",
            "https://api.stripe.com:443",
        ] {
            assert!(matches(rule, host), "{rule} {host}");
        }
        let attacks = [
            "",
            " ",
            ".",
            "*",
            "*.com",
            "stripe.com",
            "com",
            "*.stripe.com",
            "api.stripe.com.evil.net",
            "evilapi.stripe.com.net",
            "api.stripe.com@evil.net",
            "evil.net@api.stripe.com",
            "api.stripe.com:443@evil.net",
            "api.stripe.com:x@evil.net",
            "evil.net/api.stripe.com",
            "evil.net/.stripe.com",
            "evil.net#.stripe.com",
            "evil.net?.stripe.com",
            "evil.net\\.stripe.com",
            "evil.net%2f.stripe.com",
            "evil.net:80/.stripe.com",
            "evil.net\0.stripe.com",
            "evil.net\n.stripe.com",
            "evil.net\t.stripe.com",
            "evil.net api.stripe.com",
            "api.stripe.com evil.net",
            "api.stripe.com,evil.net",
            " api.stripe.com",
            "api.stripe.com\n",
            "api.stripe.com.",
            "api.stripe.com.:443",
            "api..stripe.com",
            ".api.stripe.com",
            "API.STRIPE.COM",
            "api.Stripe.com",
            "api.stripe.com:444",
            "api.stripe.com:80",
            "api.stripe.com:",
            "api.stripe.com:0443",
            "api.stripe.com:+443",
            "api.stripe.com:443:443",
            "api.stripe.com:65979",
            "evilstripe.com",
            "evil-stripe.com",
            "-.stripe.com",
            "a-.stripe.com",
            "a_b.stripe.com",
            "%61pi.stripe.com",
            "api%2estripe.com",
            "api\u{3002}stripe.com",
            "api.stripe\u{ff0e}com",
            "аpi.stripe.com",
            "api.ѕtripe.com",
            "api.xn--tripe-o9e.com",
            "ａpi.stripe.com",
            "api.stripe.com\u{200b}",
            "api\u{ad}.stripe.com",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "127.1",
            "127.0.0.1",
            "0x7f000001",
            "2130706433",
        ];
        for host in attacks {
            assert!(!matches(rule, host), "{rule} {host:?}");
            assert!(
                !matches(rule, &format!("https://{host}")),
                "{rule} https://{host:?}"
            );
        }
    }
    // A name below the suffix is what a star is for, and of an exact rule another host.
    assert!(
        matches("*.stripe.com", "evil-api.stripe.com")
            && !matches("api.stripe.com", "evil-api.stripe.com")
    );
    assert!(
        matches("*.stripe.com", "a.b.stripe.com") && !matches("api.stripe.com", "a.api.stripe.com")
    );
    assert!(
        !goes_to(&bound_to("api.stripe.com"), &Target::tool("api.stripe.com")),
        "a tool is no host"
    );
}

#[test]
fn behind_the_host_of_a_url_may_stand_what_a_host_alone_may_not_have() {
    for path in ["/", "/v1", "?x", "#x", "/@evil.net", "?@evil.net"] {
        let host = format!("api.stripe.com{path}");
        assert!(to(&host).is_err(), "{host}");
        assert!(
            matches("api.stripe.com", &format!("https://{host}")),
            "{host}"
        );
    }
}

#[test]
fn bad_input_86_addresses_have_one_form() {
    for (rule, host) in [
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]:8443", "[::1]:8443"),
        ("[2001:db8::1]", "[2001:db8::1]:443"),
    ] {
        assert!(matches(rule, host), "{rule} {host}");
    }
    for host in [
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "127.0.0.01",
        "127.0.0.1.",
        "[::1]",
    ] {
        assert!(!matches("127.0.0.1", host), "{host}");
    }
    for host in [
        "::1",
        "[0:0:0:0:0:0:0:1]",
        "[::01]",
        "[::1%25lo]",
        "[::1",
        "[::1]x",
        "[[::1]]",
        "[::ffff:0.0.0.1]",
        "[]",
        "localhost",
    ] {
        assert!(!matches("[::1]", host), "{host}");
    }
    assert!(
        !matches("[2001:db8::a]", "[2001:DB8::A]") && matches("[2001:db8::a]", "[2001:db8::a]")
    );
}

#[test]
fn bad_input_86_bindings_that_are_too_broad_or_in_another_form() {
    assert_scanner_finds_planted_echoes();
    for rule in [
        "",
        "*",
        "**",
        "*.",
        "*:443",
        "*.com",
        "*.com:443",
        "*.localhost",
        "*.*",
        "*.*.com",
        "a.*.com",
        "a*.example.com",
        "*example.com",
        "example.*",
        "*.example.*",
        "*.example.com.",
        "*..com",
        "*.-a.com",
        "*.127.0.0.1",
        "*.0.0.1",
        "*.a.1",
        "*.a.0x1",
        "*.[::1]",
        "[*]",
        "api.stripe.com.",
        ".stripe.com",
        "API.stripe.com",
        "api.stripe.com:",
        "api.stripe.com:0",
        "api.stripe.com:0443",
        "api.stripe.com:65536",
        "api.stripe.com:https",
        "api.stripe.com:443:443",
        "https://api.stripe.com",
        "//api.stripe.com",
        "api.stripe.com/",
        "api.stripe.com/v1",
        "user@api.stripe.com",
        "api.stripe.com?x",
        "api.stripe.com#x",
        "api.stripe.com\\x",
        "api.stripe.com\n",
        " api.stripe.com",
        "a b.example",
        "a_b.example.com",
        "-a.example.com",
        "a-.example.com",
        "api%2estripe.com",
        "bücher.example",
        "аpi.stripe.com",
        "api\u{3002}stripe.com",
        "127.1",
        "1",
        "0x7f000001",
        "0x",
        "0177.0.0.1",
        "256.0.0.1",
        "127.0.0.1.",
        "a.1",
        "a.0xf",
        "::1",
        "[::1",
        "[::1]x",
        "[0::1]",
        "[::A]",
        "[fe80::1%1]",
        "[]",
        "[127.0.0.1]",
    ] {
        refuse_rule(rule);
    }
    for rule in [
        "localhost",
        "localhost:8080",
        "*.example.com",
        "*.co.uk",
        "a.b",
        "0a.example",
        "1.example.com",
        "0x1.example",
        "a.0xg",
        "xn--bcher-kva.example",
        "10.0.0.7",
        "10.0.0.7:65535",
        "[::]",
        "[2001:db8::1]:1",
    ] {
        assert_eq!(
            bound_to(rule).hosts().collect::<Vec<_>>(),
            [rule],
            "a rule is taken as it is"
        );
    }
}

#[test]
fn bad_input_87_no_scheme_but_https() {
    for (rule, host) in [
        ("api.stripe.com", "api.stripe.com"),
        ("*.stripe.com", "api.stripe.com"),
        ("a.b:8080", "a.b:8080"),
    ] {
        assert!(
            matches(rule, host) && matches(rule, &format!("https://{host}")),
            "{rule}"
        );
        let schemes = [
            "http://",
            "HTTP://",
            "HTTPS://",
            "https:/",
            "https:",
            "//",
            "ws://",
            "ftp://",
            "file://",
            "javascript:",
            "https:\\\\",
        ];
        for scheme in schemes.into_iter().chain([
            "https://https://",
            " https://",
            "https:// ",
            "https://user@",
            "https:///",
            "h\nttps://",
        ]) {
            assert!(
                !matches(rule, &format!("{scheme}{host}")),
                "{rule} {scheme}"
            );
        }
    }
    // The port of http is another port, whether the scheme is said or not.
    for host in [
        "http://api.stripe.com:443",
        "http://api.stripe.com:80",
        "api.stripe.com:80",
    ] {
        assert!(!matches("api.stripe.com", host), "{host}");
    }
}

/// A rule written a second time, as a regular expression; `None` for text that is no rule. Without
/// IPv6.
fn reference_matcher(rule: &str) -> Option<Regex> {
    let form = |pattern: &str| Regex::new(&format!(r"\A(?:{pattern})\z")).unwrap();
    let label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
    let port = "[1-9][0-9]{0,4}";
    let parts = form(&format!(r"(\*\.)?((?:{label}\.)*({label}))(?::({port}))?")).captures(rule)?;
    let part = |at: usize| parts.get(at).map(|part| part.as_str());
    let (star, name, last) = (part(1).is_some(), part(2)?, part(3)?);
    let byte = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    let is_address = form(&format!(r"(?:{byte}\.){{3}}{byte}")).is_match(name);
    let ends_in_number = form("[0-9]+|0x[0-9a-f]*").is_match(last);
    if ends_in_number && (star || !is_address) || star && name == last {
        return None;
    }
    let port = match part(4) {
        None | Some("443") => "(?::443)?".to_owned(),
        Some(port) if port.parse::<u32>().unwrap() < 65536 => format!(":{port}"),
        Some(_) => return None,
    };
    let below = if star {
        format!(r"(?:{label}\.)+")
    } else {
        String::new()
    };
    Some(form(&format!(
        r"(?:{below}{name}{port}|https://{below}{name}{port}[/#?]?)",
        name = regex::escape(name)
    )))
}

fn label() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        8 => prop::sample::select(vec!["a", "b", "api", "x-1", "com"]),
        2 => prop::sample::select(vec!["1", "10", "255", "0", "0x1", "0xg", "xn--a", "a1"]),
        1 => prop::sample::select(vec!["", "-a", "a-", "A", "a_b", "*", "01", "256", "é", "0x"]),
    ]
}

fn port() -> impl Strategy<Value = &'static str> {
    const SOME: [&str; 8] = [
        ":443", ":8443", ":80", ":0", ":", ":0443", ":65535", ":65536",
    ];
    prop_oneof![6 => Just(""), 1 => prop::sample::select(&SOME[..])]
}

fn rule() -> impl Strategy<Value = String> {
    let star = prop_oneof![3 => Just(""), 3 => Just("*."), 1 => Just("*")];
    let labels = prop_oneof![
        9 => prop::collection::vec(label(), 1..5),
        1 => Just(vec!["10", "0", "255", "1"]),
    ];
    (star, labels, port())
        .prop_map(|(star, labels, port)| format!("{star}{}{port}", labels.join(".")))
}

/// Hosts near a rule: what stands for its star, then what an attacker would put around it.
fn rule_and_host() -> impl Strategy<Value = (String, String)> {
    let star = prop_oneof![
        4 => label().prop_map(|label| format!("{label}.")),
        2 => (label(), label()).prop_map(|(a, b)| format!("{a}.{b}.")),
        1 => prop::sample::select(vec!["", "evil"]).prop_map(str::to_owned),
    ];
    let before = prop_oneof![
        6 => Just(""),
        3 => Just("https://"),
        2 => prop::sample::select(vec![
            "http://", "evil", "evil.", "evil@", "evil/", "evil#", ".", "//", "\t", "evil\\",
            "evil?", "evil:80/",
        ]),
    ];
    let after = prop_oneof![
        6 => Just(""),
        3 => prop::sample::select(vec![":443", ":8443"]),
        2 => prop::sample::select(vec![
            ".", "/", ":444", ".evil", "@evil", ":443@evil", "#", "?", "\n", "%2e", "x", ":0443",
        ]),
    ];
    (rule(), star, before, after).prop_map(|(rule, star, before, after)| {
        let host = format!("{before}{}{after}", rule.replacen("*.", &star, 1));
        (rule, host)
    })
}

/// Runs a property, and asserts that it met both verdicts often enough to mean something.
fn check_both_verdicts<S: Strategy>(
    strategy: &S,
    property: impl Fn(S::Value) -> Result<bool, TestCaseError>,
) {
    let (yes, no) = (Cell::new(0), Cell::new(0));
    let config = Config {
        cases: 3000,
        failure_persistence: None,
        ..Config::default()
    };
    let count = |value| {
        let verdict = if property(value)? { &yes } else { &no };
        verdict.set(verdict.get() + 1);
        Ok(())
    };
    TestRunner::new(config).run(strategy, count).unwrap();
    assert!(
        yes.get() >= 100 && no.get() >= 100,
        "{} yes, {} no",
        yes.get(),
        no.get()
    );
}

#[test]
fn rules_are_taken_and_refused_as_the_reference_says() {
    check_both_verdicts(&rule(), |rule| {
        let taken = AccessRules::new().host(&rule).is_ok();
        prop_assert_eq!(taken, reference_matcher(&rule).is_some(), "{}", rule);
        Ok(taken)
    });
}

#[test]
fn hosts_match_as_the_reference_says_and_as_a_url_parser_connects() {
    check_both_verdicts(&rule_and_host(), |(rule, host)| {
        let Some(reference) = reference_matcher(&rule) else {
            return Ok(false);
        };
        let matched = matches(&rule, &host);
        prop_assert_eq!(matched, reference.is_match(&host), "{} {:?}", rule, host);
        let url = if host.starts_with("https://") {
            host
        } else {
            format!("https://{host}")
        };
        if let (true, Ok(url)) = (matched, Url::parse(&url)) {
            let (name, port) = rule.split_once(':').unwrap_or((rule.as_str(), "443"));
            let connects_to = url.host_str().unwrap();
            let is_within = match name.strip_prefix('*') {
                Some(suffix) => connects_to.ends_with(suffix) && connects_to != suffix,
                None => connects_to == name,
            };
            prop_assert!(is_within, "{} {}", rule, connects_to);
            prop_assert_eq!(
                url.port_or_known_default().map(|port| port.to_string()),
                Some(port.to_owned())
            );
        }
        Ok(matched)
    });
}

#[test]
fn what_rules_allow_is_told_to_the_holder_and_to_no_model() {
    let rules = || AccessRules::new().host("api.stripe.com").unwrap();
    let run = RunSecrets::new()
        .with_rules("HOST", "hunter2-hunter2", rules())
        .unwrap()
        .with_rules("PLACE", "hunter2-hunter2", rules().surface(Surface::Header))
        .unwrap();
    let elsewhere = Target::tool("http").with_host("evil.example").unwrap();
    let on_text = Target::tool("http").with_host("api.stripe.com").unwrap();
    let grants = Grants::new().name("HOST").unwrap().name("PLACE").unwrap();
    for (target, text, refused, allowed) in [
        (
            &elsewhere,
            "<<HOST>>",
            "secret HOST may not go to this host",
            "; allowed: api.stripe.com",
        ),
        (
            &on_text,
            "<<PLACE>>",
            "secret PLACE may not stand on this surface",
            "; allowed: header",
        ),
    ] {
        let told = run.resolve_for(target, text).unwrap_err();
        let expected = format!("{refused}{allowed} (line 1, column 1)");
        assert_eq!(told.to_string(), expected);
        assert!(told.diagram(text).unwrap().contains(allowed));
        let expected = format!("{refused} (line 1, column 1)");
        let error = Engine::new().resolve_model_args(&run, target, text, &grants);
        let untold = error.map(drop).unwrap_err();
        for untold in [untold, told.for_model()] {
            assert_eq!(untold.to_string(), expected);
            let shown = format!("{untold:?} {}", untold.diagram(text).unwrap());
            assert!(!shown.contains("allowed"), "{shown}");
        }
    }
    // Those of all failures of a call.
    let error = run
        .resolve_for(&elsewhere, "<<HOST>> <<PLACE>>")
        .unwrap_err();
    assert!(
        error
            .all()
            .all(|one| one.to_string().contains("; allowed: "))
    );
    let error = error.for_model();
    assert_eq!(error.count(), 2);
    assert!(!error.all().any(|one| one.to_string().contains("allowed")));
}
