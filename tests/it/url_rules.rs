//! Rules about a part of a URL, and values that fit on none of the surfaces of their rules.
#![cfg(feature = "vault")]
#![allow(clippy::unwrap_used)]

use keyslot::secrecy::ExposeSecret;
use keyslot::template::Engine;
use keyslot::{AccessRules, ErrorKind, RootKey, ScopedVault, SecretInput, Surface, Target, Vault};

fn project() -> ScopedVault {
    let vault = Vault::in_memory(&RootKey::generate().unwrap()).unwrap();
    vault.scope("acme/billing").unwrap()
}

fn only_on(surfaces: &[Surface]) -> AccessRules {
    surfaces
        .iter()
        .fold(AccessRules::new(), |rules, surface| rules.surface(*surface))
}

#[test]
fn a_rule_about_a_part_of_a_url_holds_in_a_whole_url() {
    let texts = [
        (Some(Surface::UrlPath), "https://h.example/x/<<$secret.K>>"),
        (
            Some(Surface::UrlQuery),
            "https://h.example/x?k=<<$secret.K>>",
        ),
        (
            Some(Surface::UrlQuery),
            "https://h.example/x?k=<<$secret.K>>#f",
        ),
        (None, "https://h.example/x?k=1#<<$secret.K>>"),
        (None, "https://<<$secret.K>>@h.example/x"),
    ];
    let url = Target::tool("t").with_surface(Surface::Url);
    for allowed in [
        Surface::Url,
        Surface::UrlPath,
        Surface::UrlQuery,
        Surface::Form,
    ] {
        let project = project();
        project
            .put("K", SecretInput::new("value").rules(only_on(&[allowed])))
            .unwrap();
        for (part, text) in texts {
            let is_allowed = allowed == Surface::Url || part == Some(allowed);
            let resolved = project.resolve_for(&url, text);
            assert_eq!(resolved.is_ok(), is_allowed, "{allowed:?} {text}");
            let checked = project.check(&url, text);
            assert_eq!(checked.is_ok(), is_allowed, "{allowed:?} {text}");
            match resolved {
                Ok(resolved) => assert!(resolved.expose_secret().contains("value")),
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
                    assert_eq!(error.name(), Some("K"));
                    assert_eq!(checked.unwrap_err().kind(), ErrorKind::Denied);
                }
            }
        }
        // Of two places of one text each counts by itself.
        let both = project.resolve_for(&url, "https://h.example/<<$secret.K>>?<<$secret.K>>");
        assert_eq!(both.is_ok(), allowed == Surface::Url, "{allowed:?}");
    }
}

#[test]
fn a_rule_about_whole_urls_says_nothing_about_parts_alone() {
    let project = project();
    project
        .put(
            "K",
            SecretInput::new("value").rules(only_on(&[Surface::Url])),
        )
        .unwrap();
    for surface in [Surface::UrlPath, Surface::UrlQuery] {
        let target = Target::tool("t").with_surface(surface);
        let error = project.resolve_for(&target, "<<$secret.K>>").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
    }
}

#[test]
fn documents_tell_the_parts_of_their_urls_apart() {
    let project = project();
    let rules = only_on(&[Surface::UrlQuery, Surface::Header]);
    project
        .put("K", SecretInput::new("value").rules(rules))
        .unwrap();
    let surfaces = keyslot::template::Surfaces::mcp();
    let project = project.with_engine(&Engine::new().surfaces(surfaces));
    let document = |url: &str| {
        keyslot::template::Tree::of(&std::collections::BTreeMap::from([("url", url)])).unwrap()
    };
    let target = Target::tool("t");
    let good = document("https://h.example/?k=<<$secret.K>>");
    assert!(project.resolve_for(&target, &good).is_ok());
    let bad = document("https://h.example/<<$secret.K>>");
    let error = project.resolve_for(&target, &bad).unwrap_err();
    assert_eq!(
        (error.kind(), error.pointer()),
        (ErrorKind::Denied, Some("/url"))
    );
}

#[test]
fn a_line_end_too_many_is_told_when_the_value_is_stored() {
    let project = project();
    for surfaces in [&[Surface::Header][..], &[Surface::Header, Surface::Env][..]] {
        let put = |value: &str| {
            let input = SecretInput::new(value).rules(only_on(surfaces));
            project
                .put("K", input)
                .map(drop)
                .map_err(|error| error.kind())
        };
        let expected = if surfaces.len() == 1 {
            Err(ErrorKind::InvalidValue)
        } else {
            Ok(())
        };
        for value in ["token\n", "\ttoken", "token\r\n"] {
            assert_eq!(put(value), expected, "{value:?} {surfaces:?}");
        }
        // A filter such as base64 may make these fit.
        assert_eq!(put("two\nlines\n"), Ok(()));
        assert_eq!(put("token"), Ok(()));
        assert_eq!(put("token "), Ok(()));
    }
    let input = || SecretInput::new("token\n");
    assert!(project.put("FREE", input()).is_ok());
    assert!(
        project
            .put("URL", input().rules(only_on(&[Surface::UrlQuery])))
            .is_ok()
    );
}

#[test]
fn the_rules_that_are_kept_count_for_the_next_value() {
    let project = project();
    project
        .put(
            "K",
            SecretInput::new("first").rules(only_on(&[Surface::Header])),
        )
        .unwrap();
    let error = project.put("K", "hunter2-second\n").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    assert!(!error.to_string().contains("hunter2"));
    assert_eq!(project.info("K").unwrap().version().unwrap().get(), 1);
    project
        .put("K", SecretInput::new("second\n").trimmed())
        .unwrap();
    assert!(project.matches("K", "second").unwrap());
}

#[test]
fn trimmed_takes_white_space_away_and_nothing_else() {
    let project = project();
    for (value, expected) in [("\r\n a b\t \n", "a b"), ("a", "a"), ("\u{a0}a", "\u{a0}a")] {
        project.put("K", SecretInput::new(value).trimmed()).unwrap();
        assert!(project.matches("K", expected).unwrap(), "{value:?}");
    }
    let error = project
        .put("K", SecretInput::new(" \n").trimmed())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
}
