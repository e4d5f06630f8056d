//! Metadata of a secret, its versions, and its way from scope to scope.
#![cfg(all(feature = "vault", feature = "json"))]
#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::type_complexity
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::support::hooked::{Call, Hooked};
use crate::support::rows::rows;
use crate::support::{memory_vault, refusal, root_key, value};
use keyslot::secrecy::ExposeSecret;
use keyslot::store::{Kind, MemoryStore};
use keyslot::{
    AccessRules, Actor, ErrorKind, NamePolicy, OnExisting, SecretChange, SecretInput, SecretName,
    Status, Surface, Target, Vault, Version,
};

fn version(number: u64) -> Version {
    Version::new(number).unwrap()
}

fn numbers(info: &keyslot::SecretInfo) -> Vec<u64> {
    info.versions
        .iter()
        .map(|kept| kept.version.get())
        .collect()
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

#[test]
fn rolling_back_makes_a_new_version() {
    let scope = Vault::builder()
        .kept_versions(3)
        .create(&root_key())
        .unwrap()
        .scope("acme")
        .unwrap();
    for value in ["one", "two", "three"] {
        scope.put("A", value).unwrap();
    }
    let before = scope.info("A").unwrap();
    let info = scope.rollback("A", version(2)).unwrap();
    assert_eq!(
        (info.record, numbers(&info)),
        (before.record, vec![2, 3, 4])
    );
    assert_eq!(value(&scope, "A").unwrap(), "two");
    for (pin, kept) in [("A@2", "two"), ("A@3", "three"), ("A@4", "two")] {
        assert_eq!(value(&scope, pin).unwrap(), kept);
    }
    assert_eq!(info.versions[0].fingerprint, info.versions[2].fingerprint);
    assert_ne!(info.versions[0].fingerprint, info.versions[1].fingerprint);

    // To the newest, too: who asked for it sees that something was written.
    assert_eq!(
        numbers(&scope.rollback("A", version(4)).unwrap()),
        [3, 4, 5]
    );
    for gone in [1, 2, 9] {
        assert_eq!(
            scope.rollback("A", version(gone)).unwrap_err().kind(),
            ErrorKind::NoSuchVersion,
            "{gone}"
        );
    }
    assert_eq!(
        scope.rollback("B", version(1)).unwrap_err().kind(),
        ErrorKind::NotFound
    );
    scope.set_status("A", Status::Inactive).unwrap();
    assert_eq!(
        scope.rollback("A", version(3)).unwrap().status,
        Status::Inactive
    );
    assert_eq!(refusal(&scope, "A"), ErrorKind::Inactive);

    scope.revoke("A").unwrap();
    assert_eq!(
        scope.rollback("A", version(3)).unwrap_err().kind(),
        ErrorKind::Revoked
    );
    scope.force_delete("A").unwrap();
    assert_eq!(
        scope.rollback("A", version(3)).unwrap_err().kind(),
        ErrorKind::NotFound
    );
    let again = scope.put("A", "again").unwrap();
    assert_eq!(
        numbers(&again),
        [7],
        "numbers go on after a secret was deleted"
    );
    assert_eq!(
        scope.rollback("A", version(3)).unwrap_err().kind(),
        ErrorKind::NoSuchVersion
    );
    assert!(scope.scope().depth() == 1);
}

#[test]
fn a_change_touches_no_value() {
    let store = Arc::new(MemoryStore::new());
    let vault = Vault::builder()
        .store(store.clone())
        .create(&root_key())
        .unwrap();
    let scope = vault.scope("acme").unwrap();
    scope.put("A", "one").unwrap();
    let before = scope.put("A", "two").unwrap();
    let bodies = || {
        [Kind::Secret, Kind::Version].map(|kind| {
            let rows = rows(&*store, kind).into_iter();
            rows.map(|stored| stored.row.body).collect::<Vec<_>>()
        })
    };
    let sealed = bodies();

    let rules = AccessRules::new()
        .tool("stripe")
        .unwrap()
        .surface(Surface::Header);
    let change = SecretChange::default()
        .description("live mode")
        .metadata("owner", "payments")
        .metadata("stage", "production")
        .rotate_every(Duration::from_secs(86_400))
        .rules(rules.clone())
        .inactive();
    let info = scope.update("A", change).unwrap();
    assert_eq!(
        (info.description.as_str(), info.metadata["owner"].as_str()),
        ("live mode", "payments")
    );
    assert_eq!(
        (info.rotate_every, &info.rules, info.status),
        (Some(Duration::from_secs(86_400)), &rules, Status::Inactive)
    );
    assert_eq!(
        (info.versions.clone(), info.record),
        (before.versions.clone(), before.record)
    );
    assert_eq!(info.revision.get(), before.revision.get() + 1);
    assert_eq!(bodies(), sealed, "byte for byte");
    assert_eq!(scope.info("A").unwrap(), info);

    // What is not said stays, and what changes nothing is not written.
    let same = scope
        .update(
            "A",
            SecretChange::default()
                .metadata("owner", "payments")
                .inactive(),
        )
        .unwrap();
    assert_eq!(same, info);
    let info = scope
        .update(
            "A",
            SecretChange::default()
                .without_metadata("stage")
                .without_metadata("none")
                .active(),
        )
        .unwrap();
    assert_eq!(
        (info.metadata.len(), info.description.as_str(), info.status),
        (1, "live mode", Status::Active)
    );
    let info = scope
        .update(
            "A",
            SecretChange::default().never_rotate().in_instructions(true),
        )
        .unwrap();
    assert_eq!(
        (info.rotate_every, info.rules),
        (None, rules.in_instructions(true))
    );
    assert!(vault.verify().unwrap().is_intact());

    let stale = SecretChange::default()
        .description("late")
        .if_revision(before.revision);
    assert_eq!(
        scope.update("A", stale).unwrap_err().kind(),
        ErrorKind::Conflict
    );
    assert_eq!(
        scope
            .update("B", SecretChange::default())
            .unwrap_err()
            .kind(),
        ErrorKind::NotFound
    );
}

#[test]
fn bad_input_122_a_change_that_comes_too_late_is_a_conflict() {
    let scope = memory_vault().scope("acme").unwrap();
    let stale = scope.put("A", "one").unwrap().revision;
    scope.put("A", "two").unwrap();
    let late = || SecretInput::new("late").if_revision(stale);
    assert_eq!(
        scope.put("A", late()).unwrap_err().kind(),
        ErrorKind::Conflict
    );
    assert_eq!(
        scope.put("B", late()).unwrap_err().kind(),
        ErrorKind::Conflict
    );
    let change = SecretChange::default()
        .description("late")
        .if_revision(stale);
    assert_eq!(
        scope.update("A", change).unwrap_err().kind(),
        ErrorKind::Conflict
    );
    scope.revoke("A").unwrap();
    assert_eq!(
        scope.replace_revoked("A", late()).unwrap_err().kind(),
        ErrorKind::Conflict
    );
    let now = scope.info("A").unwrap().revision;
    assert!(
        scope
            .replace_revoked("A", SecretInput::new("next").if_revision(now))
            .is_ok()
    );
    assert_eq!(value(&scope, "A").unwrap(), "next");
}

#[test]
fn bad_input_123_revoking_is_repeatable_final_and_leaves_a_tombstone() {
    let vault = memory_vault();
    let (parent, scope) = (
        vault.scope("acme").unwrap(),
        vault.scope("acme/billing").unwrap(),
    );
    parent.put("A", "parent").unwrap();
    scope.put("A", "one").unwrap();
    scope.revoke("A").unwrap();
    let revoked = scope.info("A").unwrap();
    scope.revoke("A").unwrap();
    assert_eq!(
        scope.info("A").unwrap(),
        revoked,
        "revoking twice changes nothing"
    );
    for status in [Status::Active, Status::Inactive] {
        assert_eq!(
            scope.set_status("A", status).unwrap_err().kind(),
            ErrorKind::Revoked
        );
    }
    assert_eq!(
        scope
            .update("A", SecretChange::default().active())
            .unwrap_err()
            .kind(),
        ErrorKind::Revoked
    );
    let noted = scope
        .update("A", SecretChange::default().description("leaked in May"))
        .unwrap();
    assert_eq!(
        (noted.status, noted.description.as_str()),
        (Status::Revoked, "leaked in May")
    );
    assert_eq!(scope.delete("A").unwrap_err().kind(), ErrorKind::Revoked);
    assert_eq!(refusal(&scope, "A"), ErrorKind::Revoked);
    scope.force_delete("A").unwrap();
    assert_eq!(value(&scope, "A").unwrap(), "parent");
}

#[test]
fn who_and_when_are_written_with_each_change() {
    let now = Arc::new(AtomicU64::new(1_000));
    let clock = Arc::clone(&now);
    let vault = Vault::builder()
        .clock(move || at(clock.load(Ordering::SeqCst)))
        .create(&root_key())
        .unwrap();
    let scope = vault.scope("acme").unwrap();
    let actor = |name| Some(Actor::new(name).unwrap());
    let acting = |name| scope.acting_as(Actor::new(name).unwrap());
    acting("user:ada").put("A", "one").unwrap();
    now.store(2_000, Ordering::SeqCst);
    acting("user:bob").put("A", "two").unwrap();
    now.store(3_000, Ordering::SeqCst);
    acting("service:rotation")
        .update("A", SecretChange::default().description("d"))
        .unwrap();
    let info = scope.info("A").unwrap();
    assert_eq!(
        (info.created_by, info.created_at),
        (actor("user:ada"), at(1_000))
    );
    assert_eq!(
        (info.updated_by, info.updated_at),
        (actor("service:rotation"), at(3_000))
    );
    let stored: Vec<_> = info
        .versions
        .into_iter()
        .map(|kept| (kept.created_by, kept.created_at))
        .collect();
    assert_eq!(
        stored,
        [
            (actor("user:ada"), at(1_000)),
            (actor("user:bob"), at(2_000))
        ]
    );

    scope.set_status("A", Status::Inactive).unwrap();
    assert_eq!(scope.info("A").unwrap().updated_by, None, "nobody was said");
    acting("user:eve").revoke("A").unwrap();
    let info = scope.info("A").unwrap();
    assert_eq!(
        (info.created_by, info.updated_by),
        (actor("user:ada"), actor("user:eve"))
    );
    let info = acting("user:ada").replace_revoked("A", "three").unwrap();
    assert_eq!(
        (info.created_by, info.updated_by),
        (actor("user:ada"), actor("user:ada"))
    );
    assert_eq!(acting("user:ada").actor(), actor("user:ada").as_ref());
}

#[test]
fn a_rotation_is_due_by_the_age_of_the_newest_value() {
    let now = Arc::new(AtomicU64::new(1_000));
    let clock = Arc::clone(&now);
    let vault = Vault::builder()
        .clock(move || at(clock.load(Ordering::SeqCst)))
        .create(&root_key())
        .unwrap();
    let scope = vault.scope("acme").unwrap();
    let info = scope
        .put(
            "A",
            SecretInput::new("one").rotate_every(Duration::from_secs(100)),
        )
        .unwrap();
    assert!(!info.due_for_rotation(at(1_099)) && info.due_for_rotation(at(1_100)));
    now.store(5_000, Ordering::SeqCst);
    let info = scope
        .update("A", SecretChange::default().description("d"))
        .unwrap();
    assert!(
        info.due_for_rotation(at(5_000)),
        "a description is no new value"
    );
    let info = scope.put("A", "two").unwrap();
    assert!(!info.due_for_rotation(at(5_099)) && info.due_for_rotation(at(5_100)));
    assert_eq!(
        value(&scope, "A").unwrap(),
        "two",
        "what is due still resolves"
    );
    for bad in [Duration::ZERO, Duration::from_millis(1_500), Duration::MAX] {
        let change = SecretChange::default().rotate_every(bad);
        assert_eq!(
            scope.update("A", change).unwrap_err().kind(),
            ErrorKind::InvalidInput
        );
    }
}

#[test]
fn fingerprints_tell_equal_values_within_an_organization_only() {
    let vault = memory_vault();
    let print = |scope: &str, name: &str, value: &str| {
        vault
            .scope(scope)
            .unwrap()
            .put(name, value)
            .unwrap()
            .fingerprint()
            .unwrap()
    };
    let one = print("acme", "A", "hunter2");
    assert_eq!(one, print("acme/billing", "B", "hunter2"));
    assert_ne!(one, print("acme", "C", "hunter3"));
    assert_ne!(one, print("globex", "A", "hunter2"));
    let other_vault = Vault::in_memory(&root_key()).unwrap();
    assert_ne!(
        Some(one),
        other_vault
            .scope("acme")
            .unwrap()
            .put("A", "hunter2")
            .unwrap()
            .fingerprint()
    );

    let scope = vault.scope("acme").unwrap();
    let used = scope.resolve("<<$secret.A>>").unwrap();
    assert_eq!(used.used()[0].fingerprint, Some(one));
    assert!(scope.matches("A", "hunter2").unwrap() && !scope.matches("A", "hunter3").unwrap());
    scope.revoke("A").unwrap();
    assert_eq!(
        scope.matches("A", "hunter2").unwrap_err().kind(),
        ErrorKind::Revoked
    );
    assert_eq!(
        scope.matches("NONE", "hunter2").unwrap_err().kind(),
        ErrorKind::NotFound
    );
}

#[test]
fn bad_input_58_hints_are_shown_of_long_tokens_only_and_when_asked_for() {
    let token = "sk_test_token_of_24_chars";
    let hint = |vault: &Vault, value: &str| {
        vault
            .scope("acme")
            .unwrap()
            .put("A", value)
            .unwrap()
            .hint()
            .map(str::to_owned)
    };
    assert_eq!(hint(&memory_vault(), token), None);
    let vault = Vault::builder().hints().create(&root_key()).unwrap();
    assert_eq!(hint(&vault, token).as_deref(), Some("hars"));
    for value in [
        "12345678901234567890123",
        "postgres://user:password@db.example/x",
        "{\"key\":\"abcdefghijklmnop\"}",
    ] {
        assert_eq!(hint(&vault, value), None, "{value}");
    }
    let pem = format!("-----BEGIN KEY-----\n{}\n-----END KEY-----", "A".repeat(64));
    assert_eq!(hint(&vault, &pem), None);
}

#[test]
fn a_value_is_revealed_outside_of_rules_and_times() {
    let scope = Vault::builder()
        .strict()
        .create(&root_key())
        .unwrap()
        .scope("acme")
        .unwrap();
    scope.put("A", SecretInput::new("one").inactive()).unwrap();
    assert_eq!(scope.reveal("A").unwrap().expose_secret(), "one");
    scope.revoke("A").unwrap();
    assert_eq!(scope.reveal("A").unwrap_err().kind(), ErrorKind::Revoked);
    assert_eq!(scope.reveal("B").unwrap_err().kind(), ErrorKind::NotFound);
    let below = scope.clone();
    assert_eq!(below.reveal("A").unwrap_err().kind(), ErrorKind::Revoked);
}

#[test]
fn a_strict_vault_wants_targets_and_rules() {
    let scope = Vault::builder()
        .strict()
        .create(&root_key())
        .unwrap()
        .scope("acme")
        .unwrap();
    let bound = AccessRules::new().tool("stripe").unwrap();
    scope
        .put("BOUND", SecretInput::new("bound").rules(bound))
        .unwrap();
    scope.put("FREE", "free").unwrap();
    scope
        .put("PROMPT", SecretInput::new("prompt").in_instructions(true))
        .unwrap();
    let kind = |target: &Target, name: &str| {
        scope
            .resolve_for(target, &*format!("<<$secret.{name}>>"))
            .map(drop)
            .map_err(|error| error.kind())
    };
    let stripe = Target::tool("stripe");
    assert_eq!(kind(&stripe, "BOUND"), Ok(()));
    assert_eq!(kind(&Target::tool("mail"), "BOUND"), Err(ErrorKind::Denied));
    assert_eq!(
        kind(&Target::unspecified(), "BOUND"),
        Err(ErrorKind::Denied)
    );
    assert_eq!(kind(&stripe, "FREE"), Err(ErrorKind::Denied));
    assert_eq!(kind(&Target::instructions(), "PROMPT"), Ok(()));
    assert_eq!(
        kind(&Target::instructions(), "BOUND"),
        Err(ErrorKind::Denied)
    );
    assert_eq!(
        kind(&stripe, "PROMPT"),
        Err(ErrorKind::Denied),
        "marked for instructions is bound to no tool"
    );
}

#[test]
fn a_copy_keeps_what_is_said_and_has_a_life_of_its_own() {
    let vault = memory_vault();
    let (billing, sales) = (
        vault.scope("acme/billing").unwrap(),
        vault.scope("acme/sales").unwrap(),
    );
    let rules = AccessRules::new().host("api.stripe.com").unwrap();
    let input = SecretInput::new("two")
        .description("live mode")
        .metadata("owner", "payments")
        .rules(rules)
        .rotate_every(Duration::from_secs(60))
        .expires_at(SystemTime::now() + Duration::from_secs(3600))
        .inactive();
    billing.put("A", "one").unwrap();
    let original = billing.put("A", input).unwrap();
    let copier = sales.acting_as(Actor::new("user:ada").unwrap());
    let copy = billing.clone_to("A", &copier).unwrap();
    assert_ne!(copy.record, original.record);
    assert_eq!(
        (numbers(&copy), copy.scope.as_str()),
        (vec![1], "acme/sales")
    );
    assert_eq!(
        (&copy.description, &copy.metadata, &copy.rules),
        (&original.description, &original.metadata, &original.rules)
    );
    assert_eq!(
        (copy.status, copy.expires_at, copy.rotate_every),
        (original.status, original.expires_at, original.rotate_every)
    );
    assert_eq!(copy.fingerprint(), original.fingerprint());
    assert_eq!(
        (copy.created_by, copy.updated_by),
        (Actor::new("user:ada").ok(), Actor::new("user:ada").ok())
    );
    billing.revoke("A").unwrap();
    assert_eq!(sales.reveal("A").unwrap().expose_secret(), "two");

    assert_eq!(
        billing.clone_to("A", &sales).unwrap_err().kind(),
        ErrorKind::Conflict
    );
    assert_eq!(
        billing.clone_to("NONE", &sales).unwrap_err().kind(),
        ErrorKind::NotFound
    );
    assert_eq!(
        billing.clone_to("A", &billing.clone()).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
    let foreign = vault.scope("globex").unwrap();
    assert_eq!(
        billing.clone_to("A", &foreign).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
    let other_vault = memory_vault().scope("acme/sales").unwrap();
    assert_eq!(
        billing.clone_to("A", &other_vault).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
    assert!(vault.verify().unwrap().is_intact());
}

#[test]
fn a_project_is_copied_whole_or_not_at_all() {
    let vault = memory_vault();
    let (billing, sales) = (
        vault.scope("acme/billing").unwrap(),
        vault.scope("acme/sales").unwrap(),
    );
    vault
        .scope("acme")
        .unwrap()
        .put("REVOKED", "parent")
        .unwrap();
    for number in 0..600 {
        billing
            .put(format!("KEY_{number}"), format!("value {number}"))
            .unwrap();
    }
    billing.put("REVOKED", "gone").unwrap();
    billing.revoke("REVOKED").unwrap();
    billing.put("DELETED", "gone").unwrap();
    billing.delete("DELETED").unwrap();
    sales.put("KEY_599", "in the way").unwrap();
    let before = sales.names().unwrap();
    let error = billing.clone_all_to(&sales).unwrap_err();
    assert_eq!(
        (error.kind(), error.name()),
        (ErrorKind::Conflict, Some("KEY_599"))
    );
    assert_eq!(sales.names().unwrap(), before);

    sales.delete("KEY_599").unwrap();
    assert_eq!(billing.clone_all_to(&sales).unwrap(), 601);
    assert_eq!(sales.names().unwrap(), billing.names().unwrap());
    assert_eq!(value(&sales, "KEY_599").unwrap(), "value 599");
    assert_eq!(
        numbers(&sales.info("KEY_599").unwrap()),
        [2],
        "numbers go on where a secret was deleted"
    );
    assert_eq!(
        refusal(&sales, "REVOKED"),
        ErrorKind::Revoked,
        "what was hidden stays hidden"
    );
    assert_eq!(
        vault
            .scope("acme/empty")
            .unwrap()
            .clone_all_to(&vault.scope("acme/new").unwrap())
            .unwrap(),
        0
    );
    assert!(vault.verify().unwrap().is_intact());
}

/// A page has 256 secrets.
#[test]
fn a_project_is_copied_with_two_reads_a_page() {
    let (store, calls) = Hooked::recording(MemoryStore::new());
    let vault = Vault::builder().store(store).create(&root_key()).unwrap();
    let billing = vault.scope("acme/billing").unwrap();
    for (count, reads) in [
        (32, vec![Call::InScan, Call::InGet(32)]),
        (
            300,
            vec![
                Call::InScan,
                Call::InGet(256),
                Call::InScan,
                Call::InGet(44),
            ],
        ),
    ] {
        let items = (0..count).map(|number| (format!("KEY_{number}"), "value"));
        billing.put_all(items, OnExisting::Skip).unwrap();
        let sales = vault.scope(format!("acme/sales-{count}").as_str()).unwrap();
        calls.lock().unwrap().clear();
        assert_eq!(billing.clone_all_to(&sales).unwrap(), count);
        let mut calls = std::mem::take(&mut *calls.lock().unwrap());
        let puts = calls.iter().filter(|call| **call == Call::InPut).count();
        assert_eq!(puts, count + 1, "the secrets and the head");
        calls.retain(|call| !matches!(call, Call::InPut | Call::Written));
        // With the lock the head and the data key.
        assert_eq!(calls, [vec![Call::Write(2)], reads].concat());
    }
    calls.lock().unwrap().clear();
    let other = vault.scope("acme/other").unwrap();
    billing.clone_to("KEY_1", &other).unwrap();
    let of_one = [Call::Write(4), Call::InPut, Call::InPut, Call::Written];
    assert_eq!(*calls.lock().unwrap(), of_one);
}

#[test]
fn bad_input_34_a_scope_that_comes_back_brings_nothing_back() {
    let vault = memory_vault();
    let scope = vault.scope("acme/billing").unwrap();
    let rules = AccessRules::new()
        .tool("stripe")
        .unwrap()
        .in_instructions(true);
    let old = scope
        .put(
            "A",
            SecretInput::new("one")
                .rules(rules)
                .description("of the old project")
                .metadata("a", "b"),
        )
        .unwrap();
    for name in scope.names().unwrap() {
        scope.delete(&name).unwrap();
    }
    assert!(vault.scopes("acme").unwrap().is_empty());
    let new = vault
        .scope("acme/billing")
        .unwrap()
        .put("A", "two")
        .unwrap();
    assert_ne!(new.record, old.record);
    assert_eq!(
        (new.rules, new.description.as_str(), new.metadata.len()),
        (AccessRules::new(), "", 0)
    );
    assert_eq!(
        scope
            .resolve_for(&Target::instructions(), "<<$secret.A>>")
            .unwrap_err()
            .kind(),
        ErrorKind::Denied
    );
    assert_eq!(
        scope.resolve("<<$secret.A@1>>").unwrap_err().kind(),
        ErrorKind::NoSuchVersion
    );
}

#[test]
fn scopes_and_organizations_are_listed() {
    let vault = memory_vault();
    assert!(vault.organizations().unwrap().is_empty() && vault.scopes("acme").unwrap().is_empty());
    for scope in [
        "globex",
        "acme/sales",
        "acme",
        "acme/billing/agents",
        "acme/gone",
    ] {
        vault.scope(scope).unwrap().put("A", "value").unwrap();
        vault.scope(scope).unwrap().put("B", "value").unwrap();
    }
    vault.scope("acme/sales").unwrap().revoke("A").unwrap();
    vault.scope("acme/gone").unwrap().delete("A").unwrap();
    vault.scope("acme/gone").unwrap().delete("B").unwrap();
    let text =
        |scopes: Vec<keyslot::Scope>| scopes.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(text(vault.organizations().unwrap()), ["acme", "globex"]);
    assert_eq!(
        text(vault.scopes("acme").unwrap()),
        ["acme", "acme/billing/agents", "acme/sales"]
    );
    assert_eq!(text(vault.scopes("globex").unwrap()), ["globex"]);
    assert!(vault.scopes("acm").unwrap().is_empty());
    assert_eq!(
        vault.scopes("acme/sales").unwrap_err().kind(),
        ErrorKind::InvalidScope
    );
}

#[test]
fn lists_are_filtered_and_show_what_is_inherited() {
    let vault = memory_vault();
    let scope = |path: &str| vault.scope(path).unwrap();
    let input = |owner: &str| {
        SecretInput::new("value")
            .metadata("owner", owner)
            .metadata("stage", "live")
    };
    scope("acme").put("STRIPE_KEY", input("org")).unwrap();
    scope("acme").put("CRM_TOKEN", input("org")).unwrap();
    scope("acme/billing")
        .put("STRIPE_KEY", input("billing"))
        .unwrap();
    scope("acme/billing")
        .put("STRIPE_HOOK", input("billing"))
        .unwrap();
    scope("acme/billing/agents")
        .put("CRM_TOKEN", "value")
        .unwrap();
    scope("acme/billing/agents").revoke("CRM_TOKEN").unwrap();
    scope("acme/billing/agents").put("GONE", "value").unwrap();
    scope("acme/billing/agents").delete("GONE").unwrap();
    scope("globex").put("STRIPE_KEY", input("org")).unwrap();

    let names = |list: keyslot::List| {
        let mut names: Vec<String> = list.map(|info| info.unwrap().name.to_string()).collect();
        names.sort();
        names
    };
    assert_eq!(
        names(scope("acme/billing").list()),
        ["STRIPE_HOOK", "STRIPE_KEY"]
    );
    assert_eq!(
        names(scope("acme").list().name_contains("TOKEN")),
        ["CRM_TOKEN"]
    );
    assert!(names(scope("acme").list().name_contains("token")).is_empty());
    assert_eq!(
        names(
            scope("acme")
                .list()
                .with_metadata("owner", "org")
                .with_metadata("stage", "live")
        )
        .len(),
        2
    );
    assert!(
        names(
            scope("acme")
                .list()
                .with_metadata("owner", "org")
                .with_metadata("stage", "test")
        )
        .is_empty()
    );

    let inherited = |list: keyslot::List| {
        let mut all: Vec<_> = list
            .inherited()
            .map(|one| one.unwrap())
            .map(|one| {
                (
                    one.info.name.to_string(),
                    one.info.scope.to_string(),
                    one.shadowed_by.map(|scope| scope.to_string()),
                )
            })
            .collect();
        all.sort();
        all
    };
    let line = |name: &str, scope: &str, by: Option<&str>| {
        (name.to_owned(), scope.to_owned(), by.map(str::to_owned))
    };
    assert_eq!(
        inherited(scope("acme/billing/agents").list()),
        [
            line("CRM_TOKEN", "acme", Some("acme/billing/agents")),
            line("CRM_TOKEN", "acme/billing/agents", None),
            line("STRIPE_HOOK", "acme/billing", None),
            line("STRIPE_KEY", "acme", Some("acme/billing")),
            line("STRIPE_KEY", "acme/billing", None),
        ]
    );
    assert_eq!(
        inherited(
            scope("acme/billing/agents")
                .list()
                .with_metadata("owner", "org")
        ),
        [
            line("CRM_TOKEN", "acme", Some("acme/billing/agents")),
            line("STRIPE_KEY", "acme", Some("acme/billing"))
        ],
        "what a filter leaves out still hides"
    );
}

#[test]
fn explains_who_wins_and_why() {
    let vault = memory_vault();
    let (parent, scope) = (
        vault.scope("acme").unwrap(),
        vault.scope("acme/billing").unwrap(),
    );
    parent.put("A", "parent").unwrap();
    scope
        .put("A", SecretInput::new("child").inactive())
        .unwrap();
    parent.put("B", "one").unwrap();
    parent.put("B", "two").unwrap();
    scope
        .put(
            "BOUND",
            SecretInput::new("bound").rules(AccessRules::new().tool("stripe").unwrap()),
        )
        .unwrap();
    let references = scope
        .references("<<$secret.A>> <<$secret.B>> <<B@1>> <<$secret.NONE>> <<$secret.BOUND>>")
        .unwrap();
    let explained = scope.explain(&Target::tool("mail"), &references).unwrap();
    let lines: Vec<_> = explained
        .iter()
        .map(|one| {
            let scope = one.scope.as_ref().map_or("-", |scope| scope.as_str());
            let verdict = one.verdict.as_ref().map_err(|error| error.kind()).err();
            (
                scope,
                one.status,
                one.version.map(Version::get),
                one.shadowed.len(),
                verdict,
            )
        })
        .collect();
    let active = Some(Status::Active);
    assert_eq!(
        lines,
        [
            (
                "acme/billing",
                Some(Status::Inactive),
                None,
                1,
                Some(ErrorKind::Inactive)
            ),
            ("acme", active, Some(2), 0, None),
            ("acme", active, Some(1), 0, None),
            ("-", None, None, 0, Some(ErrorKind::NotFound)),
            ("acme/billing", active, None, 0, Some(ErrorKind::Denied)),
        ]
    );
    let missing = scope.missing(references.iter().chain(&references)).unwrap();
    assert_eq!(
        missing
            .iter()
            .map(|one| one.name().as_str())
            .collect::<Vec<_>>(),
        ["NONE"]
    );
    assert!(scope.unused(&references).unwrap().is_empty());
    assert_eq!(
        scope.unused(&references[1..2]).unwrap(),
        ["A", "BOUND"].map(|name| SecretName::new(name).unwrap())
    );
}

#[test]
fn folding_names_happens_where_secrets_are_stored() {
    let vault = Vault::builder()
        .name_policy(NamePolicy::upper_snake_folding())
        .create(&root_key())
        .unwrap();
    let scope = vault.scope("acme").unwrap();
    assert_eq!(
        scope.put("stripe_key", "one").unwrap().name.as_str(),
        "STRIPE_KEY"
    );
    assert_eq!(numbers(&scope.put("Stripe_Key", "two").unwrap()), [1, 2]);
    assert_eq!(value(&scope, "STRIPE_KEY").unwrap(), "two");
    assert_eq!(refusal(&scope, "stripe_key"), ErrorKind::NotFound);
    for bad in ["stripe-key", "1KEY", "ключ", ""] {
        assert_eq!(
            scope.put(bad, "v").unwrap_err().kind(),
            ErrorKind::InvalidName,
            "{bad}"
        );
    }
}

#[test]
fn bad_input_36_a_clock_that_jumps_back_brings_nothing_back() {
    let now = Arc::new(AtomicU64::new(1_000_000_000));
    let clock = Arc::clone(&now);
    let vault = Vault::builder()
        .clock(move || at(clock.load(Ordering::SeqCst)))
        .create(&root_key())
        .unwrap();
    let scope = vault.scope("acme").unwrap();
    scope
        .put(
            "EXPIRES",
            SecretInput::new("v").expires_at(at(1_000_000_100)),
        )
        .unwrap();
    scope
        .put(
            "BEGINS",
            SecretInput::new("v").not_before(at(1_000_000_050)),
        )
        .unwrap();
    assert_eq!(refusal(&scope, "BEGINS"), ErrorKind::NotYetValid);
    now.store(1_000_000_049, Ordering::SeqCst);
    assert_eq!(refusal(&scope, "BEGINS"), ErrorKind::NotYetValid);
    now.store(1_000_000_050, Ordering::SeqCst);
    assert!(value(&scope, "BEGINS").is_ok(), "at its very time");
    now.store(1_000_000_099, Ordering::SeqCst);
    assert!(value(&scope, "EXPIRES").is_ok());
    now.store(1_000_000_100, Ordering::SeqCst);
    assert_eq!(refusal(&scope, "EXPIRES"), ErrorKind::Expired);
    assert!(value(&scope, "BEGINS").is_ok());
    now.fetch_sub(365 * 86_400, Ordering::SeqCst);
    assert_eq!(
        refusal(&scope, "EXPIRES"),
        ErrorKind::Expired,
        "it was later once"
    );
    assert_eq!(
        refusal(&scope, "BEGINS"),
        ErrorKind::NotYetValid,
        "what begins waits for the clock"
    );

    let before = SecretInput::new("v").expires_at(now_of(&now) - Duration::from_secs(1));
    assert_eq!(
        scope.put("A", before).unwrap_err().kind(),
        ErrorKind::InvalidInput,
        "before it is created"
    );
    for never in [
        UNIX_EPOCH - Duration::from_secs(1),
        at(u64::from(u32::MAX) * 100),
    ] {
        assert_eq!(
            scope
                .put("A", SecretInput::new("v").expires_at(never))
                .unwrap_err()
                .kind(),
            ErrorKind::InvalidInput
        );
    }
    assert_eq!(scope.info("A").unwrap_err().kind(), ErrorKind::NotFound);
}

fn now_of(clock: &AtomicU64) -> SystemTime {
    at(clock.load(Ordering::SeqCst))
}

#[test]
fn bad_input_126_a_clock_of_another_century_is_told() {
    let now = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&now);
    let vault = Vault::builder()
        .clock(move || at(clock.load(Ordering::SeqCst)))
        .create(&root_key())
        .unwrap();
    let scope = vault.scope("acme").unwrap();
    scope
        .put(
            "A",
            SecretInput::new("of 1970").expires_at(at(4_300_000_000)),
        )
        .unwrap();
    assert_eq!(value(&scope, "A").unwrap(), "of 1970");
    now.store(4_294_967_296, Ordering::SeqCst);
    assert_eq!(value(&scope, "A").unwrap(), "of 1970");
    scope.put("A", "of 2106").unwrap();
    now.store(4_300_000_000, Ordering::SeqCst);
    assert_eq!(refusal(&scope, "A"), ErrorKind::Expired);
    now.store(u64::from(u32::MAX) * 100, Ordering::SeqCst);
    assert_eq!(
        refusal(&scope, "A"),
        ErrorKind::InvalidInput,
        "after the year 9999 nothing is known"
    );
}

#[test]
fn bad_input_128_what_is_said_has_limits() {
    let scope = memory_vault().scope("acme").unwrap();
    let megabyte = "x".repeat(1 << 20);
    let changes: [(&str, fn(&str) -> SecretChange); 8] = [
        ("description of 1 MiB", |long| {
            SecretChange::default().description(long)
        }),
        ("value of 1 MiB", |long| {
            SecretChange::default().metadata("key", long)
        }),
        ("key of 1 MiB", |long| {
            SecretChange::default().metadata(long, "value")
        }),
        ("empty key", |_| {
            SecretChange::default().metadata("", "value")
        }),
        ("line feed in a description", |_| {
            SecretChange::default().description("a\nb")
        }),
        ("escape in a value", |_| {
            SecretChange::default().metadata("key", "\x1b[2J")
        }),
        ("NUL in a key", |_| {
            SecretChange::default().metadata("a\0b", "value")
        }),
        ("65 keys", |_| {
            (0..65).fold(SecretChange::default(), |all, number| {
                all.metadata(format!("k{number}"), "v")
            })
        }),
    ];
    scope.put("A", "value").unwrap();
    let before = scope.info("A").unwrap();
    for (what, change) in changes {
        let error = scope.update("A", change(&megabyte)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{what}");
        assert!(
            error.to_string().len() < 200 && !error.to_string().contains("xxx"),
            "{what}"
        );
    }
    assert_eq!(scope.info("A").unwrap(), before);
    let most = (0..64).fold(SecretChange::default(), |all, number| {
        all.metadata(format!("k{number}"), "v".repeat(1024))
    });
    assert_eq!(
        scope
            .update("A", most.description("d".repeat(4096)))
            .unwrap()
            .metadata
            .len(),
        64
    );
    assert_eq!(
        scope
            .update("A", SecretChange::default().metadata("more", "v"))
            .unwrap_err()
            .kind(),
        ErrorKind::InvalidInput
    );
    assert_eq!(value(&scope, "A").unwrap(), "value");
}

#[test]
fn bad_input_129_a_value_in_what_is_said_is_refused_and_not_echoed() {
    let scope = memory_vault().scope("acme").unwrap();
    let pasted = "ghp_0123456789abcdefghijklmnopqrstuvwxyzAB";
    let kind = |input: SecretInput| {
        let error = scope.put("A", input).unwrap_err();
        assert!(!error.to_string().contains("hunter2") && !error.to_string().contains("ghp_0"));
        error.kind()
    };
    assert_eq!(
        kind(SecretInput::new("v").description(pasted)),
        ErrorKind::InvalidInput
    );
    assert_eq!(
        kind(SecretInput::new("v").metadata("token", format!("old: {pasted}"))),
        ErrorKind::InvalidInput
    );
    assert_eq!(
        kind(SecretInput::new("v").metadata(pasted, "x")),
        ErrorKind::InvalidInput
    );
    assert_eq!(
        kind(SecretInput::new("hunter2-hunter2").description("is hunter2-hunter2 now")),
        ErrorKind::InvalidInput
    );
    assert_eq!(
        kind(SecretInput::new("hunter2-hunter2\n").metadata("k", "hunter2-hunter2")),
        ErrorKind::InvalidInput
    );
    // Later, too: of what is stored the fingerprint is known.
    scope.put("A", "hunter2").unwrap();
    for change in [
        SecretChange::default().description("was hunter2 before"),
        SecretChange::default().metadata("k", "hunter2"),
    ] {
        assert_eq!(
            scope.update("A", change).unwrap_err().kind(),
            ErrorKind::InvalidInput
        );
    }
    assert!(
        scope
            .update("A", SecretChange::default().description("hunter of two"))
            .is_ok(),
        "the control"
    );
}
