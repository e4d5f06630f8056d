//! The guard: a row that is gone, added or of the past is refused when it is read, in the process
//! that had the vault open and in one that opens it then. (All kinds of edits: `tampering.rs`.)

#![cfg(feature = "vault")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use keyslot::store::{Kind, MemoryStore};
use keyslot::{Epoch, Error, ErrorKind, ScopedVault, Target, Vault};

use crate::life::{ANSWERS, SCRIPT, act, ask, builder};
use crate::support::counting::Counting;
use crate::support::hooked::{Call, Hooked};
use crate::support::rows::{Stored, all_rows, delete, put, rows};
use crate::support::{root_key, value};

const BOUND: usize = 100_000;

fn guarded(store: &MemoryStore) -> Vault {
    let builder = Vault::builder().guard(BOUND).store(store.clone());
    builder.open_or_create(&root_key()).unwrap()
}

fn plain(store: &MemoryStore) -> Vault {
    let builder = Vault::builder().store(store.clone());
    builder.open_or_create(&root_key()).unwrap()
}

fn resolve(scope: &ScopedVault, name: &str) -> Result<String, ErrorKind> {
    value(scope, name).map_err(|error| error.kind())
}

/// A parent and a child that both have the name, the child's revoked; and the child's row before
/// that and since.
fn revoked_in_child(store: &MemoryStore, vault: &Vault) -> (Stored, Stored) {
    let (parent, child) = (vault.scope("acme").unwrap(), vault.scope("acme/x").unwrap());
    parent.put("KEY", "of the parent").unwrap();
    let above = rows(store, Kind::Secret);
    child.put("KEY", "of the child").unwrap();
    let own = |rows: Vec<Stored>| {
        let mut own = rows.into_iter().filter(|row| !above.contains(row));
        own.next().unwrap()
    };
    let before = own(rows(store, Kind::Secret));
    child.revoke("KEY").unwrap();
    (before, own(rows(store, Kind::Secret)))
}

/// Each call that reads a secret of a name, or secrets of a scope.
fn calls(vault: &Vault) -> Vec<(&'static str, Result<(), ErrorKind>)> {
    let child = vault.scope("acme/x").unwrap();
    let text = "<<$secret.KEY>>";
    let references = child.references(text).unwrap();
    let run = child.snapshot(&references).map(drop);
    let target = keyslot::Target::unspecified();
    let calls = [
        ("resolve", child.resolve(text).map(drop)),
        ("info", child.info("KEY").map(drop)),
        ("reveal", child.reveal("KEY").map(drop)),
        ("matches", child.matches("KEY", "a guess").map(drop)),
        ("snapshot", run),
        ("explain", child.explain(&target, &references).map(drop)),
        ("missing", child.missing(&references).map(drop)),
        ("names", child.names().map(drop)),
        ("changes", child.changes(Epoch::START).map(drop)),
        (
            "list",
            child.list().collect::<keyslot::Result<Vec<_>>>().map(drop),
        ),
        (
            "inherited",
            child
                .list()
                .inherited()
                .collect::<keyslot::Result<Vec<_>>>()
                .map(drop),
        ),
        ("scopes", vault.scopes("acme").map(drop)),
        ("put", child.put("KEY", "another").map(drop)),
        ("revoke", child.revoke("KEY").map(drop)),
        ("delete", child.delete("KEY").map(drop)),
        (
            "clone_to",
            child
                .clone_to("KEY", &vault.scope("acme/y").unwrap())
                .map(drop),
        ),
        (
            "clone_all_to",
            child
                .clone_all_to(&vault.scope("acme/y").unwrap())
                .map(drop),
        ),
    ];
    let kind = |result: keyslot::Result<()>| result.map_err(|error| error.kind());
    calls
        .into_iter()
        .map(|(name, result)| (name, kind(result)))
        .collect()
}

/// Every call is refused, by who had the vault open and by who opens it now, until the row of the
/// revoked secret is put back.
#[track_caller]
fn all_is_refused_until(store: &MemoryStore, warm: &Vault, revoked: &Stored) {
    for vault in [warm, &guarded(store)] {
        for (call, result) in calls(vault) {
            assert_eq!(result, Err(ErrorKind::Tampered), "{call}");
        }
    }
    put(store, revoked);
    let scope = warm.scope("acme/x").unwrap();
    assert_eq!(resolve(&scope, "KEY"), Err(ErrorKind::Revoked));
}

