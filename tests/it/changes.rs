//! The secrets that changed since an epoch, and waiting for them.
#![cfg(feature = "vault")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use keyslot::store::{Kind, MemoryStore};
use keyslot::{
    Changes, Epoch, Error, ErrorKind, Permissions, ScopedVault, SecretChange, Status, Vault,
};

use crate::support::hooked::{Call, Hooked};
use crate::support::rows::{Stored, all_rows, delete, put, rows};
use crate::support::{memory_vault, root_key};

/// So long that a test that takes it has failed.
const LONG: Duration = Duration::from_secs(120);
const SHORT: Duration = Duration::from_millis(30);

/// Scope, name and status of each changed secret.
fn shown(changes: &Changes) -> Vec<String> {
    assert!(!changes.all || changes.secrets.is_empty());
    let secrets = changes.secrets.iter();
    secrets
        .map(|one| format!("{}/{} {:?}", one.scope, one.name, one.status))
        .collect()
}

fn open(store: &MemoryStore, guard: bool) -> Vault {
    let builder = Vault::builder().store(store.clone());
    let builder = if guard {
        builder.guard(10_000)
    } else {
        builder
    };
    builder.open_or_create(&root_key()).unwrap()
}

fn put_back(store: &MemoryStore, kept: &[Stored]) {
    for row in all_rows(store) {
        delete(store, &row);
    }
    for row in kept {
        put(store, row);
    }
}

#[test]
fn every_change_is_named_once_with_its_last_state() {
    for guard in [false, true] {
        let store = MemoryStore::new();
        let vault = open(&store, guard);
        let (above, project) = (
            vault.scope("acme").unwrap(),
            vault.scope("acme/billing").unwrap(),
        );
        let beside = vault.scope("acme/sales").unwrap();
        assert_eq!(project.epoch().unwrap(), Epoch::START);
        assert_eq!(project.changes(Epoch::START).unwrap(), Changes::default());
        for name in ["A", "B", "C", "D", "E"] {
            project.put(name, "the first").unwrap();
        }
        let loaded = project.epoch().unwrap();
        assert_eq!(project.changes(Epoch::START).unwrap().secrets.len(), 5);
        assert!(project.changes(loaded).unwrap().is_empty());

        project.put("E", "the second").unwrap();
        project.set_status("A", Status::Inactive).unwrap();
        project.revoke("B").unwrap();
        project.delete("C").unwrap();
        let change = SecretChange::new().description("used by billing");
        project.update("D", change).unwrap();
        above.put("REGION", "eu").unwrap();
        beside.put("OTHER", "of another project").unwrap();
        project.put("E", "the third").unwrap();
        let other = vault.scope("globex").unwrap();
        other.put("E", "of another organization").unwrap();

        let changes = project.changes(loaded).unwrap();
        assert_eq!(
            shown(&changes),
            [
                "acme/billing/A Some(Inactive)",
                "acme/billing/B Some(Revoked)",
                "acme/billing/C None",
                "acme/billing/D Some(Active)",
                "acme/REGION Some(Active)",
                "acme/billing/E Some(Active)",
            ],
            "guard: {guard}"
        );
        let revisions: Vec<u64> = changes
            .secrets
            .iter()
            .map(|one| one.revision.get())
            .collect();
        assert_eq!(revisions, [2, 2, 2, 2, 1, 3]);
        assert!(!changes.all && changes.epoch == project.epoch().unwrap());
        assert!(project.changes(changes.epoch).unwrap().is_empty());
        // Those above do not see what lies below them.
        let above = above.changes(loaded).unwrap();
        assert_eq!(shown(&above), ["acme/REGION Some(Active)"]);
        // A process that opens the vault later goes on with the same epoch.
        let again = open(&store, guard).scope("acme/billing").unwrap();
        assert_eq!(again.changes(loaded).unwrap(), changes);
        // Nothing was written.
        project.set_status("A", Status::Inactive).unwrap();
        assert!(project.changes(changes.epoch).unwrap().is_empty());
    }
}

#[test]
fn a_rewrap_names_secrets_of_the_same_revision() {
    let vault = memory_vault();
    let project = vault.scope("acme").unwrap();
    let revision = project.put("KEY", "a value").unwrap().revision;
    let before = project.epoch().unwrap();
    vault.rotate_data_key("acme").unwrap();
    assert!(project.changes(before).unwrap().is_empty());
    vault.rewrap("acme").unwrap().finish().unwrap();
    let changes = project.changes(before).unwrap();
    assert_eq!(shown(&changes), ["acme/KEY Some(Active)"]);
    assert_eq!(changes.secrets[0].revision, revision);
}

