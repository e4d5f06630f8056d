//! The life of a secret and the way it is looked up, through the public interface.
#![cfg(all(feature = "sqlite", feature = "json"))]
#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::hand_on;
use crate::support::rows::{all_rows, delete, put, rows};
use crate::support::{memory_vault, refusal, root_key, value};
use keyslot::secrecy::ExposeSecret;
use keyslot::store::{Kind, MemoryStore, Partition, Purge, Row, RowKey};
use keyslot::{
    ErrorKind, Finding, NamePolicy, Resolver, Revision, RootKey, SecretChange, SecretInput,
    SecretStore, Status, Target, Vault, Version,
};

#[test]
fn the_nearest_scope_decides() {
    let vault = memory_vault();
    let (organization, project) = (
        vault.scope("acme").unwrap(),
        vault.scope("acme/billing").unwrap(),
    );
    organization.put("A", "of the organization").unwrap();
    assert_eq!(value(&project, "A").unwrap(), "of the organization");
    project.put("A", "of the project").unwrap();
    assert_eq!(value(&project, "A").unwrap(), "of the project");
    assert_eq!(value(&organization, "A").unwrap(), "of the organization");
    assert_eq!(
        value(&vault.scope("acme/billing/agents/7").unwrap(), "A").unwrap(),
        "of the project"
    );
    assert_eq!(
        refusal(&vault.scope("globex").unwrap(), "A"),
        ErrorKind::NotFound
    );
}

#[test]
fn used_says_where_a_value_came_from() {
    let vault = memory_vault();
    let scope = vault.scope("acme").unwrap();
    scope.put("A", "1").unwrap();
    let info = scope.put("A", "2").unwrap();
    let resolved = vault
        .scope("acme/x")
        .unwrap()
        .resolve("<<$secret.A>> <<A>> <<A@1>>")
        .unwrap();
    assert_eq!(resolved.expose_secret(), "2 2 1");
    let used: Vec<_> = resolved
        .used()
        .iter()
        .map(|used| (used.record, used.version.unwrap().get()))
        .collect();
    assert!(used.contains(&(Some(info.record), 2)) && used.contains(&(Some(info.record), 1)));
    assert!(
        resolved
            .used()
            .iter()
            .all(|used| used.scope.as_ref().unwrap().as_str() == "acme")
    );
}

#[test]
fn bad_input_31_a_revoked_child_blocks_an_active_parent() {
    let vault = memory_vault();
    let (parent, child) = (
        vault.scope("acme").unwrap(),
        vault.scope("acme/billing").unwrap(),
    );
    parent.put("A", "parent").unwrap();
    child.put("A", "child").unwrap();
    assert_eq!(child.revoke("A").unwrap(), Purge::Done);
    assert_eq!(refusal(&child, "A"), ErrorKind::Revoked);
    assert_eq!(
        refusal(&vault.scope("acme/billing/deep").unwrap(), "A"),
        ErrorKind::Revoked
    );
    assert_eq!(value(&parent, "A").unwrap(), "parent");
}

#[test]
fn bad_input_32_an_inactive_expired_or_damaged_child_blocks_an_active_parent() {
    let store = MemoryStore::new();
    let vault = Vault::builder()
        .store(store.clone())
        .create(&root_key())
        .unwrap();
    let (parent, child) = (
        vault.scope("acme").unwrap(),
        vault.scope("acme/billing").unwrap(),
    );
    let future = SystemTime::now() + Duration::from_secs(3600);
    for name in ["INACTIVE", "EXPIRED", "EARLY", "DAMAGED", "FINE"] {
        parent.put(name, "parent").unwrap();
    }
    child
        .put("INACTIVE", SecretInput::new("child").inactive())
        .unwrap();
    child.put("EXPIRED", "child").unwrap();
    child
        .update(
            "EXPIRED",
            SecretChange::default().expires_at(SystemTime::now()),
        )
        .unwrap();
    child
        .put("EARLY", SecretInput::new("child").not_before(future))
        .unwrap();
    let rows_before = rows(&store, Kind::Secret);
    child.put("DAMAGED", "child").unwrap();
    let damaged = rows(&store, Kind::Secret)
        .into_iter()
        .find(|row| !rows_before.iter().any(|old| old.key == row.key));
    let mut damaged = damaged.unwrap();
    *damaged.info.last_mut().unwrap() ^= 1;
    put(&store, &damaged);

    assert_eq!(refusal(&child, "INACTIVE"), ErrorKind::Inactive);
    assert_eq!(refusal(&child, "EXPIRED"), ErrorKind::Expired);
    assert_eq!(refusal(&child, "EARLY"), ErrorKind::NotYetValid);
    assert_eq!(refusal(&child, "DAMAGED"), ErrorKind::Corrupt);
    assert_eq!(value(&child, "FINE").unwrap(), "parent");
    assert!(!vault.verify().unwrap().is_intact());
}

