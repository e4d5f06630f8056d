//! Imports that end before their end: the result says which half is stored.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use keyslot::{Error, ErrorKind, MemoryStore, RootKey, ScopedVault, Vault};
use keyslot_import::{Entries, Importer, Outcome};

use crate::hooked::{Call, Hooked};
use crate::support::{list, project};

fn long(count: usize) -> String {
    let line = |number| format!("KEY_{number}='value {number}'");
    (0..count).map(line).collect::<Vec<String>>().join("\n")
}

#[test]
fn progress_is_told_and_the_caller_may_stop() {
    let project = project();
    let mut seen = Vec::new();
    let plan = Importer::new(&project).plan(list(&long(600))).unwrap();
    let done = plan.apply_with(|progress| {
        seen.push((progress.done, progress.total));
        match progress.done {
            512 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    });
    let done = done.unwrap();
    assert_eq!(seen, [(256, 600), (512, 600)]);
    assert_eq!((done.stored(), done.count(Outcome::NotStored)), (512, 88));
    assert!(!done.is_whole());
    for (number, entry) in done.entries().iter().enumerate() {
        let is_there = project.info(entry.name.as_ref().unwrap()).is_ok();
        assert_eq!(is_there, entry.outcome == Outcome::Stored, "{number}");
    }
    // The same file goes on from there.
    let plan = Importer::new(&project).plan(list(&long(600))).unwrap();
    let done = plan.apply().unwrap();
    assert_eq!((done.stored(), done.count(Outcome::Left)), (88, 512));
}

/// A way in which a write fails.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The disk is full, and nothing is written.
    Full,
    /// It is written, and the answer is lost.
    AnswerLost,
    /// The store cannot tell, and nothing is written.
    Undone,
    /// The answer is lost, and the next read fails.
    StoreLost,
}

/// A project in a store of which one write, counted from 0 behind the first, fails.
fn failing(write: usize, fault: Fault) -> ScopedVault {
    let writes = Arc::new(AtomicUsize::new(usize::MAX - 1000));
    let counted = Arc::clone(&writes);
    let is_lost = AtomicBool::new(false);
    let error = |kind| Err(Error::new(kind, "the test says so"));
    let hook = move |call| {
        let number = match call {
            Call::Write(_) => counted.fetch_add(1, Ordering::SeqCst),
            Call::Written => counted.load(Ordering::SeqCst).wrapping_sub(1),
            _ if is_lost.swap(false, Ordering::SeqCst) => return error(ErrorKind::Unavailable),
            _ => return Ok(()),
        };
        match (call, fault) {
            _ if number != write => Ok(()),
            (Call::Write(_), Fault::Full) => error(ErrorKind::StorageFull),
            (Call::Write(_), Fault::Undone) => error(ErrorKind::Unsettled),
            (Call::Written, _) => {
                is_lost.store(fault == Fault::StoreLost, Ordering::SeqCst);
                error(ErrorKind::Unsettled)
            }
            _ => Ok(()),
        }
    };
    let store = Hooked::new(MemoryStore::new(), hook);
    let key = RootKey::generate().unwrap();
    let vault = Vault::builder().store(store).create(&key).unwrap();
    let project = vault.scope("acme/billing").unwrap();
    project.put("FIRST", "1").unwrap();
    writes.store(0, Ordering::SeqCst);
    project
}

#[test]
fn a_write_that_fails_is_told_with_the_half_that_is_stored() {
    let project = failing(1, Fault::Full);
    let plan = Importer::new(&project).plan(list(&long(600))).unwrap();
    let error = plan.apply().unwrap_err();
    assert_eq!(
        (error.kind(), error.entry()),
        (ErrorKind::StorageFull, None)
    );
    let imported = error.imported();
    assert_eq!(
        (imported.stored(), imported.count(Outcome::NotStored)),
        (256, 344)
    );
    for entry in imported.entries() {
        let is_there = project.info(entry.name.as_ref().unwrap()).is_ok();
        assert_eq!(is_there, entry.outcome == Outcome::Stored);
    }
    let shown = error.to_string();
    assert!(
        shown.ends_with("(256 of 600 entries were stored)"),
        "{shown}"
    );
    // The disk has room again.
    let plan = Importer::new(&project).plan(list(&long(600))).unwrap();
    assert_eq!(plan.apply().unwrap().stored(), 344);
}

