//! Many secrets at once: in whole parts, by the rules of `put`, and whatever is there already.
#![cfg(feature = "vault")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime};

use keyslot::store::MemoryStore;
use keyslot::{
    AccessRules, Action, Actor, BulkError, BulkProgress, Error, ErrorKind, Event, NamePolicy,
    OnExisting, Permissions, ScopedVault, SecretChange, SecretInput, Status, Surface, Vault,
    Version,
};

use crate::support::counting::Counting;
use crate::support::hooked::{Call, Hooked};
use crate::support::{memory_vault, refusal, root_key, value};

const RULES: [OnExisting; 4] = [
    OnExisting::Fail,
    OnExisting::Skip,
    OnExisting::Replace,
    OnExisting::Version,
];

fn counted() -> (Arc<Counting>, Vault) {
    let store = Arc::new(Counting::default());
    let vault = Vault::builder().store(Arc::clone(&store));
    let vault = vault.create(&root_key()).unwrap();
    begin(&vault);
    (store, vault)
}

/// Stores a first secret elsewhere in the organization: its first write costs more calls.
fn begin(vault: &Vault) {
    let elsewhere = vault.scope("acme/elsewhere").unwrap();
    elsewhere.put("FIRST", "a value").unwrap();
}

fn items(numbers: std::ops::Range<usize>) -> impl Iterator<Item = (String, String)> {
    numbers.map(|number| (format!("KEY_{number}"), format!("value {number}")))
}

/// The number of stored secrets, the item and the kind of an error.
fn told(error: &BulkError) -> (usize, Option<usize>, ErrorKind) {
    (error.progress().changed, error.item(), error.kind())
}