#[test]
fn a_deleted_revoked_row_lets_no_parent_through() {
    let store = MemoryStore::new();
    let warm = guarded(&store);
    let (_, revoked) = revoked_in_child(&store, &warm);
    assert_eq!(
        resolve(&warm.scope("acme/x").unwrap(), "KEY"),
        Err(ErrorKind::Revoked)
    );
    delete(&store, &revoked);

    // The control: without a guard the parent answers.
    let open = plain(&store).scope("acme/x").unwrap();
    assert_eq!(resolve(&open, "KEY").as_deref(), Ok("of the parent"));
    all_is_refused_until(&store, &warm, &revoked);
    assert!(warm.scope("acme/x").unwrap().names().is_ok());
}

#[test]
fn a_revoked_row_that_is_put_back_is_refused() {
    let store = MemoryStore::new();
    let warm = guarded(&store);
    let (active, revoked) = revoked_in_child(&store, &warm);
    put(&store, &active);

    let open = plain(&store).scope("acme/x").unwrap();
    assert_eq!(
        resolve(&open, "KEY").as_deref(),
        Ok("of the child"),
        "the control"
    );
    all_is_refused_until(&store, &warm, &revoked);
}

#[test]
fn a_view_goes_on_with_the_writes_of_others() {
    let store = MemoryStore::new();
    let (one, other) = (guarded(&store), plain(&store));
    let [reader, writer] = [&one, &other].map(|vault| vault.scope("acme/x").unwrap());
    for number in 0..200 {
        let name = format!("KEY_{}", number % 30);
        writer.put(&name, format!("value {number}")).unwrap();
        let expected = format!("value {number}");
        assert_eq!(resolve(&reader, &name), Ok(expected));
        if number % 7 == 0 {
            writer.delete(&name).unwrap();
            assert_eq!(resolve(&reader, &name), Err(ErrorKind::NotFound));
        }
        if number % 11 == 0 {
            assert_eq!(reader.names().unwrap(), writer.names().unwrap());
            assert_eq!(one.scopes("acme").unwrap(), other.scopes("acme").unwrap());
        }
        reader.put("OWN", format!("value {number}")).unwrap();
    }
}

#[test]
fn a_list_of_several_pages_is_whole_or_refused() {
    let store = MemoryStore::new();
    let warm = guarded(&store);
    let scope = warm.scope("acme/x").unwrap();
    for number in 0..700 {
        scope.put(format!("KEY_{number:03}"), "value").unwrap();
    }
    assert_eq!(scope.names().unwrap().len(), 700);
    let all = rows(&store, Kind::Secret);
    for at in [0, 1, 255, 256, 257, 511, 512, 698, 699] {
        delete(&store, &all[at]);
        let cold = guarded(&store).scope("acme/x").unwrap();
        for scope in [&scope, &cold] {
            let listed: keyslot::Result<Vec<_>> = scope.list().collect();
            assert_eq!(listed.unwrap_err().kind(), ErrorKind::Tampered, "row {at}");
        }
        put(&store, &all[at]);
        assert_eq!(scope.names().unwrap().len(), 700);
    }
    // A page that was read is not asked for what was written behind it since.
    let mut list = scope.list();
    list.by_ref()
        .take(600)
        .for_each(|listed| drop(listed.unwrap()));
    scope.put("LATER", "value").unwrap();
    assert!(list.all(|listed| listed.is_ok()));
}

#[test]
fn one_call_while_nothing_is_written_and_three_after_a_write() {
    let store = Arc::new(Counting::default());
    let builder = || Vault::builder().store(Arc::clone(&store));
    let vault = builder().guard(BOUND).create(&root_key()).unwrap();
    let scope = vault.scope("acme/x").unwrap();
    scope.put("KEY", "value").unwrap();
    let calls = |work: &dyn Fn()| {
        let before = store.calls();
        work();
        store.calls() - before
    };
    let resolve = || drop(scope.resolve("<<$secret.KEY>> <<$secret.KEY>>").unwrap());
    resolve();
    for _ in 0..3 {
        assert_eq!(calls(&resolve), 1);
        assert_eq!(calls(&|| drop(scope.info("KEY").unwrap())), 1);
    }
    // Head and rows are read; then at one moment head, news and rows.
    scope.put("OTHER", "value").unwrap();
    assert_eq!(calls(&resolve), 1 + 1 + 3);
    assert_eq!(calls(&resolve), 1);
    // A write brings the view up to date within.
    scope.put("OTHER", "again").unwrap();
    // The put that begins an organization writes again once it knows the vault key that holds.
    assert_eq!(store.writes.load(Ordering::SeqCst), 1 + 2 + 2);
    let in_writes = store.in_writes.load(Ordering::SeqCst);
    scope.put("OTHER", "and again").unwrap();
    assert_eq!(
        store.in_writes.load(Ordering::SeqCst) - in_writes,
        1,
        "the news"
    );
}

