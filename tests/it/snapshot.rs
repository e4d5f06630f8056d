//! One consistent set of versions for a run, and what wins over it.
#![cfg(all(feature = "vault", feature = "json"))]
#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::type_complexity
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use crate::support::counting::Counting;
use crate::support::{memory_vault, root_key};
use keyslot::secrecy::ExposeSecret;
use keyslot::template::ResolveExt;
use keyslot::{
    AccessRules, Chain, ErrorKind, Result, ScopedVault, SecretChange, SecretInput, Snapshot,
    Status, Surface, Target, Variables, Vault, Version,
};

fn snapshot(scope: &ScopedVault, text: &str) -> Snapshot {
    scope.snapshot(&scope.references(text).unwrap()).unwrap()
}

fn get(run: &Snapshot, text: &str) -> Result<String, ErrorKind> {
    run.resolve(text)
        .map(|resolved| resolved.expose_secret().to_string())
        .map_err(|error| error.kind())
}

#[test]
fn versions_stay_until_a_refresh() {
    let vault = memory_vault();
    let (parent, scope) = (
        vault.scope("acme").unwrap(),
        vault.scope("acme/billing").unwrap(),
    );
    parent.put("A", "parent, one").unwrap();
    scope.put("B", "b, one").unwrap();
    scope.put("B", "b, two").unwrap();
    let all = "<<$secret.A>> <<$secret.B>> <<B@1>>";
    let run = snapshot(&scope, all);
    assert_eq!(get(&run, all).unwrap(), "parent, one b, two b, one");
    let clone = run.clone();

    parent.put("A", "parent, two").unwrap();
    scope.put("A", "child").unwrap();
    scope.rollback("B", Version::FIRST).unwrap();
    assert_eq!(get(&run, all).unwrap(), "parent, one b, two b, one");
    let resolved = run.resolve("<<$secret.A>>").unwrap();
    assert_eq!(resolved.used()[0].scope.as_ref().unwrap().as_str(), "acme");
    assert_eq!(resolved.used()[0].version, Some(Version::FIRST));

    run.refresh().unwrap();
    assert_eq!(get(&run, all).unwrap(), "child b, one b, one");
    assert_eq!(
        get(&clone, all).unwrap(),
        "child b, one b, one",
        "clones are the same run"
    );
}

#[test]
fn a_version_that_is_kept_no_longer_is_held_all_the_same() {
    let scope = Vault::builder()
        .kept_versions(1)
        .create(&root_key())
        .unwrap()
        .scope("acme")
        .unwrap();
    scope.put("A", "one").unwrap();
    let run = snapshot(&scope, "<<$secret.A>>");
    scope.put("A", "two").unwrap();
    assert_eq!(
        scope.resolve("<<A@1>>").unwrap_err().kind(),
        ErrorKind::NoSuchVersion
    );
    assert_eq!(
        get(&run, "<<$secret.A>>").unwrap(),
        "one",
        "opened only now"
    );
}

#[test]
fn whatever_takes_a_secret_away_wins() {
    let text = "<<$secret.A>>";
    let cases: [(&str, fn(&ScopedVault, &ScopedVault), ErrorKind); 9] = [
        (
            "revoked",
            |_, scope| assert!(scope.revoke("A").is_ok()),
            ErrorKind::Revoked,
        ),
        (
            "off",
            |_, scope| drop(scope.set_status("A", Status::Inactive).unwrap()),
            ErrorKind::Inactive,
        ),
        (
            "deleted",
            |_, scope| assert!(scope.delete("A").is_ok()),
            ErrorKind::Revoked,
        ),
        (
            "deleted and made anew",
            |_, scope| {
                scope.delete("A").unwrap();
                scope.put("A", "of another life").unwrap();
            },
            ErrorKind::Revoked,
        ),
        (
            "revoked and replaced",
            |_, scope| {
                scope.revoke("A").unwrap();
                scope.replace_revoked("A", "of another life").unwrap();
            },
            ErrorKind::Revoked,
        ),
        (
            "expired",
            |_, scope| {
                let now = scope.info("A").unwrap().created_at;
                scope
                    .update("A", SecretChange::default().expires_at(now))
                    .unwrap();
            },
            ErrorKind::Expired,
        ),
        (
            "bound to a tool",
            |_, scope| {
                let rules = AccessRules::new().tool("stripe").unwrap();
                scope
                    .update("A", SecretChange::default().rules(rules))
                    .unwrap();
            },
            ErrorKind::Denied,
        ),
        (
            "blocked by a nearer tombstone",
            |child, _| {
                child.put("A", "nearer").unwrap();
                child.revoke("A").unwrap();
            },
            ErrorKind::Revoked,
        ),
        (
            "blocked by a nearer one that is off",
            |child, _| drop(child.put("A", SecretInput::new("n").inactive()).unwrap()),
            ErrorKind::Inactive,
        ),
    ];
    for (what, take_away, kind) in cases {
        for opened_before in [false, true] {
            let vault = memory_vault();
            let (scope, child) = (
                vault.scope("acme").unwrap(),
                vault.scope("acme/billing").unwrap(),
            );
            scope.put("A", "value").unwrap();
            let run = snapshot(&child, text);
            if opened_before {
                assert_eq!(get(&run, text).unwrap(), "value");
            }
            take_away(&child, &scope);
            assert_eq!(get(&run, text), Err(kind), "{what}");
        }
    }
}

