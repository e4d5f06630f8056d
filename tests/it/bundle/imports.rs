//! Imports: what is kept, what stands in the way, and how much is stored.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use keyslot::{
    Action, Actor, AuditAction, AuditMode, BundleReach, Error, ErrorKind, Event, NamePolicy,
    OnExisting, Permissions, Scope, ScopedVault, SecretInput, Status, Vault,
};

use super::kit::{REASON, key, of_scope, of_vault, open, scope};
use crate::support::hooked::{Call, Hooked};
use crate::support::shelf::{Shelf, shelf_vault};
use crate::support::{SINGLE, root_key, value};

/// A scope with a secret of each sort, as a bundle.
fn of_each_sort() -> Vec<u8> {
    let project = scope("acme");
    project.put("LIVE", "first").unwrap();
    project.put("LIVE", "second").unwrap();
    project
        .put("OFF", SecretInput::new("a value").inactive())
        .unwrap();
    project.put("REVOKED", "leaked").unwrap();
    project.revoke("REVOKED").unwrap();
    project.put("DELETED", "one").unwrap();
    project.put("DELETED", "two").unwrap();
    project.delete("DELETED").unwrap();
    of_scope(&project)
}

fn import(file: &[u8], existing: OnExisting, to: &ScopedVault) -> (usize, usize) {
    let done = open(file).import(existing).into_scope(to).unwrap();
    assert_eq!(done.total, done.changed + done.skipped);
    (done.changed, done.skipped)
}

fn refusal(file: &[u8], existing: OnExisting, to: &ScopedVault) -> ErrorKind {
    let error = open(file).import(existing).into_scope(to).unwrap_err();
    assert_eq!(error.progress().changed, 0);
    error.kind()
}

fn intact(vault: &Vault) {
    let report = vault.verify().unwrap();
    assert!(report.is_intact(), "{:?}", report.findings);
}

#[test]
fn a_secret_of_each_sort_comes_in() {
    let (file, vault) = (of_each_sort(), shelf_vault());
    let to = vault.scope("acme/new").unwrap();
    assert_eq!(import(&file, OnExisting::Fail, &to), (4, 0));
    assert_eq!(value(&to, "LIVE").unwrap(), "second");
    assert_eq!(value(&to, "LIVE@1").unwrap(), "first");
    assert_eq!(value(&to, "OFF").unwrap_err().kind(), ErrorKind::Inactive);
    assert_eq!(
        value(&to, "REVOKED").unwrap_err().kind(),
        ErrorKind::Revoked
    );
    assert_eq!(
        value(&to, "DELETED").unwrap_err().kind(),
        ErrorKind::NotFound
    );
    // The numbers of what was deleted or revoked go on.
    assert_eq!(
        to.put("DELETED", "three").unwrap().version().unwrap().get(),
        3
    );
    let next = to.replace_revoked("REVOKED", "new").unwrap();
    assert_eq!(next.version().unwrap().get(), 2);
    intact(&vault);
}

#[test]
fn a_revoked_name_stays_revoked_and_hides_what_is_above() {
    let vault = shelf_vault();
    vault
        .scope("acme")
        .unwrap()
        .put("REVOKED", "above")
        .unwrap();
    let to = vault.scope("acme/new").unwrap();
    import(&of_each_sort(), OnExisting::Fail, &to);
    assert_eq!(
        value(&to, "REVOKED").unwrap_err().kind(),
        ErrorKind::Revoked
    );
    assert_eq!(
        to.set_status("REVOKED", Status::Active).unwrap_err().kind(),
        ErrorKind::Revoked
    );
}

#[test]
fn no_import_brings_back_what_is_revoked_here() {
    let to = scope("acme");
    to.put("LIVE", "leaked").unwrap();
    to.revoke("LIVE").unwrap();
    let file = of_each_sort();
    assert_eq!(refusal(&file, OnExisting::Fail, &to), ErrorKind::Conflict);
    assert_eq!(refusal(&file, OnExisting::Replace, &to), ErrorKind::Revoked);
    assert!(to.info("OFF").is_err(), "nothing else came in either");
    assert_eq!(import(&file, OnExisting::Skip, &to), (3, 1));
    assert_eq!(value(&to, "LIVE").unwrap_err().kind(), ErrorKind::Revoked);
}