#[test]
fn the_bound_holds_for_all_organizations_together() {
    let store = MemoryStore::new();
    let vault = Vault::builder().guard(200).store(store.clone());
    let vault = vault.create(&root_key()).unwrap();
    for tenant in 0..20 {
        let scope = vault.scope(format!("tenant-{tenant}")).unwrap();
        for number in 0..10 {
            scope.put(format!("KEY_{number}"), "value").unwrap();
        }
    }
    for tenant in (0..20).rev() {
        let scope = vault.scope(format!("tenant-{tenant}")).unwrap();
        assert_eq!(resolve(&scope, "KEY_3").as_deref(), Ok("value"));
    }
    // An organization that was given up is read anew, and so its lost row is noticed.
    let lost = rows(&store, Kind::Secret).remove(0);
    delete(&store, &lost);
    let refused = (0..20).filter(|tenant| {
        let scope = vault.scope(format!("tenant-{tenant}")).unwrap();
        scope
            .names()
            .is_err_and(|error| error.kind() == ErrorKind::Tampered)
    });
    assert_eq!(refused.count(), 1);
    put(&store, &lost);
    let large = vault.scope("large").unwrap();
    let failed = (0..200).find_map(|number| large.put(format!("KEY_{number}"), "value").err());
    assert_eq!(failed.unwrap().kind(), ErrorKind::TooLarge);
    assert!(resolve(&vault.scope("tenant-1").unwrap(), "KEY_3").is_ok());
}

#[test]
fn secrets_in_use_are_no_reason_to_refuse_an_organization() {
    let builder = Vault::builder().guard(100);
    let scope = builder.create(&root_key()).unwrap().scope("acme").unwrap();
    for number in 0..60 {
        scope.put(format!("KEY_{number}"), "value").unwrap();
    }
    for number in (0..60).chain(0..60) {
        let name = format!("KEY_{number}");
        assert_eq!(resolve(&scope, &name).as_deref(), Ok("value"), "{name}");
        scope.put("OTHER", format!("value {number}")).unwrap();
    }
}

#[test]
fn a_row_that_is_added_to_a_scope_hides_no_other_scope() {
    let store = MemoryStore::new();
    let vault = guarded(&store);
    for scope in ["acme/x", "acme/y"] {
        let before = rows(&store, Kind::Secret);
        vault.scope(scope).unwrap().put("KEY", "value").unwrap();
        assert_eq!(rows(&store, Kind::Secret).len(), before.len() + 1);
    }
    assert_eq!(vault.scopes("acme").unwrap().len(), 2);
    let mut all = rows(&store, Kind::Secret);
    all.sort_by_key(|row| row.epoch);
    let (first, second) = (all.remove(0), all.remove(0));
    delete(&store, &second);
    // Nobody opens a row of a scope that is known already. This one comes last.
    put(
        &store,
        &first.with(|row| {
            row.key.key[31] ^= 1;
            row.epoch += 100;
        }),
    );
    assert_eq!(
        plain(&store).scopes("acme").unwrap().len(),
        1,
        "the control"
    );
    for vault in [&vault, &guarded(&store)] {
        let scopes = vault.scopes("acme").map_err(|error| error.kind());
        assert_eq!(scopes, Err(ErrorKind::Tampered));
    }
}

#[test]
fn names_of_the_past_are_not_proposed() {
    let store = MemoryStore::new();
    let vault = guarded(&store);
    let scope = vault.scope("acme").unwrap();
    scope.put("TOKEN", "value").unwrap();
    let proposed = |vault: &Vault| {
        let scope = vault.scope("acme").unwrap();
        let references = scope.references("<<$secret.TOKN>>").unwrap();
        let explained = scope.explain(&Target::unspecified(), &references).unwrap();
        let verdict = explained[0].verdict.as_ref().unwrap_err();
        assert_eq!(verdict.kind(), ErrorKind::NotFound);
        verdict.to_string().contains("TOKEN")
    };
    assert!(proposed(&vault), "the control");
    let past = rows(&store, Kind::Secret).remove(0);
    scope.delete("TOKEN").unwrap();
    assert!(!proposed(&vault));
    put(&store, &past);
    assert!(proposed(&plain(&store)), "the control");
    assert!(!proposed(&vault));
}