#[test]
fn what_did_not_resolve_stays_so_until_a_refresh() {
    let scope = memory_vault().scope("acme").unwrap();
    scope
        .put("OFF", SecretInput::new("off").inactive())
        .unwrap();
    scope.put("GONE", "gone").unwrap();
    scope.revoke("GONE").unwrap();
    scope.put("ONE", "one").unwrap();
    let run = snapshot(
        &scope,
        "<<$secret.OFF>> <<$secret.GONE>> <<$secret.NONE>> <<ONE@7>>",
    );
    let kinds = || {
        [
            "<<$secret.OFF>>",
            "<<$secret.GONE>>",
            "<<$secret.NONE>>",
            "<<ONE@7>>",
        ]
        .map(|text| get(&run, text).err())
    };
    let before = [
        ErrorKind::Inactive,
        ErrorKind::Revoked,
        ErrorKind::NotFound,
        ErrorKind::NoSuchVersion,
    ]
    .map(Some);
    assert_eq!(kinds(), before);
    scope.replace_revoked("GONE", "again").unwrap();
    scope.put("NONE", "some").unwrap();
    for number in 2..=7 {
        scope.put("ONE", number.to_string()).unwrap();
    }
    assert_eq!(kinds(), before);
    run.refresh().unwrap();
    assert_eq!(kinds(), [Some(ErrorKind::Inactive), None, None, None]);
    scope.set_status("OFF", Status::Active).unwrap();
    assert_eq!(
        get(&run, "<<$secret.OFF>>").unwrap(),
        "off",
        "a status is not held fast"
    );
}

#[test]
fn only_what_was_asked_for_is_in_it() {
    let scope = memory_vault().scope("acme").unwrap();
    scope.put("A", "value").unwrap();
    scope.put("B", "value").unwrap();
    let run = snapshot(&scope, "<<$secret.A>>");
    assert_eq!(get(&run, "<<$secret.B>>"), Err(ErrorKind::NotFound));
    assert_eq!(
        get(&run, "<<A>>"),
        Err(ErrorKind::NotFound),
        "the form is part of a reference"
    );
    let chain = Chain::new()
        .then(run)
        .then(Variables::new().with("REGION", "eu").unwrap());
    assert_eq!(
        chain
            .resolve("<<$secret.A>> <<REGION>>")
            .unwrap()
            .expose_secret(),
        "value eu"
    );
    assert_eq!(
        snapshot(&scope.with(keyslot::Permissions::READ), "<<$secret.A>>")
            .resolve("<<$secret.A>>")
            .unwrap_err()
            .kind(),
        ErrorKind::NotFound
    );
}

#[test]
fn a_snapshot_has_the_engine_of_its_vault() {
    let engine = keyslot::template::Engine::new().syntax(keyslot::template::Syntax::mustache());
    let scope = Vault::builder()
        .engine(engine)
        .create(&root_key())
        .unwrap()
        .scope("acme")
        .unwrap();
    scope.put("A", "value").unwrap();
    let run = snapshot(&scope, "{{$secret.A}}");
    assert_eq!(
        get(&run, "{{$secret.A}} <<$secret.A>>").unwrap(),
        "value <<$secret.A>>"
    );
    let document = serde_json::json!({ "a": "{{$secret.A}}" });
    assert_eq!(
        run.resolve_json(&document).unwrap().expose_secret()["a"],
        "value"
    );
}

