//! Deleting and switching many secrets: in whole parts, by the rules of the single calls.
#![cfg(feature = "vault")]
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use keyslot::store::{MemoryStore, Purge};
use keyslot::{
    Action, BulkError, BulkProgress, Error, ErrorKind, Event, OnExisting, Permissions, ScopedVault,
    Status, Vault,
};

use crate::support::counting::Counting;
use crate::support::hooked::{Call, Hooked};
use crate::support::{memory_vault, refusal, root_key, value};

type All = fn(&ScopedVault, Vec<String>) -> Result<BulkProgress, BulkError>;

const DELETE: All = |scope, names| scope.delete_all(names);
const FORCE: All = |scope, names| scope.force_delete_all(names);
const DISABLE: All = |scope, names| scope.set_status_all(names, Status::Inactive);
const ENABLE: All = |scope, names| scope.set_status_all(names, Status::Active);
const REVOKE: All = |scope, names| scope.set_status_all(names, Status::Revoked);

fn names(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(|number| format!("KEY_{number}")).collect()
}

fn fill(scope: &ScopedVault, numbers: std::ops::Range<usize>) {
    let items = names(numbers).into_iter().map(|name| (name, "a value"));
    scope.put_all(items, OnExisting::Fail).unwrap();
}

/// The counts of a call.
fn counts(done: BulkProgress) -> [usize; 3] {
    [done.changed, done.skipped, done.total]
}

#[test]
fn many_secrets_change_in_writes_of_bounded_size() {
    let store = Arc::new(Counting::default());
    let vault = Vault::builder().store(Arc::clone(&store));
    let vault = vault.create(&root_key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    fill(&scope, 0..600);
    for (all, refused) in [
        (DISABLE, ErrorKind::Inactive),
        (REVOKE, ErrorKind::Revoked),
        (FORCE, ErrorKind::NotFound),
    ] {
        let before = store.writes.load(Ordering::SeqCst);
        let done = all(&scope, names(0..600)).unwrap();
        assert_eq!(counts(done), [600, 0, 600]);
        assert_eq!(
            store.writes.load(Ordering::SeqCst) - before,
            3,
            "{refused:?}"
        );
        for number in [0, 255, 256, 599] {
            assert_eq!(refusal(&scope, &format!("KEY_{number}")), refused);
        }
        // Once more changes nothing.
        assert_eq!(counts(all(&scope, names(0..600)).unwrap()), [0, 600, 600]);
    }
    let report = vault.verify().unwrap();
    assert!(report.is_intact());
    assert_eq!((report.secrets, report.tombstones), (0, 600));
}

#[test]
fn a_name_without_a_secret_is_deleted_already_and_cannot_be_switched() {
    let scope = memory_vault().scope("acme").unwrap();
    fill(&scope, 0..2);
    let error = DISABLE(&scope, names(0..3)).unwrap_err();
    assert_eq!((error.kind(), error.item()), (ErrorKind::NotFound, Some(2)));
    assert_eq!(error.error().name(), Some("KEY_2"));
    assert_eq!(
        value(&scope, "KEY_0").unwrap(),
        "a value",
        "nothing of the part happened"
    );
    assert_eq!(counts(DELETE(&scope, names(0..3)).unwrap()), [2, 1, 3]);
}

#[test]
fn what_is_revoked_stays_so_and_is_deleted_by_force_alone() {
    let vault = memory_vault();
    vault.scope("acme").unwrap().put("KEY_1", "above").unwrap();
    let scope = vault.scope("acme/billing").unwrap();
    fill(&scope, 0..2);
    scope.revoke("KEY_1").unwrap();
    for all in [ENABLE, DISABLE, DELETE] {
        let error = all(&scope, names(0..2)).unwrap_err();
        assert_eq!((error.kind(), error.item()), (ErrorKind::Revoked, Some(1)));
        assert_eq!(counts(error.progress()), [0, 0, 2]);
        assert_eq!(refusal(&scope, "KEY_1"), ErrorKind::Revoked);
        assert_eq!(value(&scope, "KEY_0").unwrap(), "a value");
    }
    assert_eq!(counts(FORCE(&scope, names(0..2)).unwrap()), [2, 0, 2]);
    assert_eq!(value(&scope, "KEY_1").unwrap(), "above");
}

#[test]
fn what_is_erased_is_purged_also_when_a_later_part_fails() {
    let scope = memory_vault().scope("acme").unwrap();
    fill(&scope, 0..300);
    scope.revoke("KEY_299").unwrap();
    let error = DELETE(&scope, names(0..300)).unwrap_err();
    assert_eq!(
        (error.kind(), error.item()),
        (ErrorKind::Revoked, Some(299))
    );
    assert_eq!(counts(error.progress()), [256, 0, 300]);
    assert_eq!(error.progress().purge, Some(Purge::Done));
    assert_eq!(scope.names().unwrap().len(), 44);
    // The controls: a call that erased nothing.
    assert_eq!(DISABLE(&scope, names(256..299)).unwrap().purge, None);
    assert_eq!(DELETE(&scope, names(0..256)).unwrap().purge, None);
    assert_eq!(
        REVOKE(&scope, names(256..299)).unwrap().purge,
        Some(Purge::Done)
    );
}

#[test]
fn bad_names_are_refused_before_the_store_is_asked() {
    let store = Arc::new(Counting::default());
    let vault = Vault::builder().store(Arc::clone(&store));
    let vault = vault.create(&root_key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    fill(&scope, 0..300);
    let before = store.calls();
    let narrowed = scope.with(Permissions::READ);
    for all in [DELETE, FORCE, ENABLE, DISABLE, REVOKE] {
        for (bad, kind) in [
            ("no name!", ErrorKind::InvalidName),
            ("KEY_7", ErrorKind::InvalidInput),
        ] {
            let with_bad = [names(0..299), vec![bad.to_owned()]].concat();
            let error = all(&scope, with_bad).unwrap_err();
            assert_eq!((error.kind(), error.item()), (kind, Some(299)));
            assert!(!error.to_string().contains("no name!"));
        }
        assert_eq!(
            all(&narrowed, names(0..2)).unwrap_err().kind(),
            ErrorKind::Denied
        );
    }
    assert_eq!(store.calls(), before);
    assert_eq!(
        counts(DELETE(&scope, names(0..300)).unwrap()),
        [300, 0, 300],
        "the control"
    );
}

#[test]
fn a_store_that_fails_leaves_whole_parts() {
    // In the second part, or without an answer to it. A part has 256 secrets and the head.
    for (fatal, after, item, changed) in [
        (Call::InPut, 100, Some(100), 0),
        (Call::InPut, 257 + 100, Some(356), 256),
        (Call::Written, 1, None, 256),
    ] {
        for all in [FORCE, DISABLE, REVOKE] {
            let (store, key) = (MemoryStore::new(), root_key());
            let vault = Vault::builder().store(store.clone()).create(&key).unwrap();
            let whole = vault.scope("acme").unwrap();
            fill(&whole, 0..600);
            let calls = AtomicUsize::new(0);
            let broken = Hooked::new(store, move |call| {
                if call == fatal && calls.fetch_add(1, Ordering::SeqCst) == after {
                    return Err(Error::new(ErrorKind::Io, "the store failed as planned"));
                }
                Ok(())
            });
            let cut = Vault::builder().store(broken).open(&key).unwrap();
            let error = all(&cut.scope("acme").unwrap(), names(0..600)).unwrap_err();
            assert_eq!((error.kind(), error.item()), (ErrorKind::Io, item));
            assert_eq!(counts(error.progress()), [changed, 0, 600]);
            assert!(vault.verify().unwrap().is_intact());
            // The same call goes on.
            let stands = changed + if fatal == Call::Written { 256 } else { 0 };
            let done = all(&whole, names(0..600)).unwrap();
            assert_eq!(counts(done), [600 - stands, stands, 600]);
        }
    }
}

#[test]
fn the_observer_is_told_of_each_that_changes() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&told);
    let vault = Vault::builder()
        .store(MemoryStore::new())
        .observer(move |event: &Event<'_>| {
            let name = event.name.to_string();
            log.lock()
                .unwrap()
                .push((event.action, name, event.outcome));
        });
    let scope = vault.create(&root_key()).unwrap().scope("acme").unwrap();
    fill(&scope, 0..2);
    scope.set_status("KEY_1", Status::Inactive).unwrap();
    told.lock().unwrap().clear();
    DISABLE(&scope, names(0..2)).unwrap();
    DELETE(&scope, names(0..3)).unwrap();
    ENABLE(&scope, names(0..1)).unwrap_err();
    let event = |action, name: &str, outcome| (action, name.to_owned(), outcome);
    assert_eq!(
        *told.lock().unwrap(),
        [
            event(Action::SetStatus, "KEY_0", Ok(())),
            event(Action::Delete, "KEY_0", Ok(())),
            event(Action::Delete, "KEY_1", Ok(())),
            event(Action::SetStatus, "KEY_0", Err(ErrorKind::NotFound)),
        ]
    );
}