#[test]
fn a_name_that_is_there_is_refused_skipped_or_replaced() {
    let file = of_each_sort();
    let vault = shelf_vault();
    let to = vault.scope("acme").unwrap();
    let before = to.put("LIVE", "of the target").unwrap();
    to.put("REVOKED", "live here").unwrap();
    to.put("DELETED", "live here").unwrap();
    assert_eq!(refusal(&file, OnExisting::Fail, &to), ErrorKind::Conflict);
    assert_eq!(
        refusal(&file, OnExisting::Version, &to),
        ErrorKind::InvalidInput
    );
    assert_eq!(import(&file, OnExisting::Skip, &to), (1, 3), "OFF");
    assert_eq!(value(&to, "LIVE").unwrap(), "of the target");

    let done = open(&file)
        .import(OnExisting::Replace)
        .into_scope(&to)
        .unwrap();
    assert_eq!(
        (done.changed, done.skipped),
        (3, 1),
        "a tombstone deletes nothing"
    );
    assert!(done.purge.is_some());
    assert_eq!(value(&to, "DELETED").unwrap(), "live here");
    assert_eq!(
        value(&to, "REVOKED").unwrap_err().kind(),
        ErrorKind::Revoked
    );
    // Version 1 was another value here, so the numbers go on behind it.
    let after = to.info("LIVE").unwrap();
    let numbers: Vec<u64> = after
        .versions
        .iter()
        .map(|kept| kept.version.get())
        .collect();
    assert_eq!(numbers, [2, 3]);
    assert_ne!(after.record, before.record);
    assert_eq!(value(&to, "LIVE").unwrap(), "second");
    assert_eq!(
        value(&to, "LIVE@1").unwrap_err().kind(),
        ErrorKind::NoSuchVersion
    );
    intact(&vault);
}

#[test]
fn numbers_go_on_behind_those_of_a_name_that_was_deleted() {
    let to = scope("acme");
    for _ in 0..3 {
        to.put("LIVE", "gone").unwrap();
    }
    to.delete("LIVE").unwrap();
    import(&of_each_sort(), OnExisting::Fail, &to);
    assert_eq!(to.info("LIVE").unwrap().version().unwrap().get(), 5);
    assert_eq!(value(&to, "LIVE@4").unwrap(), "first");
}

#[test]
fn an_import_needs_manage() {
    let file = of_each_sort();
    for permission in SINGLE {
        let to = scope("acme").with(permission);
        let outcome = open(&file).import(OnExisting::Fail).into_scope(&to);
        match outcome {
            Ok(_) => assert_eq!(permission, Permissions::MANAGE),
            Err(error) => {
                assert_ne!(permission, Permissions::MANAGE);
                assert_eq!(error.kind(), ErrorKind::Denied);
            }
        }
    }
}

#[test]
fn an_import_is_in_the_log_and_told() {
    let told = Arc::<Mutex<Vec<String>>>::default();
    let heard = Arc::clone(&told);
    let observer = move |event: &Event<'_>| {
        assert_eq!(event.action, Action::ImportBundle);
        heard.lock().unwrap().push(event.name.to_string());
    };
    let builder = Vault::builder().audit(AuditMode::Off).observer(observer);
    let vault = builder.create(&root_key()).unwrap();
    let actor = Actor::new("user:ada").unwrap();
    let to = vault.scope("acme").unwrap().acting_as(actor.clone());
    let to = to.because("the move").unwrap();
    import(&of_each_sort(), OnExisting::Fail, &to);
    let entries: Vec<_> = vault.audit("acme").unwrap().entries().collect();
    assert_eq!(entries.len(), 4);
    for entry in entries {
        let entry = entry.unwrap();
        assert_eq!(entry.action, AuditAction::ImportBundle);
        assert_eq!(
            (entry.actor, entry.reason.as_deref()),
            (Some(actor.clone()), Some("the move"))
        );
    }
    let mut told = told.lock().unwrap().clone();
    told.sort();
    assert_eq!(told, ["DELETED", "LIVE", "OFF", "REVOKED"]);
}

#[test]
fn scopes_move_with_their_base() {
    let vault = shelf_vault();
    for (scope, name) in [("acme/a", "A"), ("acme/a/b", "B"), ("acme/a/b/c", "C")] {
        vault
            .scope(scope)
            .unwrap()
            .put(name, format!("value of {name}"))
            .unwrap();
    }
    let mut file = Vec::new();
    let reach = BundleReach::Below(Scope::new("acme/a").unwrap());
    vault
        .export(reach, REASON)
        .unwrap()
        .bundle(&key(), &mut file)
        .unwrap();
    let at = |to: &str| {
        let to = Scope::new(to).unwrap();
        open(&file)
            .import(OnExisting::Fail)
            .at(to)
            .into_vault(&vault)
    };
    assert_eq!(at("other").unwrap().changed, 3);
    assert_eq!(
        value(&vault.scope("other").unwrap(), "A").unwrap(),
        "value of A"
    );
    assert_eq!(
        value(&vault.scope("other/b/c").unwrap(), "C").unwrap(),
        "value of C"
    );
    let deep = at("1/2/3/4/5/6/7").unwrap_err();
    assert_eq!(
        deep.kind(),
        ErrorKind::InvalidScope,
        "no scope is that deep"
    );
    assert!(vault.scopes("1").unwrap().is_empty());

    let error = open(&file)
        .import(OnExisting::Skip)
        .into_scope(&scope("acme"))
        .unwrap_err();
    assert_eq!(
        error.kind(),
        ErrorKind::InvalidInput,
        "a handle is on one scope"
    );
    let whole = of_vault(&vault);
    let mut whole = open(&whole);
    let import = whole.import(OnExisting::Skip).at(Scope::new("x").unwrap());
    assert_eq!(
        import.into_vault(&vault).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
}

/// A vault whose writes fail after so many.
fn failing(after: usize) -> (Vault, Arc<AtomicUsize>) {
    let left = Arc::new(AtomicUsize::new(usize::MAX));
    let counted = Arc::clone(&left);
    let store = Hooked::new(Shelf::new(), move |call| match call {
        // Those that store rows; a trial writes none.
        Call::InPut if counted.load(Ordering::SeqCst) == 0 => {
            Err(Error::new(ErrorKind::StorageFull, "the disk is full"))
        }
        Call::Written => {
            let _ = counted.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                Some(left.saturating_sub(1))
            });
            Ok(())
        }
        _ => Ok(()),
    });
    let vault = Vault::builder().store(store).create(&root_key()).unwrap();
    left.store(after, Ordering::SeqCst);
    (vault, left)
}