#[test]
fn rules_are_asked_at_each_use() {
    let scope = memory_vault().scope("acme").unwrap();
    let rules = AccessRules::new()
        .host("api.stripe.com")
        .unwrap()
        .surface(Surface::Header);
    scope
        .put("A", SecretInput::new("value").rules(rules))
        .unwrap();
    let run = snapshot(&scope, "<<$secret.A>>");
    let target = |host: &str| {
        Target::tool("stripe")
            .with_host(host)
            .unwrap()
            .with_surface(Surface::Header)
    };
    let kind = |target: &Target| {
        run.resolve_for(target, "Authorization: <<$secret.A>>")
            .map(drop)
            .map_err(|error| error.kind())
    };
    assert_eq!(kind(&target("api.stripe.com")), Ok(()));
    assert_eq!(kind(&target("evil.example")), Err(ErrorKind::Denied));
    assert_eq!(
        kind(&Target::tool("stripe").with_host("api.stripe.com").unwrap()),
        Err(ErrorKind::Denied),
        "another surface"
    );
    assert_eq!(kind(&target("api.stripe.com")), Ok(()));
}

#[test]
fn time_goes_on_in_a_snapshot() {
    let now = Arc::new(AtomicU64::new(1_000));
    let clock = Arc::clone(&now);
    let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
    let vault = Vault::builder()
        .clock(move || at(clock.load(Ordering::SeqCst)))
        .create(&root_key())
        .unwrap();
    let scope = vault.scope("acme").unwrap();
    scope
        .put("A", SecretInput::new("value").expires_at(at(2_000)))
        .unwrap();
    let run = snapshot(&scope, "<<$secret.A>>");
    assert!(get(&run, "<<$secret.A>>").is_ok());
    now.store(2_000, Ordering::SeqCst);
    assert_eq!(get(&run, "<<$secret.A>>"), Err(ErrorKind::Expired));
}

#[test]
fn a_use_asks_for_the_head_only_and_reads_again_after_a_write() {
    let store = Arc::new(Counting::default());
    let vault = Vault::builder()
        .store(Arc::clone(&store))
        .create(&root_key())
        .unwrap();
    let scope = vault.scope("acme/billing").unwrap();
    scope.put("A", "a").unwrap();
    scope.put("B", "b").unwrap();
    let run = snapshot(&scope, "<<$secret.A>> <<$secret.B>>");
    let counts = || {
        (
            store.gets.swap(0, Ordering::SeqCst),
            store.heads.swap(0, Ordering::SeqCst),
        )
    };
    counts();
    for _ in 0..10 {
        assert_eq!(
            get(&run, "<<$secret.A>> <<$secret.B>> <<$secret.A>>").unwrap(),
            "a b a"
        );
    }
    assert_eq!(counts(), (0, 10));
    vault
        .scope("globex")
        .unwrap()
        .put("A", "of another organization")
        .unwrap();
    counts();
    assert!(get(&run, "<<$secret.A>>").is_ok());
    assert_eq!(
        counts(),
        (1, 1),
        "the store knows only that something was committed"
    );
    assert!(get(&run, "<<$secret.A>>").is_ok());
    assert_eq!(counts(), (0, 1), "and nothing since");
    scope.put("C", "c").unwrap();
    counts();
    assert!(get(&run, "<<$secret.A>>").is_ok());
    assert_eq!(counts(), (1, 1), "one read");
    assert!(get(&run, "<<$secret.B>>").is_ok());
    assert_eq!(counts(), (0, 1));
}

#[test]
fn a_nearer_secret_blocks_for_as_long_as_it_cannot_be_used() {
    let now = Arc::new(AtomicU64::new(1_000));
    let clock = Arc::clone(&now);
    let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
    let vault = Vault::builder()
        .clock(move || at(clock.load(Ordering::SeqCst)))
        .create(&root_key())
        .unwrap();
    let (parent, child) = (
        vault.scope("acme").unwrap(),
        vault.scope("acme/billing").unwrap(),
    );
    parent.put("A", "parent").unwrap();
    let run = snapshot(&child, "<<$secret.A>>");
    child
        .put(
            "A",
            SecretInput::new("child")
                .not_before(at(2_000))
                .expires_at(at(3_000)),
        )
        .unwrap();
    // Nothing more is written: only time goes by.
    for (seconds, expected) in [
        (1_000, Err(ErrorKind::NotYetValid)),
        (2_000, Ok("parent".to_owned())),
        (3_000, Err(ErrorKind::Expired)),
    ] {
        now.store(seconds, Ordering::SeqCst);
        assert_eq!(get(&run, "<<$secret.A>>"), expected, "at {seconds}");
    }
}