#[test]
fn the_progress_is_told_and_the_caller_may_stop() {
    type Told = fn(&ScopedVault, &[String], &mut Vec<usize>, usize) -> BulkProgress;
    fn until(seen: &mut Vec<usize>, most: usize) -> impl FnMut(BulkProgress) -> ControlFlow<()> {
        move |progress| {
            seen.push(progress.changed);
            if seen.len() == most {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        }
    }
    let calls: [Told; 3] = [
        |scope, names, seen, most| {
            let told = until(seen, most);
            scope
                .set_status_all_with(names, Status::Revoked, told)
                .unwrap()
        },
        |scope, names, seen, most| scope.delete_all_telling(names, until(seen, most)).unwrap(),
        |scope, names, seen, most| {
            scope
                .force_delete_all_telling(names, until(seen, most))
                .unwrap()
        },
    ];
    for call in calls {
        let scope = memory_vault().scope("acme").unwrap();
        fill(&scope, 0..600);
        let (names, mut seen) = (names(0..600), Vec::new());
        let done = call(&scope, &names, &mut seen, 2);
        assert_eq!((done.changed, &seen[..]), (512, &[256, 512][..]));
        assert_eq!(done.purge, Some(Purge::Done));
        assert!(scope.info("KEY_512").is_ok());
        // The control: nobody stops it, and the same call goes on from there.
        seen.clear();
        let done = call(&scope, &names, &mut seen, 9);
        assert_eq!((done.changed, done.skipped), (88, 512));
        assert_eq!(seen, [0, 0, 88]);
    }
}