/// A scope of 600 secrets, as a bundle: three parts.
fn large() -> Vec<u8> {
    let from = scope("acme");
    let items = (0..600).map(|number| (format!("KEY_{number}"), "a value"));
    from.put_all(items, OnExisting::Fail).unwrap();
    of_scope(&from)
}

#[test]
fn a_large_import_that_fails_says_how_much_is_stored() {
    let file = large();
    // Three trials, and one part.
    let (vault, left) = failing(4);
    let to = vault.scope("acme").unwrap();
    let error = open(&file)
        .import(OnExisting::Fail)
        .into_scope(&to)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StorageFull);
    let progress = error.progress();
    assert_eq!(
        (progress.changed, progress.skipped, progress.total),
        (256, 0, 600)
    );
    assert_eq!(to.names().unwrap().len(), 256);
    left.store(usize::MAX, Ordering::SeqCst);
    assert_eq!(
        import(&file, OnExisting::Skip, &to),
        (344, 256),
        "it goes on"
    );
    intact(&vault);
}

#[test]
fn a_small_import_comes_in_whole_or_not_at_all() {
    let file = of_each_sort();
    let (vault, left) = failing(0);
    let to = vault.scope("acme").unwrap();
    let error = open(&file)
        .import(OnExisting::Fail)
        .into_scope(&to)
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.progress().changed),
        (ErrorKind::StorageFull, 0)
    );
    left.store(usize::MAX, Ordering::SeqCst);
    assert!(to.names().unwrap().is_empty());
    assert_eq!(import(&file, OnExisting::Fail, &to), (4, 0));
}

#[test]
fn a_collision_in_the_last_part_stores_nothing() {
    let file = large();
    let mut last = None;
    open(&file)
        .inspect(|entry| last = Some(entry.name.clone()))
        .unwrap();
    let to = scope("acme");
    to.put(last.unwrap(), "is there").unwrap();
    let error = open(&file)
        .import(OnExisting::Fail)
        .into_scope(&to)
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.item()),
        (ErrorKind::Conflict, Some(599))
    );
    assert_eq!(to.names().unwrap().len(), 1);
}

#[test]
fn an_import_may_be_stopped_between_parts() {
    let (file, to) = (large(), scope("acme"));
    let mut told = Vec::new();
    let mut bundle = open(&file);
    let import = bundle.import(OnExisting::Fail).on_progress(|progress| {
        told.push((progress.changed, progress.total));
        if told.len() == 2 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    let done = import.into_scope(&to).unwrap();
    assert_eq!((done.changed, done.total), (512, 600));
    assert_eq!(told, [(256, 600), (512, 600)]);
    assert_eq!(to.names().unwrap().len(), 512);
}

#[test]
fn what_the_target_does_not_take_is_refused_before_anything_is_stored() {
    let from = scope("acme");
    from.put("A", "value").unwrap();
    from.put("lower case", "x".repeat(2000)).unwrap();
    let file = of_scope(&from);
    let kind = |vault: Vault| {
        let to = vault.scope("acme").unwrap();
        let outcome = open(&file).import(OnExisting::Fail).into_scope(&to);
        assert!(outcome.is_ok() || to.names().unwrap().is_empty());
        outcome.map(drop).map_err(|error| error.kind())
    };
    let built = || Vault::builder();
    let create = |builder: keyslot::VaultBuilder| builder.create(&root_key()).unwrap();
    assert_eq!(kind(create(built())), Ok(()), "the control");
    assert_eq!(
        kind(create(built().max_value(1000))),
        Err(ErrorKind::InvalidValue)
    );
    let narrow = built().name_policy(NamePolicy::upper_snake());
    assert_eq!(kind(create(narrow)), Err(ErrorKind::InvalidName));
}

#[test]
fn as_many_versions_come_in_as_the_target_keeps() {
    let from = scope("acme");
    for number in 1..=5 {
        from.put("A", format!("value {number}")).unwrap();
    }
    let vault = Vault::builder()
        .kept_versions(2)
        .create(&root_key())
        .unwrap();
    let to = vault.scope("acme").unwrap();
    import(&of_scope(&from), OnExisting::Fail, &to);
    let info = to.info("A").unwrap();
    let numbers: Vec<u64> = info
        .versions
        .iter()
        .map(|kept| kept.version.get())
        .collect();
    assert_eq!(numbers, [4, 5]);
    assert_eq!(value(&to, "A@4").unwrap(), "value 4");
    intact(&vault);
}
