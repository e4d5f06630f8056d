//! Changes that are made only at a revision, while another writer is at work.
#![cfg(feature = "vault")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use keyslot::store::MemoryStore;
use keyslot::{
    Error, ErrorKind, OnReferenced, Permissions, Revision, ScopedVault, SecretInfo, Status, Vault,
    Version,
};

use crate::support::hooked::{Call, Hooked};
use crate::support::{memory_vault, root_key};

/// A change of `A`, made at a revision, or at any.
type Change = fn(&ScopedVault, Option<Revision>) -> Result<(), Error>;

const CHANGES: [(&str, Change); 8] = [
    ("rollback", |scope, at| match at {
        Some(at) => scope
            .if_revision(at)
            .rollback("A", Version::FIRST)
            .map(drop),
        None => scope.rollback("A", Version::FIRST).map(drop),
    }),
    ("switched off", |scope, at| match at {
        Some(at) => scope
            .if_revision(at)
            .set_status("A", Status::Inactive)
            .map(drop),
        None => scope.set_status("A", Status::Inactive).map(drop),
    }),
    ("switched to revoked", |scope, at| match at {
        Some(at) => scope
            .if_revision(at)
            .set_status("A", Status::Revoked)
            .map(drop),
        None => scope.set_status("A", Status::Revoked).map(drop),
    }),
    ("revoke", |scope, at| match at {
        Some(at) => scope.if_revision(at).revoke("A").map(drop),
        None => scope.revoke("A").map(drop),
    }),
    ("revoke_reporting", |scope, at| match at {
        Some(at) => scope.if_revision(at).revoke_reporting("A").map(drop),
        None => scope.revoke_reporting("A").map(drop),
    }),
    ("delete", |scope, at| match at {
        Some(at) => scope.if_revision(at).delete("A").map(drop),
        None => scope.delete("A").map(drop),
    }),
    ("force_delete", |scope, at| match at {
        Some(at) => scope.if_revision(at).force_delete("A").map(drop),
        None => scope.force_delete("A").map(drop),
    }),
    ("delete_with", |scope, at| match at {
        Some(at) => scope
            .if_revision(at)
            .delete_with("A", OnReferenced::Report)
            .map(drop),
        None => scope.delete_with("A", OnReferenced::Report).map(drop),
    }),
];

/// A scope with two versions of `A`; and a switch: once it is on, another writer stores a third one
/// after the next write has begun, and before it has the lock.
fn raced() -> (ScopedVault, ScopedVault, Arc<AtomicBool>) {
    let store = MemoryStore::new();
    let other = Vault::builder()
        .store(store.clone())
        .create(&root_key())
        .unwrap()
        .scope("acme")
        .unwrap();
    let is_on = Arc::new(AtomicBool::new(false));
    let (switch, writer) = (Arc::clone(&is_on), Mutex::new(other.clone()));
    let hooked = Hooked::new(store, move |call| {
        if matches!(call, Call::Write(_)) && switch.swap(false, Ordering::SeqCst) {
            writer.lock().unwrap().put("A", "of somebody else")?;
        }
        Ok(())
    });
    let vault = Vault::builder().store(hooked).open(&root_key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    scope.put("A", "one").unwrap();
    scope.put("A", "two").unwrap();
    (scope, other, is_on)
}

fn seen(scope: &ScopedVault) -> SecretInfo {
    scope.info("A").unwrap()
}

#[test]
fn a_change_at_a_revision_does_not_pass_a_writer_who_came_between() {
    for (what, change) in CHANGES {
        let (scope, other, is_on) = raced();
        let at = seen(&scope).revision;
        is_on.store(true, Ordering::SeqCst);
        let error = change(&scope, Some(at)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{what}");
        assert_eq!(error.name().unwrap(), "A", "{what}");
        let now = seen(&other);
        assert!(other.matches("A", "of somebody else").unwrap(), "{what}");
        assert_eq!((now.status, now.versions.len()), (Status::Active, 3));
        // Read again, it goes through.
        change(&scope, Some(now.revision)).unwrap();
        assert_ne!(other.info("A").ok(), Some(now), "{what}");
    }
}

#[test]
fn the_same_change_at_any_revision_passes_that_writer() {
    for (what, change) in CHANGES {
        let (scope, other, is_on) = raced();
        is_on.store(true, Ordering::SeqCst);
        change(&scope, None).unwrap();
        assert!(!is_on.load(Ordering::SeqCst), "the other writer was there");
        let is_theirs = other.matches("A", "of somebody else");
        let is_kept = what == "switched off";
        assert_eq!(is_theirs.unwrap_or(false), is_kept, "{what}");
    }
}

#[test]
fn one_of_many_rollbacks_at_a_revision_is_made() {
    let vault = memory_vault();
    let scope = vault.scope("acme").unwrap();
    scope.put("A", "one").unwrap();
    let at = scope.put("A", "two").unwrap().revision;
    let roll_back = || scope.if_revision(at).rollback("A", Version::FIRST).is_ok();
    let made = std::thread::scope(|threads| {
        let threads: Vec<_> = (0..8).map(|_| threads.spawn(roll_back)).collect();
        let made = threads.into_iter().map(|thread| thread.join().unwrap());
        made.filter(|is_made| *is_made).count()
    });
    assert_eq!(made, 1);
    assert_eq!(seen(&scope).version(), Version::new(3));
    assert!(vault.verify().unwrap().is_intact());
}

#[test]
fn other_refusals_come_as_without_a_revision() {
    let scope = memory_vault().scope("acme").unwrap();
    let at = scope.put("A", "one").unwrap().revision;
    let kind = |result: keyslot::Result<()>| result.unwrap_err().kind();
    let reader = scope.with(Permissions::READ);
    for (what, change) in CHANGES {
        assert_eq!(kind(change(&reader, Some(at))), ErrorKind::Denied, "{what}");
    }
    let missing = scope
        .if_revision(at)
        .rollback("A", Version::new(7).unwrap());
    assert_eq!(missing.unwrap_err().kind(), ErrorKind::NoSuchVersion);
    scope.revoke("A").unwrap();
    let now = seen(&scope).revision;
    // Revoking twice is no error, but it is a conflict at a revision that is over.
    assert!(scope.if_revision(now).revoke("A").is_ok());
    let late = scope.if_revision(at).revoke("A").map(drop);
    assert_eq!(kind(late), ErrorKind::Conflict);
    let revoked = scope.if_revision(now).delete("A").map(drop);
    assert_eq!(kind(revoked), ErrorKind::Revoked);
    scope.if_revision(now).force_delete("A").unwrap();
    for (what, change) in CHANGES {
        let gone = change(&scope, Some(now));
        assert_eq!(kind(gone), ErrorKind::NotFound, "{what}");
    }
}