/// The outcomes of an import of so many long values whose second write is lost.
fn lost(file: &str, fault: Fault) -> ([usize; 3], ScopedVault, Vec<Outcome>) {
    let project = failing(1, fault);
    let plan = Importer::new(&project).plan(list(file)).unwrap();
    let error = plan.apply().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsettled);
    let imported = error.imported();
    let counts = [Outcome::Stored, Outcome::Unknown, Outcome::NotStored];
    let counts = counts.map(|outcome| imported.count(outcome));
    let outcomes = imported.entries().iter().map(|entry| entry.outcome);
    (counts, project, outcomes.collect())
}

#[test]
fn a_write_whose_answer_is_lost_is_looked_for() {
    let file = long(600);
    // It was made, and is found.
    let (counts, _, _) = lost(&file, Fault::AnswerLost);
    assert_eq!(counts, [512, 0, 88]);
    // It was not made, which nobody can know yet.
    let (counts, _, outcomes) = lost(&file, Fault::Undone);
    assert_eq!(counts, [256, 256, 88]);
    let unknown = outcomes.iter().map(|one| *one == Outcome::Unknown);
    assert!(unknown.eq((0..600).map(|number| (256..512).contains(&number))));
    // It was made, and the store cannot be read.
    let (counts, project, outcomes) = lost(&file, Fault::StoreLost);
    assert_eq!(counts, [256, 256, 88]);
    for (number, outcome) in outcomes.into_iter().enumerate() {
        let is_there = project.info(format!("KEY_{number}")).is_ok();
        assert!(
            outcome == Outcome::Unknown || is_there == (outcome == Outcome::Stored),
            "{number}"
        );
    }
    // The same file settles it.
    let plan = Importer::new(&project).plan(list(&file)).unwrap();
    let done = plan.apply().unwrap();
    assert_eq!((done.stored(), done.count(Outcome::Left)), (88, 512));
}

#[test]
fn a_write_of_few_long_values_is_unknown_alone() {
    let value = "v".repeat(60_000);
    let line = |number| format!("KEY_{number}={value}{number}");
    let file = (0..100).map(line).collect::<Vec<String>>().join("\n");
    let ([stored, unknown, not_stored], _, _) = lost(&file, Fault::Undone);
    assert_eq!(stored + unknown + not_stored, 100);
    assert!(
        unknown < 40 && unknown == stored && not_stored > 0,
        "{unknown}"
    );
}

#[test]
fn a_failure_in_a_later_scope_tells_of_the_earlier_ones() {
    let store = Arc::new(MemoryStore::new());
    let key = RootKey::generate().unwrap();
    let vault = Vault::builder()
        .store(Arc::clone(&store))
        .create(&key)
        .unwrap();
    let acme = vault.scope("acme").unwrap();
    let text = br#"{"A": "1", "billing": {"B": "2", "C": "3"}, "x": {"D": "4"}}"#;
    let file = Entries::json(text).unwrap();
    let plan = Importer::new(&acme).below(&vault).plan(file).unwrap();
    vault
        .scope("acme/billing")
        .unwrap()
        .put("C", "of somebody else")
        .unwrap();
    let error = plan.apply().unwrap_err();
    assert_eq!(
        (error.kind(), error.entry()),
        (ErrorKind::Conflict, Some(2))
    );
    let outcomes: Vec<Outcome> = error
        .imported()
        .entries()
        .iter()
        .map(|entry| entry.outcome)
        .collect();
    let none = Outcome::NotStored;
    assert_eq!(outcomes, [Outcome::Stored, none, none, none]);
    assert!(vault.scope("acme/billing").unwrap().info("B").is_err());
}

#[test]
fn thousands_are_compared_with_few_calls() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let hook = move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Ok(())
    };
    let store = Hooked::new(MemoryStore::new(), hook);
    let key = RootKey::generate().unwrap();
    let vault = Vault::builder().store(store).create(&key).unwrap();
    let project = vault.scope("acme").unwrap();
    project.put("FIRST", "1").unwrap();
    let before = calls.load(Ordering::SeqCst);
    let plan = Importer::new(&project).plan(list(&long(5_000))).unwrap();
    let planned = calls.load(Ordering::SeqCst) - before;
    assert!(planned < 20, "{planned} calls");
    assert_eq!(plan.entries().len(), 5_000);
}