#[test]
fn an_erasure_that_is_not_done_alarms_nobody() {
    let store = MemoryStore::new();
    let (fails, seen) = (Arc::new(AtomicBool::new(true)), guarded(&store));
    let fail = Arc::clone(&fails);
    let hooked = Hooked::new(store.clone(), move |call| {
        if call == Call::InDelete && fail.load(Ordering::SeqCst) {
            return Err(Error::new(ErrorKind::Unavailable, "cut off"));
        }
        Ok(())
    });
    let vault = Vault::builder().store(hooked).open(&root_key()).unwrap();
    let scope = vault.scope("acme/x").unwrap();
    scope.put("KEY", "value").unwrap();
    scope.put("OTHER", "value").unwrap();
    assert_eq!(
        resolve(&seen.scope("acme/x").unwrap(), "KEY").as_deref(),
        Ok("value")
    );
    let error = vault.erase_tenant("acme").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(rows(&store, Kind::Secret).len(), 2, "the control");
    // What was not erased yet can be neither read nor written, and all else can.
    for (name, vault) in [("NEW_1", &seen), ("NEW_2", &guarded(&store))] {
        let scope = vault.scope("acme/x").unwrap();
        scope.put(name, "value").unwrap();
        assert_eq!(resolve(&scope, name).as_deref(), Ok("value"));
        assert_eq!(resolve(&scope, "NONE"), Err(ErrorKind::NotFound));
        assert_eq!(resolve(&scope, "KEY"), Err(ErrorKind::Tampered));
        assert!(scope.put("KEY", "value").is_err());
        assert!(scope.names().is_err());
    }
    fails.store(false, Ordering::SeqCst);
    let _ = vault.erase_tenant("acme").unwrap();
    for vault in [&seen, &guarded(&store)] {
        let scope = vault.scope("acme/x").unwrap();
        assert!(scope.names().unwrap().is_empty());
        scope.put("KEY", "a new life").unwrap();
        scope.delete("KEY").unwrap();
    }
}

#[test]
fn an_accepted_rollback_is_the_present_from_then_on() {
    let store = MemoryStore::new();
    let vault = guarded(&store);
    let scope = vault.scope("acme/x").unwrap();
    scope.put("KEY", "first").unwrap();
    assert_eq!(resolve(&scope, "KEY").as_deref(), Ok("first"));
    let past = all_rows(&store);
    scope.put("KEY", "second").unwrap();
    scope.put("NEW", "value").unwrap();
    assert_eq!(resolve(&scope, "KEY").as_deref(), Ok("second"));
    for row in all_rows(&store) {
        delete(&store, &row);
    }
    for row in &past {
        put(&store, row);
    }
    assert_eq!(resolve(&scope, "KEY"), Err(ErrorKind::Tampered));
    assert_eq!(resolve(&scope, "NEW"), Err(ErrorKind::Tampered));
    vault.accept_rollback("a test").unwrap();
    assert_eq!(resolve(&scope, "KEY").as_deref(), Ok("first"));
    assert_eq!(resolve(&scope, "NEW"), Err(ErrorKind::NotFound));
    scope.put("NEW", "again").unwrap();
    assert_eq!(resolve(&scope, "NEW").as_deref(), Ok("again"));
}

#[test]
fn nothing_is_kept_of_organizations_that_do_not_exist() {
    let store = MemoryStore::new();
    let vault = guarded(&store);
    for tenant in 0..100 {
        let scope = vault.scope(format!("nobody-{tenant}/x")).unwrap();
        assert_eq!(resolve(&scope, "KEY"), Err(ErrorKind::NotFound));
        assert!(scope.names().unwrap().is_empty());
    }
    // A secret of a tenant whose head is gone is refused, asked for or not.
    let scope = vault.scope("acme/x").unwrap();
    scope.put("KEY", "value").unwrap();
    let head = rows(&store, Kind::Head).remove(0);
    delete(&store, &head);
    let cold = guarded(&store);
    for scope in [&scope, &cold.scope("acme/x").unwrap()] {
        for name in ["KEY", "OTHER"] {
            assert_eq!(resolve(scope, name), Err(ErrorKind::Tampered), "{name}");
        }
        assert_eq!(
            scope.put("OTHER", "value").unwrap_err().kind(),
            ErrorKind::Tampered
        );
    }
}

#[test]
fn a_vault_with_a_guard_answers_like_one_without() {
    let store = MemoryStore::new();
    let vault = builder().guard(BOUND).store(store.clone());
    let vault = vault.create(&root_key()).unwrap();
    for step in &SCRIPT {
        act(&vault, step);
        vault.scope(step.0).unwrap().names().unwrap();
    }
    for (scope, name, answer) in ANSWERS {
        assert_eq!(
            ask(&vault, scope, name).as_deref().map_err(|kind| *kind),
            answer
        );
    }
}