#[test]
fn after_an_erasure_everything_may_have_changed() {
    for guard in [false, true] {
        let store = MemoryStore::new();
        let vault = open(&store, guard);
        let project = vault.scope("acme").unwrap();
        project.put("KEY", "a value").unwrap();
        let before = project.epoch().unwrap();
        vault.erase_tenant("acme").unwrap();
        let erased = project.changes(before).unwrap();
        assert!(erased.all && !erased.is_empty() && erased.epoch > before);
        // From then on names are told again.
        project.put("NEW", "a value").unwrap();
        let changes = project.changes(erased.epoch).unwrap();
        assert_eq!(shown(&changes), ["acme/NEW Some(Active)"]);
        assert!(project.changes(before).unwrap().all);
        assert!(project.changes(Epoch::START).unwrap().all);
    }
}

#[test]
fn an_older_copy_is_tampering_or_a_change_of_everything() {
    for guard in [false, true] {
        let store = MemoryStore::new();
        let project = open(&store, guard).scope("acme").unwrap();
        project.put("KEY", "the first").unwrap();
        let copy = all_rows(&store);
        project.put("KEY", "the second").unwrap();
        let seen = project.epoch().unwrap();
        put_back(&store, &copy);
        for refused in [project.changes(seen).map(drop), project.epoch().map(drop)] {
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::Tampered);
        }
        // A process that never saw the newer state cannot tell, but its host can.
        let later = open(&store, guard).scope("acme").unwrap();
        let changes = later.changes(seen).unwrap();
        assert!(changes.all && changes.epoch < seen);
        assert!(later.changes(changes.epoch).unwrap().is_empty());
    }
}

#[test]
fn a_row_that_somebody_put_back_is_not_hidden_from_a_guard() {
    let store = MemoryStore::new();
    let writer = open(&store, false).scope("acme").unwrap();
    writer.put("OTHER", "a value").unwrap();
    writer.put("KEY", "a leaked value").unwrap();
    let before = rows(&store, Kind::Secret);
    let loaded = writer.epoch().unwrap();
    writer.revoke("KEY").unwrap();
    assert_eq!(
        shown(&writer.changes(loaded).unwrap()),
        ["acme/KEY Some(Revoked)"]
    );
    // The positive control: the guard names it as well.
    let guarded = || open(&store, true).scope("acme").unwrap();
    assert_eq!(guarded().changes(loaded).unwrap().secrets.len(), 1);

    for row in &before {
        put(&store, row);
    }
    for scope in [guarded(), writer.clone()] {
        let refused = scope.changes(loaded).map(|changes| shown(&changes));
        match refused {
            Err(error) => assert_eq!(error.kind(), ErrorKind::Tampered),
            Ok(names) => assert!(names.is_empty(), "without a guard: {names:?}"),
        }
    }
    assert!(guarded().changes(loaded).is_err());
}

#[test]
fn a_damaged_record_is_an_error() {
    for guard in [false, true] {
        let store = MemoryStore::new();
        let project = open(&store, guard).scope("acme").unwrap();
        project.put("KEY", "a value").unwrap();
        let row = rows(&store, Kind::Secret).remove(0);
        put(&store, &row.with(|row| row.info[40] ^= 1));
        let error = project.changes(Epoch::START).unwrap_err();
        let damage = [ErrorKind::Corrupt, ErrorKind::Tampered];
        assert!(damage.contains(&error.kind()), "{error}");
        assert!(!error.to_string().contains("KEY"));
        put(&store, &row);
        assert!(project.changes(Epoch::START).is_ok());
    }
}

#[test]
fn without_permission_nothing_ever_changes() {
    let counted = |permissions: Permissions, guard: bool| {
        let (store, calls) = Hooked::recording(MemoryStore::new());
        let builder = Vault::builder().store(store);
        let builder = if guard { builder.guard(100) } else { builder };
        let project = builder.create(&root_key()).unwrap().scope("acme").unwrap();
        project.put("KEY", "a value").unwrap();
        let narrow = project.with(permissions);
        calls.lock().unwrap().clear();
        let epoch = narrow.epoch().unwrap();
        let changes = narrow.changes(Epoch::START).unwrap();
        let waited = narrow
            .wait_for_changes(Epoch::new(7), Duration::ZERO)
            .unwrap();
        let calls = std::mem::take(&mut *calls.lock().unwrap());
        (epoch, changes, waited, calls)
    };
    let (epoch, changes, _, calls) = counted(Permissions::READ, false);
    assert!(
        epoch > Epoch::START && changes.secrets.len() == 1,
        "the control"
    );
    for guard in [false, true] {
        let hidden = counted(Permissions::USE, guard);
        assert_eq!((hidden.0, hidden.1), (Epoch::START, Changes::default()));
        assert!(hidden.2.is_empty() && hidden.2.epoch == Epoch::new(7));
        if !guard {
            assert_eq!(hidden.3.len(), calls.len());
        }
    }
}

