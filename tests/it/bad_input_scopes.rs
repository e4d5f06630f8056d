//! Scopes that must be refused, and their near twins that must not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice
)]

use std::collections::BTreeSet;

use keyslot::{Error, ErrorKind, Scope};

use crate::no_echo::{
    assert_refused_unseen, assert_scanner_finds_planted_echoes, assert_shows_nothing_of,
};

fn accept(path: &str) -> Scope {
    let taken = Scope::new(path).unwrap_or_else(|error| panic!("{path:?} is a scope: {error}"));
    assert_eq!(taken.as_str(), path, "a scope is taken as it is");
    assert_eq!(path.parse::<Scope>().unwrap(), taken);
    let json = serde_json::to_string(&taken).unwrap();
    assert_eq!(serde_json::from_str::<Scope>(&json).unwrap(), taken);

    let organization = Scope::organization(taken.tenant()).unwrap();
    let rebuilt = taken
        .segments()
        .skip(1)
        .try_fold(organization, |scope, segment| scope.project(segment));
    assert_eq!(rebuilt.unwrap(), taken);
    assert_eq!(taken.chain().count(), taken.depth());
    assert!(taken.chain().all(|scope| scope.tenant() == taken.tenant()));
    taken
}

type Way = fn(&str) -> Result<Scope, Error>;

/// Refused by every way in, without an echo.
fn refuse(path: &str) {
    assert_scanner_finds_planted_echoes();
    let ways: [Way; 3] = [
        |path| Scope::new(path),
        |path| path.parse(),
        |path| Scope::try_from(path.to_owned()),
    ];
    for way in ways {
        assert_refused_unseen(path, |path| {
            way(path)
                .map(drop)
                .inspect_err(|error| assert_eq!(error.kind(), ErrorKind::InvalidScope))
        });
    }
    assert_refused_unseen(path, |path| {
        serde_json::from_str::<Scope>(&serde_json::to_string(path).unwrap()).map(drop)
    });
}

fn refuse_all<'a>(paths: impl IntoIterator<Item = &'a str>) {
    paths.into_iter().for_each(refuse);
}

/// Refused as one segment, whether the first or a later one.
fn refuse_segment(segment: &str) {
    let acme = Scope::organization("acme").unwrap();
    for refused in [Scope::organization(segment), acme.project(segment)] {
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidScope);
        assert_shows_nothing_of(&error, segment);
    }
}

#[test]
fn bad_input_22_empty_scope_and_empty_segments() {
    refuse_all(["", "/", "acme//billing", "/billing"]);
    refuse_segment("");
    // The form of other products, `kind:id`, is none of ours, whole or halved.
    refuse_all([
        "org:",
        ":x",
        "org:acme",
        "organization:acme/project:billing",
    ]);
    accept("acme");
    accept("acme/billing");
}

#[test]
fn bad_input_23_joins_that_could_mean_two_things() {
    // ("a", "b/c") and ("a/b", "c") would both read a/b/c; as segments neither can be made.
    let a = Scope::organization("a").unwrap();
    assert_eq!(
        a.project("b/c").unwrap_err().kind(),
        ErrorKind::InvalidScope
    );
    assert_eq!(
        Scope::organization("a/b").unwrap_err().kind(),
        ErrorKind::InvalidScope
    );
    refuse_segment("b/c");
    refuse_segment("b:c");
    refuse_all(["a:b/c", "a/b:c", "a\\b", "a\0b", "a|b"]);
    // The one reading that is left.
    assert_eq!(
        accept("a/b/c").segments().collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
}

#[test]
fn bad_input_24_shifted_segments_are_distinct() {
    let shifted = [
        "acme/x", "acm/ex", "ac/me/x", "acmex", "a/cmex", "acme.x", "acme-x", "acme_x",
    ];
    let scopes: BTreeSet<Scope> = shifted.map(accept).into();
    assert_eq!(scopes.len(), shifted.len());
    // What has the beginning of another's text is not below it.
    assert!(
        accept("acme/x")
            .chain()
            .any(|scope| scope == accept("acme"))
    );
    assert!(
        !accept("acme-2/x")
            .chain()
            .any(|scope| scope == accept("acme"))
    );
    assert!(!accept("acme").chain().any(|scope| scope == accept("acm")));
}

#[test]
fn bad_input_25_kinds_do_not_exist() {
    refuse_all(["org:a/org:b", "project:x/org:acme", "org:acme/org:acme"]);
    // A segment may come twice; it is the place that counts, not the word.
    let twice = accept("acme/acme");
    assert_eq!((twice.depth(), twice.tenant()), (2, "acme"));
    assert_ne!(accept("acme/billing"), accept("billing/acme"));
}

#[test]
fn bad_input_26_too_many_and_too_long_segments() {
    let eight = accept("a/b/c/d/e/f/g/h");
    assert_eq!(
        eight.project("i").unwrap_err().kind(),
        ErrorKind::InvalidScope
    );
    refuse("a/b/c/d/e/f/g/h/i");
    refuse("a/b/c/d/e/f/g/h/");

    let long = "Ab1_".repeat(16);
    accept(&long);
    accept(&[long.as_str(); 8].join("/"));
    refuse_segment(&format!("{long}x"));
    refuse(&format!("{long}x"));
    refuse(&format!("acme/{long}x/billing"));

    for huge in [
        "Ab1_".repeat(1 << 18),
        "Ab1_/".repeat(1 << 18),
        "/".repeat(1 << 20),
    ] {
        let error = Scope::new(&huge).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidScope);
        assert!(error.to_string().len() < 200 && format!("{error:#?}").len() < 400);
        assert_shows_nothing_of(&error, &huge[..200]);
    }
}

#[test]
fn bad_input_27_wildcards_and_dots() {
    for segment in [
        "*", "%", "..", ".", "?", "[a]", "acme*", "acme%", "**", "~", "$", "{a,b}", "%2e%2e", "%2F",
    ] {
        refuse_segment(segment);
        refuse(segment);
        refuse(&format!("acme/{segment}"));
        refuse(&format!("{segment}/acme"));
    }
    refuse_all([
        "acme/../other",
        "acme/./billing",
        "org:*",
        "org:%",
        "org:..",
    ]);
    accept("acme/...");
    accept("acme/.hidden");
    accept("acme/a..b");
    accept("-/_");
}

#[test]
fn bad_input_28_slashes_too_many_and_twins_that_differ_in_case() {
    refuse_all([
        "acme/",
        "/acme",
        "//",
        "acme//",
        "acme//billing",
        "acme/billing/",
        "//acme",
        "ORG:acme",
    ]);
    let twins: BTreeSet<Scope> = ["acme", "ACME", "Acme", "acme/Billing", "acme/billing"]
        .map(accept)
        .into();
    assert_eq!(twins.len(), 5, "nothing is folded");
}

#[test]
fn what_is_no_ascii_text_is_refused() {
    refuse_all([
        "acme billing",
        " acme",
        "acme ",
        "acme\n",
        "acme\0",
        "acme\x1b[2J",
        "acme/\u{202e}x",
        "acme\u{200b}",
    ]);
    refuse_all([
        "caf\u{e9}",
        "cafe\u{301}",
        "аcme",
        "\u{212a}",
        "🔑",
        "acme／billing",
        "acme\u{2044}billing",
    ]);
    for number in [
        "4929123456789012",
        "-4929123456789012",
        "49291234.56789012",
        "null",
        "[\"acme\"]",
    ] {
        let error = serde_json::from_str::<Scope>(number).unwrap_err();
        assert_shows_nothing_of(&error, number);
    }
    accept("4929123456789012");
}