#[test]
fn many_threads_read_and_write_and_nobody_is_alarmed() {
    let store = MemoryStore::new();
    let vaults = [guarded(&store), guarded(&store)];
    vaults[0]
        .scope("acme")
        .unwrap()
        .put("KEY_0", "value")
        .unwrap();
    let over = AtomicBool::new(false);
    thread::scope(|threads| {
        let writers: Vec<_> = (0..3)
            .map(|own| {
                let scope = vaults[own % 2].scope("acme/x").unwrap();
                threads.spawn(move || {
                    for number in 0..60 {
                        let name = format!("KEY_{}", number % 9);
                        scope.put(&name, format!("{own} {number}")).unwrap();
                        if number % 5 == 0 {
                            let deleted = scope.delete(&name).map(drop);
                            let kind = deleted.err().map(|error| error.kind());
                            assert!(matches!(kind, None | Some(ErrorKind::NotFound)));
                        }
                    }
                })
            })
            .collect();
        for own in 0..3 {
            let scope = vaults[own % 2].scope("acme/x").unwrap();
            let over = &over;
            threads.spawn(move || {
                let mut rounds = 0;
                while !over.load(Ordering::SeqCst) || rounds == 0 {
                    for number in 0..9 {
                        match resolve(&scope, &format!("KEY_{number}")) {
                            Ok(_) | Err(ErrorKind::NotFound | ErrorKind::Busy) => {}
                            Err(kind) => panic!("{kind:?}"),
                        }
                    }
                    match scope.names() {
                        Ok(_) => {}
                        Err(error) => assert_eq!(error.kind(), ErrorKind::Busy),
                    }
                    rounds += 1;
                }
            });
        }
        for writer in writers {
            writer.join().unwrap();
        }
        over.store(true, Ordering::SeqCst);
    });
    assert_eq!(
        vaults[0].scope("acme/x").unwrap().names().unwrap(),
        plain(&store).scope("acme/x").unwrap().names().unwrap()
    );
}

#[test]
fn operators_work_under_a_guard() {
    let store = MemoryStore::new();
    let (vault, other) = (guarded(&store), guarded(&store));
    let [scope, seen] = [&vault, &other].map(|vault| vault.scope("acme/x").unwrap());
    for number in 0..20 {
        scope.put(format!("KEY_{number}"), "first").unwrap();
        scope.put(format!("KEY_{number}"), "second").unwrap();
    }
    assert_eq!(resolve(&seen, "KEY_1").as_deref(), Ok("second"));
    vault.rotate_data_key("acme").unwrap();
    let past = rows(&store, Kind::Secret).remove(0);
    assert!(vault.rewrap("acme").unwrap().finish().unwrap().done);
    for scope in [&scope, &seen, &guarded(&store).scope("acme/x").unwrap()] {
        assert_eq!(resolve(scope, "KEY_1@1").as_deref(), Ok("first"));
        assert_eq!(scope.names().unwrap().len(), 20);
    }
    // A row of the past is not sealed anew under the newest key.
    let now = rows(&store, Kind::Secret);
    let now = now.into_iter().find(|row| row.place() == past.place());
    put(&store, &past);
    vault.rotate_data_key("acme").unwrap();
    let refused = vault.rewrap("acme").unwrap().finish().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Tampered);
    put(&store, &now.unwrap());
    assert!(vault.rewrap("acme").unwrap().finish().unwrap().done);

    let lost = rows(&store, Kind::Secret)
        .remove(0)
        .with(|row| row.info[60] ^= 1);
    put(&store, &lost);
    let name = (0..20).map(|number| format!("KEY_{number}")).find(|name| {
        vault
            .revoke_lost(scope.scope(), name, "a damaged row of a test")
            .is_ok()
    });
    for scope in [&scope, &seen] {
        assert_eq!(
            resolve(scope, name.as_ref().unwrap()),
            Err(ErrorKind::Revoked)
        );
        assert_eq!(scope.names().unwrap().len(), 20);
    }
    let _ = vault.erase_tenant("acme").unwrap();
    for scope in [&scope, &seen] {
        assert_eq!(resolve(scope, "KEY_1"), Err(ErrorKind::NotFound));
        assert!(scope.names().unwrap().is_empty());
    }
    seen.put("KEY_1", "a new life").unwrap();
    assert_eq!(resolve(&scope, "KEY_1").as_deref(), Ok("a new life"));
}