#[test]
fn many_secrets_are_stored_in_writes_of_bounded_size() {
    let (store, vault) = counted();
    let scope = vault.scope("acme/billing").unwrap();
    let before = store.writes.load(Ordering::SeqCst);
    let mut seen = Vec::new();
    let done = scope
        .put_all_with(items(0..600), OnExisting::Fail, |progress| {
            // What is told is stored by then.
            let last = format!("KEY_{}", progress.changed - 1);
            assert!(scope.info(last).is_ok());
            seen.push((progress.changed, progress.skipped, progress.total));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!((done.changed, done.skipped, done.total), (600, 0, 600));
    assert_eq!(seen, [(256, 0, 600), (512, 0, 600), (600, 0, 600)]);
    assert_eq!(store.writes.load(Ordering::SeqCst) - before, 3);
    for number in [0, 255, 256, 599] {
        assert_eq!(
            value(&scope, &format!("KEY_{number}")).unwrap(),
            format!("value {number}")
        );
    }
    assert_eq!(scope.names().unwrap().len(), 600);
    let verified = vault.verify().unwrap();
    assert!(verified.is_intact() && verified.secrets == 601);
}

#[test]
fn the_bytes_of_a_write_are_bounded_too() {
    const LONG: usize = 1 << 20;
    let store = Arc::new(Counting::default());
    let builder = Vault::builder().store(Arc::clone(&store)).max_value(LONG);
    let vault = builder.create(&root_key()).unwrap();
    begin(&vault);
    let scope = vault.scope("acme").unwrap();
    let writes = |lengths: &[usize]| {
        let before = store.writes.load(Ordering::SeqCst);
        let item = |(number, length): (usize, &usize)| (format!("K{number}"), "v".repeat(*length));
        let items = lengths.iter().enumerate().map(item);
        scope.put_all(items, OnExisting::Version).unwrap();
        store.writes.load(Ordering::SeqCst) - before
    };
    assert_eq!(writes(&[LONG, LONG]), 1, "2 MiB fit");
    assert_eq!(writes(&[LONG, LONG, 1]), 2);
    assert_eq!(writes(&[LONG; 5]), 3);
    assert_eq!(writes(&[1, LONG, LONG, 1]), 2);
    // Texts count as well.
    let text = "a word ".repeat(500);
    let input = |number: usize| (format!("T{number}"), described(&text));
    let before = store.writes.load(Ordering::SeqCst);
    scope
        .put_all((0..256).map(input), OnExisting::Fail)
        .unwrap();
    assert_eq!(store.writes.load(Ordering::SeqCst) - before, 1);
    let long = |number: usize| {
        let notes = (0..8).map(|key| (format!("note {key}"), "a word ".repeat(140)));
        let input = notes.fold(described(&text), |input, (key, note)| {
            input.metadata(key, note)
        });
        (format!("N{number}"), input)
    };
    let before = store.writes.load(Ordering::SeqCst);
    scope.put_all((0..256).map(long), OnExisting::Fail).unwrap();
    assert_eq!(store.writes.load(Ordering::SeqCst) - before, 2);
}

fn described(text: &str) -> SecretInput {
    SecretInput::new("value").description(text)
}

#[test]
fn nothing_to_store_asks_nothing() {
    let (store, vault) = counted();
    let scope = vault.scope("acme").unwrap();
    let before = store.calls();
    let none: [(&str, &str); 0] = [];
    for rule in RULES {
        assert_eq!(scope.put_all(none, rule).unwrap().total, 0);
    }
    assert_eq!(store.calls(), before);
}

/// Ways in which a name can be there; each gives the scope a secret `OLD`.
type Make = fn(&ScopedVault);
const THERE: [(&str, Make); 6] = [
    ("absent", |_| ()),
    ("active", |scope| {
        let input = SecretInput::new("first").description("of before");
        scope.put("OLD", input).unwrap();
    }),
    ("inactive", |scope| {
        scope
            .put("OLD", SecretInput::new("first").inactive())
            .unwrap();
    }),
    ("expired", |scope| {
        scope.put("OLD", "first").unwrap();
        let now = scope.info("OLD").unwrap().created_at;
        scope
            .update("OLD", SecretChange::new().expires_at(now))
            .unwrap();
    }),
    ("revoked", |scope| {
        scope.put("OLD", "first").unwrap();
        scope.revoke("OLD").unwrap();
    }),
    ("deleted", |scope| {
        scope.put("OLD", "first").unwrap();
        scope.delete("OLD").unwrap();
    }),
];

#[test]
fn the_callback_ends_the_call_between_two_writes() {
    let (store, vault) = counted();
    let scope = vault.scope("acme").unwrap();
    let before = store.writes.load(Ordering::SeqCst);
    let stop = |progress: BulkProgress| match progress.changed {
        512 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    let done = scope
        .put_all_with(items(0..900), OnExisting::Fail, stop)
        .unwrap();
    assert_eq!((done.changed, done.skipped, done.total), (512, 0, 900));
    assert_eq!(store.writes.load(Ordering::SeqCst) - before, 2);
    assert_eq!(scope.names().unwrap().len(), 512);
}

#[test]
fn what_is_there_already_is_treated_as_the_rule_says() {
    use ErrorKind::{Conflict, Expired, Inactive, Revoked};
    // Stored secrets or the error; then what a use gets.
    type Expected = (Result<usize, ErrorKind>, Result<&'static str, ErrorKind>);
    let table: [(&str, [Expected; 4]); 6] = [
        ("absent", [(Ok(2), Ok("next")); 4]),
        (
            "active",
            [
                (Err(Conflict), Ok("first")),
                (Ok(1), Ok("first")),
                (Ok(2), Ok("next")),
                (Ok(2), Ok("next")),
            ],
        ),
        (
            "inactive",
            [
                (Err(Conflict), Err(Inactive)),
                (Ok(1), Err(Inactive)),
                (Ok(2), Ok("next")),
                (Ok(2), Err(Inactive)),
            ],
        ),
        (
            "expired",
            [
                (Err(Conflict), Err(Expired)),
                (Ok(1), Err(Expired)),
                (Ok(2), Ok("next")),
                (Ok(2), Err(Expired)),
            ],
        ),
        (
            "revoked",
            [
                (Err(Conflict), Err(Revoked)),
                (Ok(1), Err(Revoked)),
                (Err(Revoked), Err(Revoked)),
                (Err(Revoked), Err(Revoked)),
            ],
        ),
        ("deleted", [(Ok(2), Ok("next")); 4]),
    ];
    for ((there, make), (same, expected)) in THERE.into_iter().zip(table) {
        assert_eq!(there, same);
        for (rule, (stored, used)) in RULES.into_iter().zip(expected) {
            let vault = memory_vault();
            let scope = vault.scope("acme/billing").unwrap();
            make(&scope);
            let done = scope.put_all([("NEW", "new"), ("OLD", "next")], rule);
            let is_stored = done.is_ok();
            let count = done.map(|done| {
                assert_eq!(done.changed + done.skipped, 2);
                done.changed
            });
            let what = format!("{there}, {rule:?}");
            assert_eq!(count.map_err(|error| error.kind()), stored, "{what}");
            assert_eq!(
                scope.info("NEW").is_ok(),
                is_stored,
                "{what}: all or nothing"
            );
            let got = value(&scope, "OLD").map_err(|error| error.kind());
            assert_eq!(got.as_deref(), used.as_ref().copied(), "{what}");
            assert!(vault.verify().unwrap().is_intact(), "{what}");
        }
    }
}

#[test]
fn a_replaced_secret_is_a_new_one_and_nothing_is_left_of_the_old() {
    let vault = memory_vault();
    let scope = vault.scope("acme").unwrap();
    let rules = AccessRules::new().tool("stripe").unwrap();
    let old = SecretInput::new("one")
        .description("of before")
        .rules(rules);
    scope
        .put("A", old.metadata("owner", "ada").inactive())
        .unwrap();
    scope.put("A", "two").unwrap();
    let before = scope.info("A").unwrap();
    let run = scope
        .snapshot(&scope.references("<<$secret.A>>").unwrap())
        .unwrap();

    let items = [("A", SecretInput::new("three").description("of now"))];
    assert_eq!(
        scope.put_all(items, OnExisting::Replace).unwrap().changed,
        1
    );
    let after = scope.info("A").unwrap();
    assert_ne!(after.record, before.record);
    assert!(after.revision > before.revision);
    assert_eq!(after.versions.len(), 1);
    assert_eq!(
        after.version().unwrap().get(),
        3,
        "numbers are never used twice"
    );
    assert_eq!(
        (after.description.as_str(), after.status),
        ("of now", Status::Active)
    );
    assert!(after.metadata.is_empty() && after.rules == AccessRules::new());
    assert_eq!(value(&scope, "A").unwrap(), "three");
    let pinned = scope.resolve("<<A@1>>").unwrap_err();
    assert_eq!(pinned.kind(), ErrorKind::NoSuchVersion);
    assert_eq!(
        run.resolve("<<$secret.A>>").unwrap_err().kind(),
        ErrorKind::Revoked
    );
    let rollback = scope.rollback("A", Version::FIRST).unwrap_err();
    assert_eq!(rollback.kind(), ErrorKind::NoSuchVersion);
    assert!(vault.verify().unwrap().is_intact());
}

#[test]
fn a_next_version_is_the_one_that_put_makes() {
    let vault = memory_vault();
    let (one, all) = (
        vault.scope("acme/one").unwrap(),
        vault.scope("acme/all").unwrap(),
    );
    for scope in [&one, &all] {
        for value in ["first", "second"] {
            scope
                .put("A", SecretInput::new(value).description("kept"))
                .unwrap();
        }
    }
    one.put("A", "third").unwrap();
    all.put_all([("A", "third")], OnExisting::Version).unwrap();
    let [one, all] = [one, all].map(|scope| {
        let info = scope.info("A").unwrap();
        let versions: Vec<_> = info
            .versions
            .iter()
            .map(|kept| kept.version.get())
            .collect();
        let values = ["<<A@1>>", "<<A@2>>", "<<A@3>>"].map(|text| scope.resolve(text).is_ok());
        (versions, values, info.description, info.revision)
    });
    assert_eq!(one, all);
    assert_eq!(one.0, [1, 2, 3]);
}

#[test]
fn a_part_that_fails_stores_nothing_of_itself_and_all_before_it_stays() {
    let (store, vault) = counted();
    let scope = vault.scope("acme").unwrap();
    scope.put("KEY_300", "in the way").unwrap();
    let (mut last, before) = (0, store.writes.load(Ordering::SeqCst));
    let error = scope
        .put_all_with(items(0..600), OnExisting::Fail, |done| {
            last = done.changed;
            ControlFlow::Continue(())
        })
        .unwrap_err();
    assert_eq!(told(&error), (256, Some(300), ErrorKind::Conflict));
    assert_eq!((last, error.progress().total), (256, 600));
    assert_eq!(error.error().name(), Some("KEY_300"));
    assert_eq!(
        error.to_string(),
        "a secret KEY_300 exists already in acme; OnExisting says what else to do \
         (256 of 600 secrets were changed)"
    );
    assert_eq!(Error::from(error).kind(), ErrorKind::Conflict);
    assert_eq!(
        store.writes.load(Ordering::SeqCst) - before,
        2,
        "the third is not tried"
    );
    assert_eq!(scope.names().unwrap().len(), 257);
    assert!(scope.info("KEY_255").is_ok() && scope.info("KEY_256").is_err());

    // To go on.
    let done = scope.put_all(items(0..600), OnExisting::Skip).unwrap();
    assert_eq!((done.changed, done.skipped), (343, 257));
    assert_eq!(value(&scope, "KEY_300").unwrap(), "in the way");
    assert!(vault.verify().unwrap().is_intact());
}

#[test]
fn what_was_replaced_is_erased_although_a_later_part_fails() {
    let (store, vault) = counted();
    let scope = vault.scope("acme").unwrap();
    scope.put_all(items(0..256), OnExisting::Fail).unwrap();
    scope.put("KEY_300", "leaked").unwrap();
    scope.revoke("KEY_300").unwrap();
    let purges = || store.purges.load(Ordering::SeqCst);
    let before = purges();
    let error = scope
        .put_all(items(0..600), OnExisting::Replace)
        .unwrap_err();
    assert_eq!(told(&error), (256, Some(300), ErrorKind::Revoked));
    assert_eq!(purges() - before, 1);
    // A call that replaces nothing has nothing to erase.
    let error = scope.put_all(items(300..301), OnExisting::Replace);
    assert_eq!(told(&error.unwrap_err()), (0, Some(0), ErrorKind::Revoked));
    assert_eq!(purges() - before, 1);
}

#[test]
fn a_store_that_fails_leaves_whole_parts() {
    // At the second part, after so many changes within it; then without an answer to it.
    // The first part has 256 secrets and the head.
    let failures = [0, 1, 100, 256].map(|puts| (Call::InPut, 257 + puts));
    for (fatal, after) in failures
        .into_iter()
        .chain([(Call::Write(0), 1), (Call::Written, 1)])
    {
        let store = MemoryStore::new();
        let builder = Vault::builder().store(store.clone());
        begin(&builder.create(&root_key()).unwrap());
        let calls = AtomicUsize::new(0);
        let broken = Hooked::new(store.clone(), move |call| {
            let is_it = std::mem::discriminant(&call) == std::mem::discriminant(&fatal);
            if is_it && calls.fetch_add(1, Ordering::SeqCst) == after {
                return Err(Error::new(ErrorKind::Io, "the store failed as planned"));
            }
            Ok(())
        });
        let vault = Vault::builder().store(broken).open(&root_key()).unwrap();
        let scope = vault.scope("acme").unwrap();
        let mut last = 0;
        let done = scope.put_all_with(items(0..600), OnExisting::Fail, |done| {
            last = done.changed;
            ControlFlow::Continue(())
        });
        let error = done.unwrap_err();
        let is_settled = fatal != Call::Written;
        let item = match fatal {
            // A change within belongs to an item, but for the last one, the head.
            Call::InPut if after < 257 + 256 => Some(256 + after - 257),
            _ => None,
        };
        assert_eq!(
            told(&error),
            (256, item, ErrorKind::Io),
            "{fatal:?} {after}"
        );
        assert_eq!(last, 256);
        let vault = Vault::builder().store(store).open(&root_key()).unwrap();
        let names = vault.scope("acme").unwrap().names().unwrap();
        assert_eq!(
            names.len(),
            if is_settled { 256 } else { 512 },
            "{fatal:?} {after}"
        );
        assert!(vault.verify().unwrap().is_intact());
    }
}

#[test]
fn a_part_is_read_with_its_lock() {
    let (store, calls) = Hooked::recording(MemoryStore::new());
    let vault = Vault::builder().store(store).create(&root_key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    for rule in [
        OnExisting::Fail,
        OnExisting::Version,
        OnExisting::Replace,
        OnExisting::Skip,
    ] {
        calls.lock().unwrap().clear();
        scope.put_all(items(0..300), rule).unwrap();
        let mut calls = std::mem::take(&mut *calls.lock().unwrap());
        calls.retain(|call| !matches!(call, Call::InPut | Call::InDelete | Call::Written));
        // The head; once it was seen, the data key with it; and the names. The first write of an
        // organization is made between two looks at the vault key.
        let mut expected = match rule {
            OnExisting::Fail => {
                let look = Call::Get(1);
                vec![Call::Write(257), look, Call::Write(257), look]
            }
            _ => vec![Call::Write(258)],
        };
        expected.push(Call::Write(46));
        expected.extend((rule == OnExisting::Replace).then_some(Call::Purge));
        assert_eq!(calls, expected, "{rule:?}");
    }
}

#[test]
fn items_that_are_wrong_are_refused_before_anything_is_stored() {
    type Item = (String, SecretInput);
    let (store, vault) = counted();
    let scope = vault.scope("acme").unwrap();
    let good = |count: usize| -> Vec<Item> {
        let good = items(0..count).map(|(name, value)| (name, SecretInput::from(value)));
        good.collect()
    };
    let at_300 = |wrong: Item| {
        let mut items = good(600);
        items[300] = wrong;
        items
    };
    let text = "sk_live_4eC39HqLyjWDarjtT1zdp7dc";
    let cases = [
        (
            at_300(("no name!".to_owned(), "v".into())),
            ErrorKind::InvalidName,
        ),
        (at_300(("A".to_owned(), "".into())), ErrorKind::InvalidValue),
        (
            at_300(("A".to_owned(), "v".repeat(65 * 1024).into())),
            ErrorKind::InvalidValue,
        ),
        (
            at_300(("A".to_owned(), described(text))),
            ErrorKind::InvalidInput,
        ),
        (
            at_300(("KEY_7".to_owned(), "v".into())),
            ErrorKind::InvalidInput,
        ),
    ];
    let before = store.calls();
    for (items, kind) in cases {
        let error = scope.put_all(items, OnExisting::Version).unwrap_err();
        assert_eq!(told(&error), (0, Some(300), kind));
        assert!(!error.to_string().contains("no name!"));
    }
    assert_eq!(store.calls(), before);
    assert_eq!(
        scope
            .put_all(good(600), OnExisting::Version)
            .unwrap()
            .changed,
        600,
        "the control"
    );
}

#[test]
fn names_that_the_policy_makes_one_are_given_twice() {
    let builder = Vault::builder().name_policy(NamePolicy::upper_snake_folding());
    let scope = builder.create(&root_key()).unwrap().scope("acme").unwrap();
    for rule in RULES {
        let error = scope
            .put_all([("API_KEY", "a"), ("api_key", "b")], rule)
            .unwrap_err();
        assert_eq!(told(&error), (0, Some(1), ErrorKind::InvalidInput));
        assert_eq!(error.error().name(), Some("API_KEY"));
    }
    assert!(scope.names().unwrap().is_empty());
    let done = scope.put_all([("API_KEY", "a"), ("api_key_2", "b")], OnExisting::Fail);
    assert_eq!(done.unwrap().changed, 2, "the control");
}

#[test]
fn rules_about_surfaces_hold_as_for_put() {
    let scope = memory_vault().scope("acme").unwrap();
    let bound = |value: &'static str| {
        let rules = AccessRules::new().surface(Surface::Header);
        SecretInput::new(value).rules(rules)
    };
    assert_eq!(
        scope.put("A", bound("value\n")).unwrap_err().kind(),
        ErrorKind::InvalidValue
    );
    let items = [("B", bound("value")), ("A", bound("value\n"))];
    let error = scope.put_all(items, OnExisting::Fail).unwrap_err();
    assert_eq!(told(&error), (0, Some(1), ErrorKind::InvalidValue));
    assert!(scope.names().unwrap().is_empty());
}

#[test]
fn expectations_of_an_item_count_as_well() {
    let scope = memory_vault().scope("acme").unwrap();
    let info = scope.put("A", "one").unwrap();
    let absent = || [("A", SecretInput::new("two").if_absent())];
    for rule in [OnExisting::Version, OnExisting::Replace] {
        let error = scope.put_all(absent(), rule).unwrap_err();
        assert_eq!(told(&error), (0, Some(0), ErrorKind::Conflict));
    }
    assert_eq!(
        scope.put_all(absent(), OnExisting::Skip).unwrap().skipped,
        1
    );
    let known = [("A", SecretInput::new("two").if_revision(info.revision))];
    assert_eq!(
        scope.put_all(known, OnExisting::Version).unwrap().changed,
        1
    );
    let late = [("A", SecretInput::new("three").if_revision(info.revision))];
    let error = scope.put_all(late, OnExisting::Version).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(value(&scope, "A").unwrap(), "two");
}

#[test]
fn a_secret_that_has_expired_is_brought_along() {
    let vault = memory_vault();
    let scope = vault.scope("acme").unwrap();
    let past = SystemTime::now() - Duration::from_secs(86_400);
    let input = || SecretInput::new("value").expires_at(past);
    assert_eq!(
        scope.put("A", input()).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
    for rule in [OnExisting::Fail, OnExisting::Replace] {
        assert_eq!(scope.put_all([("A", input())], rule).unwrap().changed, 1);
        assert_eq!(refusal(&scope, "A"), ErrorKind::Expired);
        let expires_at = scope.info("A").unwrap().expires_at.unwrap();
        assert!(expires_at < scope.info("A").unwrap().created_at);
    }
    // But no times that contradict each other.
    let never = input().not_before(past);
    let error = scope.put_all([("B", never)], OnExisting::Fail).unwrap_err();
    assert_eq!(told(&error), (0, Some(0), ErrorKind::InvalidInput));
    assert!(vault.verify().unwrap().is_intact());
}

#[test]
fn the_observer_is_told_of_each_secret() {
    type Line = (Action, String, Option<u64>, bool, Result<(), ErrorKind>);
    let lines = Arc::new(Mutex::new(Vec::<Line>::new()));
    let sink = Arc::clone(&lines);
    let vault = Vault::builder()
        .observer(move |event: &Event<'_>| {
            sink.lock().unwrap().push((
                event.action,
                event.name.to_string(),
                event.version.map(Version::get),
                event.actor.is_some() && event.scope.as_str() == "acme",
                event.outcome,
            ));
        })
        .create(&root_key())
        .unwrap();
    let scope = vault
        .scope("acme")
        .unwrap()
        .acting_as(Actor::new("importer").unwrap());
    let told = || std::mem::take(&mut *lines.lock().unwrap());
    let line =
        |name: &str, version, outcome| (Action::Put, name.to_owned(), version, true, outcome);
    scope.put("A", "one").unwrap();
    assert_eq!(told(), [line("A", Some(1), Ok(()))], "the control");
    scope
        .put_all([("A", "two"), ("B", "one")], OnExisting::Version)
        .unwrap();
    assert_eq!(
        told(),
        [line("A", Some(2), Ok(())), line("B", Some(1), Ok(()))]
    );
    scope
        .put_all([("A", "three"), ("C", "one")], OnExisting::Skip)
        .unwrap();
    assert_eq!(
        told(),
        [line("C", Some(1), Ok(()))],
        "not of what is skipped"
    );
    scope
        .put_all([("D", "one"), ("A", "three")], OnExisting::Fail)
        .unwrap_err();
    assert_eq!(told(), [line("A", None, Err(ErrorKind::Conflict))]);
    let runner = scope.with(Permissions::USE);
    runner
        .put_all([("D", "one"), ("E", "one")], OnExisting::Fail)
        .unwrap_err();
    assert_eq!(
        told(),
        ["D", "E"].map(|name| line(name, None, Err(ErrorKind::Denied)))
    );
    let info = scope.info("A").unwrap();
    assert_eq!(
        info.versions[1].created_by,
        Some(Actor::new("importer").unwrap())
    );
}

#[test]
fn importers_beside_each_other_lose_nothing() {
    let vault = memory_vault();
    let scope = vault.scope("acme").unwrap();
    let stored: usize = thread::scope(|threads| {
        let import = || {
            scope
                .put_all(items(0..700), OnExisting::Skip)
                .unwrap()
                .changed
        };
        let importers = [(); 4].map(|()| threads.spawn(import));
        importers
            .into_iter()
            .map(|importer| importer.join().unwrap())
            .sum()
    });
    assert_eq!(stored, 700, "each by one of them");
    assert_eq!(scope.names().unwrap().len(), 700);
    assert!(vault.verify().unwrap().is_intact());
}