#[test]
fn bad_input_33_a_deleted_child_lets_the_parent_show() {
    let vault = memory_vault();
    let (parent, child) = (
        vault.scope("acme").unwrap(),
        vault.scope("acme/billing").unwrap(),
    );
    parent.put("A", "parent").unwrap();
    child.put("A", "child").unwrap();
    child.delete("A").unwrap();
    assert_eq!(value(&child, "A").unwrap(), "parent");
    assert_eq!(child.delete("A").unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(child.info("A").unwrap_err().kind(), ErrorKind::NotFound);
    assert!(child.names().unwrap().is_empty());
}

#[test]
fn versions_and_identity_are_never_used_twice() {
    let vault = memory_vault();
    let scope = vault.scope("acme").unwrap();
    let first = scope.put("A", "one").unwrap();
    let second = scope.put("A", "two").unwrap();
    assert_eq!(
        (first.record, first.version().unwrap().get()),
        (second.record, 1)
    );
    scope.delete("A").unwrap();
    let third = scope.put("A", "three").unwrap();
    assert_eq!(third.version().unwrap().get(), 3);
    assert_ne!(third.record, second.record);
    assert!(third.revision > second.revision);
    assert_eq!(third.versions.len(), 1);
    scope.revoke("A").unwrap();
    assert_eq!(
        scope.put("A", "four").unwrap_err().kind(),
        ErrorKind::Revoked
    );
    let fourth = scope.replace_revoked("A", "four").unwrap();
    assert_eq!(fourth.version().unwrap().get(), 4);
    assert_ne!(fourth.record, third.record);
    assert_eq!(value(&scope, "A").unwrap(), "four");
    assert_eq!(
        scope.resolve("<<A@3>>").unwrap_err().kind(),
        ErrorKind::NoSuchVersion
    );
    assert_eq!(
        scope.replace_revoked("A", "five").unwrap_err().kind(),
        ErrorKind::Conflict
    );
    assert_eq!(
        scope.replace_revoked("B", "five").unwrap_err().kind(),
        ErrorKind::NotFound
    );
}

#[test]
fn revoking_is_final_and_repeatable() {
    let scope = memory_vault().scope("acme").unwrap();
    scope.put("A", "one").unwrap();
    scope.put("A", "two").unwrap();
    scope.revoke("A").unwrap();
    let info = scope.info("A").unwrap();
    assert_eq!((info.status, info.versions.len()), (Status::Revoked, 0));
    scope.revoke("A").unwrap();
    assert_eq!(
        scope.info("A").unwrap().revision,
        info.revision,
        "revoking twice changes nothing"
    );
    assert_eq!(
        scope.set_status("A", Status::Active).unwrap_err().kind(),
        ErrorKind::Revoked
    );
    assert_eq!(
        scope.set_status("A", Status::Revoked).unwrap().status,
        Status::Revoked
    );
    assert_eq!(refusal(&scope, "A"), ErrorKind::Revoked);
    assert_eq!(
        scope.resolve("<<A@1>>").unwrap_err().kind(),
        ErrorKind::Revoked,
        "pins fail as well"
    );
    assert_eq!(scope.delete("A").unwrap_err().kind(), ErrorKind::Revoked);
    scope.force_delete("A").unwrap();
    assert_eq!(refusal(&scope, "A"), ErrorKind::NotFound);
    assert_eq!(scope.revoke("A").unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn inactive_can_be_turned_back_on() {
    let scope = memory_vault().scope("acme").unwrap();
    let info = scope.put("A", SecretInput::new("one").inactive()).unwrap();
    assert_eq!(refusal(&scope, "A"), ErrorKind::Inactive);
    assert_eq!(
        scope.put("A", "two").unwrap().status,
        Status::Inactive,
        "a new value does not switch it on"
    );
    assert_eq!(
        scope.set_status("A", Status::Active).unwrap().status,
        Status::Active
    );
    assert_eq!(value(&scope, "A").unwrap(), "two");
    assert_eq!(
        scope.set_status("A", Status::Inactive).unwrap().record,
        info.record
    );
    assert_eq!(
        scope.resolve("<<A@1>>").unwrap_err().kind(),
        ErrorKind::Inactive
    );
    assert_eq!(
        scope
            .put("A", SecretInput::new("three").active())
            .unwrap()
            .status,
        Status::Active
    );
    assert_eq!(
        scope.set_status("B", Status::Active).unwrap_err().kind(),
        ErrorKind::NotFound
    );
}

#[test]
fn old_versions_are_kept_up_to_a_count() {
    let vault = Vault::builder()
        .kept_versions(3)
        .create(&root_key())
        .unwrap();
    let scope = vault.scope("acme").unwrap();
    for value in ["one", "two", "three", "four", "five"] {
        scope.put("A", value).unwrap();
    }
    let kept: Vec<u64> = scope
        .info("A")
        .unwrap()
        .versions
        .iter()
        .map(|kept| kept.version.get())
        .collect();
    assert_eq!(kept, [3, 4, 5]);
    assert_eq!(
        scope
            .resolve("<<A@3>>-<<A@4>>-<<A@5>>-<<A>>")
            .unwrap()
            .expose_secret(),
        "three-four-five-five"
    );
    assert_eq!(
        scope.resolve("<<A@2>>").unwrap_err().kind(),
        ErrorKind::NoSuchVersion
    );
    assert_eq!(
        scope.resolve("<<A@6>>").unwrap_err().kind(),
        ErrorKind::NoSuchVersion
    );
    assert!(vault.verify().unwrap().is_intact());
}

#[test]
fn a_pin_takes_the_nearest_scope_that_has_the_name() {
    let vault = memory_vault();
    let (parent, child) = (
        vault.scope("acme").unwrap(),
        vault.scope("acme/billing").unwrap(),
    );
    for value in ["one", "two"] {
        parent.put("A", value).unwrap();
    }
    assert_eq!(
        child.resolve("<<A@1>> <<A@2>>").unwrap().expose_secret(),
        "one two"
    );
    child.put("A", "child").unwrap();
    assert_eq!(
        child.resolve("<<A@2>>").unwrap_err().kind(),
        ErrorKind::NoSuchVersion
    );
}

#[test]
fn compare_and_set() {
    let scope = memory_vault().scope("acme").unwrap();
    let info = scope.put("A", SecretInput::new("one").if_absent()).unwrap();
    assert_eq!(
        scope
            .put("A", SecretInput::new("x").if_absent())
            .unwrap_err()
            .kind(),
        ErrorKind::Conflict
    );
    let info = scope
        .put("A", SecretInput::new("two").if_revision(info.revision))
        .unwrap();
    assert_eq!(
        scope
            .put("A", SecretInput::new("x").if_revision(Revision::new(1)))
            .unwrap_err()
            .kind(),
        ErrorKind::Conflict
    );
    scope.set_status("A", Status::Inactive).unwrap();
    let stale = scope.put("A", SecretInput::new("x").if_revision(info.revision));
    assert_eq!(
        stale.unwrap_err().kind(),
        ErrorKind::Conflict,
        "any write counts, not only of values"
    );
    assert_eq!(
        scope
            .put("B", SecretInput::new("x").if_revision(info.revision))
            .unwrap_err()
            .kind(),
        ErrorKind::Conflict
    );
}

#[test]
fn concurrent_writers_lose_nothing() {
    let vault = memory_vault();
    let scope = vault.scope("acme").unwrap();
    scope.put("COUNTER", "0").unwrap();
    let add = || {
        for _ in 0..25 {
            loop {
                let info = scope.info("COUNTER").unwrap();
                let pinned = format!("<<COUNTER@{}>>", info.version().unwrap());
                let Ok(read) = scope.resolve(&pinned) else {
                    continue;
                };
                let next = read.expose_secret().parse::<u32>().unwrap() + 1;
                match scope.put(
                    "COUNTER",
                    SecretInput::new(next.to_string()).if_revision(info.revision),
                ) {
                    Ok(_) => break,
                    Err(error) => assert_eq!(error.kind(), ErrorKind::Conflict),
                }
            }
        }
    };
    std::thread::scope(|threads| (0..4).for_each(|_| drop(threads.spawn(add))));
    assert_eq!(value(&scope, "COUNTER").unwrap(), "100");
    assert_eq!(scope.info("COUNTER").unwrap().version(), Version::new(101));
    assert!(vault.verify().unwrap().is_intact());
}

#[test]
fn the_clock_decides_at_each_resolve() {
    let now = Arc::new(AtomicI64::new(1_000));
    let clock = Arc::clone(&now);
    let at = |seconds: i64| UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs());
    let vault = Vault::builder()
        .clock(move || at(clock.load(Ordering::SeqCst)))
        .create(&root_key())
        .unwrap();
    let scope = vault.scope("acme").unwrap();
    let info = scope
        .put(
            "A",
            SecretInput::new("v")
                .not_before(at(2_000))
                .expires_at(at(3_000)),
        )
        .unwrap();
    assert_eq!(
        (info.created_at, info.not_before, info.expires_at),
        (at(1_000), Some(at(2_000)), Some(at(3_000)))
    );
    for (time, expected) in [
        (1_999, Some(ErrorKind::NotYetValid)),
        (2_000, None),
        (2_999, None),
        (3_000, Some(ErrorKind::Expired)),
    ] {
        now.store(time, Ordering::SeqCst);
        assert_eq!(
            value(&scope, "A").err().map(|error| error.kind()),
            expected,
            "at {time}"
        );
    }
    assert!(scope.put("A", "next").is_ok());
    assert_eq!(
        refusal(&scope, "A"),
        ErrorKind::Expired,
        "a new value does not take an expiry back"
    );
    scope
        .put("A", SecretInput::new("last").clear_times())
        .unwrap();
    assert_eq!(value(&scope, "A").unwrap(), "last");
    scope
        .put("A", SecretInput::new("v").not_before(at(2_000)))
        .unwrap();
    let backwards = SecretInput::new("v").not_before(at(2)).expires_at(at(1));
    assert_eq!(
        scope.put("B", backwards).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
    assert_eq!(
        scope
            .put("A", SecretInput::new("v").expires_at(at(1_500)))
            .unwrap_err()
            .kind(),
        ErrorKind::InvalidInput
    );
}

#[test]
fn instructions_are_denied_unless_marked() {
    let scope = memory_vault().scope("acme").unwrap();
    scope.put("A", "value").unwrap();
    scope
        .put("B", SecretInput::new("value").in_instructions(true))
        .unwrap();
    let instructions = Target::instructions();
    assert_eq!(
        scope
            .resolve_for(&instructions, "<<$secret.A>>")
            .unwrap_err()
            .kind(),
        ErrorKind::Denied
    );
    assert_eq!(
        scope
            .resolve_for(&instructions, "<<A>>")
            .unwrap_err()
            .kind(),
        ErrorKind::Denied
    );
    assert_eq!(
        scope
            .resolve_for(&instructions, "<<$secret.B>>")
            .unwrap()
            .expose_secret(),
        "value"
    );
    let resolved = scope.resolve_for(&instructions, "<<SYS>> <<B>>").unwrap();
    assert_eq!(
        (resolved.expose_secret().as_ref(), resolved.kept().len()),
        ("<<SYS>> value", 1)
    );
    scope
        .put("B", SecretInput::new("next").in_instructions(false))
        .unwrap();
    assert_eq!(
        scope
            .resolve_for(&instructions, "<<B>>")
            .unwrap_err()
            .kind(),
        ErrorKind::Denied
    );
}

#[test]
fn values_and_names_are_checked_before_anything_is_written() {
    let vault = Vault::builder()
        .name_policy(NamePolicy::upper_snake())
        .create(&root_key())
        .unwrap();
    let scope = vault.scope("acme").unwrap();
    assert_eq!(
        scope.put("stripe-key", "v").unwrap_err().kind(),
        ErrorKind::InvalidName
    );
    assert_eq!(
        scope
            .put("A", SecretInput::new("v").description("a\nb"))
            .unwrap_err()
            .kind(),
        ErrorKind::InvalidInput
    );
    assert!(
        scope
            .put("A", SecretInput::new("v").description("é".repeat(2048)))
            .is_ok()
    );
    assert_eq!(
        scope
            .put("A", SecretInput::new("v").description("x".repeat(4097)))
            .unwrap_err()
            .kind(),
        ErrorKind::InvalidInput
    );
    assert_eq!(scope.names().unwrap().len(), 1);
}

#[test]
fn bad_input_37_an_empty_value_is_refused() {
    let scope = memory_vault().scope("acme").unwrap();
    assert_eq!(
        scope.put("A", "").unwrap_err().kind(),
        ErrorKind::InvalidValue
    );
    assert!(scope.names().unwrap().is_empty());
    assert!(scope.put("A", " ").is_ok());
}

#[test]
fn bad_input_38_values_have_a_largest_size() {
    let scope = memory_vault().scope("acme").unwrap();
    let at_cap = "x".repeat(64 * 1024);
    for fits in ["x", &at_cap] {
        scope.put("A", fits).unwrap();
        assert_eq!(value(&scope, "A").unwrap(), fits);
    }
    let over = format!("{at_cap}canary-over-cap");
    let error = scope.put("A", over.as_str()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    assert!(!format!("{error} {error:?}").contains("canary"));
    assert_eq!(value(&scope, "A").unwrap(), at_cap, "nothing changed");

    let endless = SecretInput::from_reader(std::io::repeat(b'x')).unwrap_err();
    assert_eq!(
        endless.kind(),
        ErrorKind::InvalidValue,
        "an endless reader is cut off, not read"
    );
    let large = Vault::builder()
        .max_value(usize::MAX)
        .create(&root_key())
        .unwrap()
        .scope("acme")
        .unwrap();
    let mebibyte = "y".repeat(Vault::MAX_VALUE);
    large.put("A", mebibyte.as_str()).unwrap();
    assert_eq!(value(&large, "A").unwrap(), mebibyte);
    assert!(large.put("A", format!("{mebibyte}y")).is_err());
}

#[test]
fn bad_input_39_bytes_must_be_utf8_and_nul_only_goes_where_it_may() {
    let scope = memory_vault().scope("acme").unwrap();
    let error = SecretInput::from_bytes(b"canary\xff\xfe".to_vec()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    assert!(!format!("{error} {error:?}").contains("canary"));
    let error = SecretInput::from_reader(&b"canary\xff"[..]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    scope
        .put("NUL", SecretInput::from_bytes(b"a\0b".to_vec()).unwrap())
        .unwrap();
    assert_eq!(value(&scope, "NUL").unwrap(), "a\0b");
    for surface in [
        keyslot::Surface::Header,
        keyslot::Surface::Env,
        keyslot::Surface::Shell,
    ] {
        let error = scope
            .resolve_for(&Target::tool("t").with_surface(surface), "<<NUL>>")
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unencodable);
    }
}

#[test]
fn bad_input_109_a_wrong_key_is_told_apart_from_damage() {
    let store = MemoryStore::new();
    let vault = Vault::builder()
        .store(store.clone())
        .create(&root_key())
        .unwrap();
    vault.scope("acme").unwrap().put("A", "value").unwrap();
    let before = all_rows(&store);
    let wrong = Vault::builder()
        .store(store.clone())
        .open(&RootKey::generate().unwrap())
        .unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::WrongKey);
    assert_eq!(all_rows(&store), before, "nothing is written");
    let other = Vault::builder()
        .store(MemoryStore::new())
        .create(&root_key())
        .unwrap();
    drop(other);

    // The right key of another vault: swap the headers.
    let other = MemoryStore::new();
    drop(
        Vault::builder()
            .store(other.clone())
            .create(&root_key())
            .unwrap(),
    );
    let header = rows(&other, Kind::Header).remove(0);
    let own = rows(&store, Kind::Header).remove(0);
    put(&store, &header);
    let swapped = Vault::builder()
        .store(store.clone())
        .open(&root_key())
        .unwrap_err();
    assert_eq!(swapped.kind(), ErrorKind::WrongKey);
    put(&store, &own);

    // A damaged slot is damage, not a wrong key.
    let mut slot = rows(&store, Kind::Slot).remove(0);
    let intact = slot.clone();
    *slot.body.last_mut().unwrap() ^= 1;
    put(&store, &slot);
    let damaged = Vault::builder()
        .store(store.clone())
        .open(&root_key())
        .unwrap_err();
    assert_eq!(damaged.kind(), ErrorKind::Corrupt);
    put(&store, &intact);
    let vault = Vault::builder().store(store).open(&root_key()).unwrap();
    assert_eq!(value(&vault.scope("acme").unwrap(), "A").unwrap(), "value");
}

#[test]
fn a_store_is_a_vault_once() {
    let store = MemoryStore::new();
    let none = Vault::builder()
        .store(store.clone())
        .open(&root_key())
        .unwrap_err();
    assert_eq!(none.kind(), ErrorKind::NotAVault);
    let vault = Vault::builder()
        .store(store.clone())
        .create(&root_key())
        .unwrap();
    vault.scope("acme").unwrap().put("A", "v").unwrap();
    let again = Vault::builder()
        .store(store.clone())
        .create(&root_key())
        .unwrap_err();
    assert_eq!(again.kind(), ErrorKind::VaultExists);
    let opened = Vault::builder()
        .store(store.clone())
        .open_or_create(&root_key())
        .unwrap();
    assert_eq!(value(&opened.scope("acme").unwrap(), "A").unwrap(), "v");
    let header = rows(&store, Kind::Header).remove(0);
    delete(&store, &header);
    let remains = Vault::builder()
        .store(store)
        .open_or_create(&root_key())
        .unwrap_err();
    assert_eq!(
        remains.kind(),
        ErrorKind::Corrupt,
        "the remains of a vault are not written over"
    );
}

#[test]
fn one_resolve_is_one_get() {
    let gets = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&gets);
    let count = move |_: &[RowKey], answer: Answer| {
        counter.fetch_add(1, Ordering::SeqCst);
        answer
    };
    let store = Watched {
        inner: MemoryStore::new(),
        answer: count,
    };
    let vault = Vault::builder().store(store).create(&root_key()).unwrap();
    let scope = vault.scope("acme/billing/agents").unwrap();
    vault.scope("acme").unwrap().put("A", "a").unwrap();
    scope.put("B", "b").unwrap();
    vault.scope("globex").unwrap().put("C", "c").unwrap();
    let count = |text: &str| {
        let before = gets.load(Ordering::SeqCst);
        let _ = scope.resolve(text);
        gets.load(Ordering::SeqCst) - before
    };
    assert_eq!(count("no placeholder"), 0);
    assert_eq!(count("<<$secret.A>>"), 1);
    assert_eq!(count("<<$secret.A>> <<B>> <<B@1>> <<A>> <<MISSING>>"), 1);
    assert_eq!(
        count("<<C>>"),
        count("<<NOWHERE>>"),
        "another tenant's name costs what no name costs"
    );
    let document = serde_json::json!({ "a": "<<A>>", "b": ["<<B>>", { "c": "<<B@1>>" }] });
    let before = gets.load(Ordering::SeqCst);
    scope.resolve_json(&document).unwrap();
    assert_eq!(gets.load(Ordering::SeqCst) - before, 1);
}

#[test]
fn another_tenants_secret_is_not_told_apart_from_none() {
    let vault = memory_vault();
    vault.scope("globex/x").unwrap().put("SHARED", "v").unwrap();
    let scope = vault.scope("acme/x").unwrap();
    let (theirs, nobodys) = (
        scope.resolve("<<$secret.SHARED>>").unwrap_err(),
        scope.resolve("<<$secret.NOBODY>>").unwrap_err(),
    );
    assert_eq!(theirs.kind(), nobodys.kind());
    assert_eq!(
        theirs.to_string().replace("SHARED", "_"),
        nobodys.to_string().replace("NOBODY", "_")
    );
}

#[test]
fn all_failures_come_at_once() {
    let scope = memory_vault().scope("acme/billing").unwrap();
    scope.put("REVOKED", "v").unwrap();
    scope
        .put("INACTIVE", SecretInput::new("v").inactive())
        .unwrap();
    scope.put("FINE", "canary-value").unwrap();
    scope.revoke("REVOKED").unwrap();
    let text = "<<FINE>>\n<<$secret.REVOKED>> <<$secret.INACTIVE>>\n<<$secret.MISSING>>";
    let error = scope.resolve(text).unwrap_err();
    let kinds: Vec<_> = error
        .all()
        .map(|one| (one.kind(), one.position(text).unwrap().line))
        .collect();
    assert_eq!(
        kinds,
        [
            (ErrorKind::Revoked, 2),
            (ErrorKind::Inactive, 2),
            (ErrorKind::NotFound, 3)
        ]
    );
    assert_eq!(
        error.to_string(),
        "secret REVOKED in acme/billing is revoked (line 2, column 1), and 2 more failures"
    );
    assert!(!format!("{error:?} {:?}", error.diagram(text)).contains("canary"));
    assert_eq!(
        scope
            .resolve("<<$secret.MISSING>>")
            .unwrap_err()
            .to_string(),
        "no secret MISSING in acme/billing or above (line 1, column 1)"
    );
}

#[test]
fn listing_shows_this_scope_and_no_values() {
    let vault = memory_vault();
    let scope = vault.scope("acme/billing").unwrap();
    vault.scope("acme").unwrap().put("ABOVE", "v").unwrap();
    for name in ["C", "A", "B", "GONE", "REVOKED"] {
        scope.put(name, "canary-value").unwrap();
    }
    scope.delete("GONE").unwrap();
    scope.revoke("REVOKED").unwrap();
    let names: Vec<String> = scope
        .names()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(names, ["A", "B", "C", "REVOKED"]);
    let listed: Vec<_> = scope.list().collect::<Result<_, _>>().unwrap();
    assert_eq!(listed.len(), 4);
    assert!(!format!("{listed:?}").contains("canary"));
    let again: Vec<_> = scope.list().map(|info| info.unwrap().name).collect();
    assert_eq!(
        again,
        listed.into_iter().map(|info| info.name).collect::<Vec<_>>(),
        "the order is stable"
    );
}

#[test]
fn many_secrets_are_listed_over_several_pages() {
    let scope = memory_vault().scope("acme").unwrap();
    for number in 0..600 {
        scope.put(format!("N{number:04}"), "v").unwrap();
    }
    let names = scope.names().unwrap();
    assert_eq!(names.len(), 600);
    assert!(names.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn rows_seen_by_a_handle_are_those_of_others() {
    let store = MemoryStore::new();
    let one = Vault::builder()
        .store(store.clone())
        .create(&root_key())
        .unwrap();
    let two = Vault::builder().store(store).open(&root_key()).unwrap();
    let (ours, theirs) = (one.scope("acme").unwrap(), two.scope("acme").unwrap());
    ours.put("A", "1").unwrap();
    assert_eq!(value(&theirs, "A").unwrap(), "1");
    theirs.put("A", "2").unwrap();
    assert_eq!(value(&ours, "A").unwrap(), "2");
    ours.revoke("A").unwrap();
    assert_eq!(refusal(&theirs, "A"), ErrorKind::Revoked);
    assert!(one.verify().unwrap().is_intact());
}

#[test]
fn a_scoped_vault_is_a_resolver_like_any_other() {
    let scope = memory_vault().scope("acme").unwrap();
    scope.put("A", "v").unwrap();
    let resolver: Box<dyn Resolver + Send + Sync> = Box::new(scope);
    let template = keyslot::template::Template::compile("<<A>>").unwrap();
    let outcomes = resolver
        .lookup(template.references(), &Target::unspecified())
        .unwrap();
    assert_eq!(template.fill(&outcomes).unwrap().expose_secret(), "v");
}

#[test]
fn a_row_that_was_put_back_is_told_whatever_epoch_it_claims() {
    let store = MemoryStore::new();
    let vault = Vault::builder()
        .store(store.clone())
        .create(&root_key())
        .unwrap();
    let scope = vault.scope("acme").unwrap();
    scope.put("A", "one").unwrap();
    scope.put("A", "two").unwrap();
    let mut erased = rows(&store, Kind::Version).remove(0);
    scope.revoke("A").unwrap();
    assert!(vault.verify().unwrap().is_intact());
    for epoch in [erased.epoch, 0] {
        erased.epoch = epoch;
        put(&store, &erased);
        assert_eq!(
            vault.verify().unwrap().findings,
            [Finding::Stray],
            "epoch {epoch}"
        );
    }
}

#[test]
fn what_the_next_opening_needs_is_verified_too() {
    for kind in [Kind::Header, Kind::VaultSecret] {
        let store = MemoryStore::new();
        let vault = Vault::builder()
            .store(store.clone())
            .create(&root_key())
            .unwrap();
        let row = rows(&store, kind).remove(0);
        delete(&store, &row);
        assert_eq!(
            vault.verify().unwrap().findings,
            [Finding::Opening],
            "{kind:?}"
        );
    }
}

#[test]
fn a_slot_that_cannot_be_read_locks_nobody_out() {
    let store = MemoryStore::new();
    drop(
        Vault::builder()
            .store(store.clone())
            .create(&root_key())
            .unwrap(),
    );
    let mut junk = rows(&store, Kind::Slot).remove(0);
    for first in [0, 255] {
        // Before and after the good one, whatever its id is.
        junk.key.key = [first; 32];
        junk.info = b"junk".to_vec();
        put(&store, &junk);
    }
    assert!(Vault::builder().store(store).open(&root_key()).is_ok());
}

#[test]
fn nothing_is_sealed_with_a_key_that_is_stored_no_more() {
    let store = MemoryStore::new();
    let vault = Vault::builder()
        .store(store.clone())
        .create(&root_key())
        .unwrap();
    let scope = vault.scope("acme").unwrap();
    scope.put("A", "one").unwrap();
    let key = rows(&store, Kind::DataKey).remove(0);
    delete(&store, &key);
    assert_eq!(
        scope.put("A", "two").unwrap_err().kind(),
        ErrorKind::Corrupt
    );
    assert!(vault.verify().unwrap().findings.contains(&Finding::DataKey));
    put(&store, &key);
    assert!(scope.put("A", "two").is_ok());
}

#[test]
fn a_store_that_answers_less_than_it_was_asked_is_an_error_and_not_an_answer() {
    type Lie = fn(&MemoryStore, &[RowKey], Vec<Option<Row>>) -> Answer;
    let lies: [(&str, Lie); 3] = [
        ("too few rows", |_, _, mut rows| {
            rows.pop();
            Ok(rows)
        }),
        ("nothing found", |_, _, _| {
            Err(keyslot::Error::new(ErrorKind::NotFound, "nothing there"))
        }),
        ("another row", |store, keys, mut answer| {
            answer[0] = rows(store, Kind::Secret)
                .into_iter()
                .find(|row| row.key != keys[0])
                .map(|stored| stored.row);
            Ok(answer)
        }),
    ];
    for (what, lie) in lies {
        let inner = MemoryStore::new();
        let vault = Vault::builder()
            .store(inner.clone())
            .create(&root_key())
            .unwrap();
        let scope = vault.scope("acme").unwrap();
        scope.put("A", "one").unwrap();
        scope.put("B", "two").unwrap();

        let lying = Arc::new(AtomicBool::new(false));
        let (is_lying, store) = (Arc::clone(&lying), inner.clone());
        let answer = move |keys: &[RowKey], answer: Answer| {
            if is_lying.load(Ordering::SeqCst) {
                lie(&store, keys, answer?)
            } else {
                answer
            }
        };
        let scope = Vault::builder()
            .store(Watched { inner, answer })
            .open(&root_key())
            .unwrap()
            .scope("acme")
            .unwrap();
        assert_eq!(
            value(&scope, "A").unwrap(),
            "one",
            "as long as it does not lie"
        );
        lying.store(true, Ordering::SeqCst);
        let variables = keyslot::Variables::new().with("A", "a namesake").unwrap();
        let chain = keyslot::Chain::new().then(scope).then(variables);
        let error = keyslot::ResolveExt::resolve(&chain, "<<A>>").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store, "{what}");
    }
}

type Answer = keyslot::Result<Vec<Option<Row>>>;

/// A memory store whose answers to `get` pass through a function.
struct Watched<F> {
    inner: MemoryStore,
    answer: F,
}

impl<F> std::fmt::Debug for Watched<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Watched")
    }
}

impl<F: Fn(&[RowKey], Answer) -> Answer + Send + Sync + 'static> SecretStore for Watched<F> {
    fn get(&self, partition: Partition, keys: &[RowKey]) -> Answer {
        (self.answer)(keys, self.inner.get(partition, keys))
    }

    hand_on!(inner: scan read write head partitions purge self_check);
}