#[test]
fn a_wait_ends_with_a_change_of_its_scopes_alone() {
    let store = MemoryStore::new();
    let other = open(&store, false);
    let project = open(&store, false).scope("acme/billing").unwrap();
    let before = project.epoch().unwrap();
    let waits = {
        let project = project.clone();
        thread::spawn(move || project.wait_for_changes(before, LONG))
    };
    // Another open vault, as in another process. None of these is to be seen by it.
    for scope in ["globex", "acme/sales", "acme/billing/eu"] {
        other.scope(scope).unwrap().put("OTHER", "a value").unwrap();
    }
    let empty = project.wait_for_changes(before, SHORT).unwrap();
    assert!(
        empty.is_empty() && empty.epoch > before,
        "the epoch goes on"
    );
    assert!(!waits.is_finished());
    other.scope("acme").unwrap().put("KEY", "a value").unwrap();
    let changes = waits.join().unwrap().unwrap();
    assert_eq!(shown(&changes), ["acme/KEY Some(Active)"]);
    // A change of before is told at once, also without time.
    let changes = project.wait_for_changes(before, Duration::ZERO).unwrap();
    assert_eq!(shown(&changes), ["acme/KEY Some(Active)"]);
    assert_eq!(
        project.wait_for_changes(before, Duration::MAX).unwrap(),
        changes
    );
}

#[test]
fn a_wait_asks_for_the_head_and_ends_with_an_error_of_the_store() {
    let (heads, reads) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let fails = Arc::new(AtomicBool::new(false));
    let hook = {
        let (heads, reads, fails) = (heads.clone(), reads.clone(), fails.clone());
        move |call| {
            match call {
                Call::Head => heads.fetch_add(1, Ordering::SeqCst),
                Call::Read => reads.fetch_add(1, Ordering::SeqCst),
                _ => 0,
            };
            if fails.load(Ordering::SeqCst) {
                return Err(Error::new(ErrorKind::Unavailable, "out of reach"));
            }
            Ok(())
        }
    };
    let store = Hooked::new(MemoryStore::new(), hook);
    let vault = Vault::builder().store(store).create(&root_key()).unwrap();
    let project = vault.scope("acme").unwrap();
    let waits = {
        let project = project.clone();
        thread::spawn(move || project.wait_for_changes(Epoch::START, LONG))
    };
    while heads.load(Ordering::SeqCst) < 5 {
        thread::yield_now();
    }
    assert_eq!(reads.load(Ordering::SeqCst), 1, "records are read once");
    fails.store(true, Ordering::SeqCst);
    let error = waits.join().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    fails.store(false, Ordering::SeqCst);
    assert!(
        project
            .wait_for_changes(Epoch::START, SHORT)
            .unwrap()
            .is_empty()
    );
}

/// Follows a scope until a name of that revision, and returns the last revision of each name.
fn follow(project: &ScopedVault, last: &str, revision: u64) -> BTreeMap<String, u64> {
    let (mut since, mut known) = (Epoch::START, BTreeMap::new());
    loop {
        let changes = project.wait_for_changes(since, LONG).unwrap();
        assert!(!changes.all && changes.epoch > since);
        for one in changes.secrets {
            assert!(one.epoch > since && one.epoch <= changes.epoch);
            known.insert(one.name.to_string(), one.revision.get());
        }
        since = changes.epoch;
        if known.get(last) == Some(&revision) {
            return known;
        }
    }
}

fn nothing_is_missed(writer: &Vault, reader: &Vault) {
    let reader = reader.scope("acme/billing").unwrap();
    let follows = thread::spawn(move || follow(&reader, "N3", 60));
    let project = writer.scope("acme/billing").unwrap();
    for step in 0..240 {
        project.put(format!("N{}", step % 4), "a value").unwrap();
    }
    let known = follows.join().unwrap();
    assert_eq!(known.len(), 4);
    assert!(known.values().all(|revision| *revision == 60), "{known:?}");
}

#[test]
fn nothing_is_missed_while_others_write() {
    for guard in [false, true] {
        let store = MemoryStore::new();
        nothing_is_missed(&open(&store, false), &open(&store, guard));
    }
}

#[cfg(feature = "sqlite")]
mod in_a_file {
    use super::*;
    use crate::support::fast_folder;

    #[test]
    fn nothing_is_missed_while_another_opener_writes() {
        let folder = fast_folder();
        let path = folder.path().join("vault.db");
        let writer = Vault::create(&path, &root_key()).unwrap();
        nothing_is_missed(&writer, &Vault::open(&path, &root_key()).unwrap());
    }

    #[test]
    fn a_wait_notices_that_the_file_was_replaced() {
        let folder = fast_folder();
        let [path, other] = ["vault.db", "other.db"].map(|name| folder.path().join(name));
        let project = Vault::create(&path, &root_key())
            .unwrap()
            .scope("acme")
            .unwrap();
        project.put("KEY", "a value").unwrap();
        let since = project.epoch().unwrap();
        let waits = {
            let project = project.clone();
            thread::spawn(move || project.wait_for_changes(since, LONG))
        };
        assert!(project.wait_for_changes(since, SHORT).unwrap().is_empty());
        drop(Vault::create(&other, &root_key()).unwrap());
        std::fs::rename(&other, &path).unwrap();
        let error = waits.join().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store, "{error}");
    }
}
