//! Copies of a vault between stores: whole or not a vault, from wherever they were interrupted.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use keyslot::store::{
    Cursor, Kind, MemoryStore, PageSize, Partition, Row, RowKey, Scan, SecretStore, SqliteStore,
    copy_vault,
};
use keyslot::{Error, ErrorKind, SecretInput, Vault};

use crate::support::hooked::{Call, Hooked};
use crate::support::{fast_folder, refusal, root_key, value};

const HEADER: RowKey = RowKey {
    kind: Kind::Header,
    key: [0; 32],
};

/// All rows of a store, by partition.
fn rows(store: &dyn SecretStore) -> Vec<(Partition, Row)> {
    let mut all = Vec::new();
    let partitions = store.partitions(None, std::num::NonZeroU32::MAX).unwrap();
    for partition in partitions {
        for kind in Kind::ALL {
            let scan = Scan {
                kind,
                scope: None,
                from: Cursor::START,
                size: PageSize::MAX,
                bodies: true,
            };
            let page = store.scan(partition, &scan).unwrap();
            all.extend(page.rows.into_iter().map(|row| (partition, row)));
        }
    }
    all
}

fn open(store: impl SecretStore) -> keyslot::Result<Vault> {
    Vault::builder().store(store).open(&root_key())
}

/// Secrets of every state, in several organizations and scopes.
fn fill(vault: &Vault) {
    for tenant in ["acme", "globex", "initech"] {
        for path in ["", "/billing"] {
            let scope = vault.scope(format!("{tenant}{path}").as_str()).unwrap();
            for name in ["A", "B", "C", "D"] {
                scope
                    .put(name, format!("{tenant}{path} {name} one"))
                    .unwrap();
                scope
                    .put(name, format!("{tenant}{path} {name} two"))
                    .unwrap();
            }
            scope.revoke("B").unwrap();
            scope.delete("C").unwrap();
            scope.put("E", SecretInput::new("off").inactive()).unwrap();
        }
    }
}

fn check(vault: &Vault) {
    assert!(vault.verify().unwrap().is_intact());
    for tenant in ["acme", "globex", "initech"] {
        let scope = vault.scope(format!("{tenant}/billing").as_str()).unwrap();
        assert_eq!(
            value(&scope, "A").unwrap(),
            format!("{tenant}/billing A two")
        );
        assert!(scope.resolve("<<A@1>>").is_ok());
        assert_eq!(refusal(&scope, "B"), ErrorKind::Revoked);
        assert_eq!(value(&scope, "C").unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(refusal(&scope, "E"), ErrorKind::Inactive);
    }
}

/// A filled vault in memory.
fn source() -> MemoryStore {
    let store = MemoryStore::new();
    fill(
        &Vault::builder()
            .store(store.clone())
            .create(&root_key())
            .unwrap(),
    );
    store
}

#[test]
fn from_a_file_to_memory_and_back() {
    let folder = fast_folder();
    let file = SqliteStore::create(folder.path().join("old.db")).unwrap();
    let vault = Vault::builder().store(file).create(&root_key()).unwrap();
    fill(&vault);
    // More than a page.
    let items = (0..600).map(|number| (format!("KEY_{number}"), "v".repeat(number + 1)));
    let scope = vault.scope("acme/many").unwrap();
    scope.put_all(items, keyslot::OnExisting::Fail).unwrap();
    drop((scope, vault));
    let file = SqliteStore::open(folder.path().join("old.db")).unwrap();

    let memory = MemoryStore::new();
    let copied = copy_vault(&file, &memory).unwrap();
    let rows_of_file = rows(&file);
    assert_eq!(
        (copied.tenants, copied.rows),
        (3, rows_of_file.len() as u64)
    );
    assert!(rows_of_file.len() > 600);
    assert_eq!(rows(&memory), rows_of_file);
    check(&open(memory.clone()).unwrap());

    let back = SqliteStore::create(folder.path().join("new.db")).unwrap();
    assert_eq!(copy_vault(&memory, &back).unwrap(), copied);
    assert_eq!(rows(&back), rows_of_file);
    drop(back);
    let vault = open(SqliteStore::open(folder.path().join("new.db")).unwrap()).unwrap();
    check(&vault);
    let scope = vault.scope("acme/many").unwrap();
    assert_eq!(value(&scope, "KEY_599").unwrap(), "v".repeat(600));
    scope.put("KEY_599", "the copy is in use").unwrap();
    assert!(vault.verify().unwrap().is_intact());
}

/// Uses lie in partitions of their own.
#[test]
fn a_partition_of_uses_is_not_counted_as_an_organization() {
    let source = source();
    let builder = Vault::builder().store(source.clone()).count_uses(true);
    let vault = builder.open(&root_key()).unwrap();
    value(&vault.scope("acme").unwrap(), "A").unwrap();
    vault.flush_usage().unwrap();
    let partitions = source.partitions(None, std::num::NonZeroU32::MAX).unwrap();
    assert_eq!(partitions.len(), 1 + 3 + 1, "the control");
    assert_eq!(copy_vault(&source, &MemoryStore::new()).unwrap().tenants, 3);
}

/// A store whose write of this number fails: before it begins, or after it was committed.
fn fragile(store: MemoryStore, fatal: usize, when: Call) -> Hooked<MemoryStore> {
    let writes = AtomicUsize::new(0);
    Hooked::new(store, move |call| {
        let is_it = std::mem::discriminant(&call) == std::mem::discriminant(&when);
        if is_it && writes.fetch_add(1, Ordering::SeqCst) == fatal {
            return Err(Error::new(ErrorKind::Store, "the store failed as planned"));
        }
        Ok(())
    })
}

#[test]
fn an_interrupted_copy_is_no_vault_and_goes_on() {
    let source = source();
    let expected = rows(&source);
    for when in [Call::Write(0), Call::Written] {
        for fatal in 0.. {
            let target = MemoryStore::new();
            let broken = fragile(target.clone(), fatal, when);
            match copy_vault(&source, &broken) {
                Ok(_) => {
                    assert!(fatal > 10, "only {fatal} writes");
                    break;
                }
                Err(error) => assert_eq!(error.kind(), ErrorKind::Store),
            }
            let is_whole = rows(&target) == expected;
            assert!(!is_whole || when == Call::Written, "{fatal}");
            if is_whole {
                check(&open(target.clone()).unwrap());
                let error = copy_vault(&source, &target).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Conflict, "it is a vault");
                continue;
            }
            if !rows(&target).is_empty() {
                let error = open(target.clone()).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::NotAVault);
                assert_eq!(
                    error.to_string(),
                    "the store holds an unfinished copy of a vault; copy_vault goes on with it"
                );
                let builder = Vault::builder().store(target.clone());
                let error = builder.open_or_create(&root_key()).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::NotAVault);
                let builder = Vault::builder().store(target.clone());
                assert_eq!(
                    builder.create(&root_key()).unwrap_err().kind(),
                    ErrorKind::VaultExists
                );
            }
            copy_vault(&source, &target).unwrap();
            assert_eq!(rows(&target), expected, "{when:?} {fatal}");
            check(&open(target).unwrap());
        }
    }
}

#[test]
fn an_interrupted_copy_follows_what_the_source_became() {
    let source = source();
    for fatal in 1..12 {
        let target = MemoryStore::new();
        copy_vault(&source, &fragile(target.clone(), fatal, Call::Write(0))).unwrap_err();
        let vault = open(source.clone()).unwrap();
        let scope = vault.scope("acme/billing").unwrap();
        scope.put("A", format!("changed {fatal}")).unwrap();
        scope.put(format!("NEW_{fatal}"), "new").unwrap();
        vault
            .scope("globex")
            .unwrap()
            .revoke("D")
            .unwrap_or(keyslot::store::Purge::Done);
        vault
            .scope(format!("tenant-{fatal}").as_str())
            .unwrap()
            .put("A", "a")
            .unwrap();
        copy_vault(&source, &target).unwrap();
        assert_eq!(rows(&target), rows(&source));
        assert!(open(target).unwrap().verify().unwrap().is_intact());
    }
}

#[test]
fn a_source_that_is_written_to_meanwhile_is_copied_as_it_became() {
    let store = source();
    // At some of its scans another process writes, twelve times in all.
    let (scans, vault) = (AtomicUsize::new(0), open(store.clone()).unwrap());
    let busy = Hooked::new(store.clone(), move |call| {
        let number = match call {
            Call::Scan => scans.fetch_add(1, Ordering::SeqCst),
            _ => return Ok(()),
        };
        if number % 3 == 1 && number < 36 {
            let scope = vault.scope("acme/billing").unwrap();
            scope.put("A", format!("changed {number}")).unwrap();
            vault
                .scope("globex")
                .unwrap()
                .put(format!("N{number}"), "new")
                .unwrap();
        }
        Ok(())
    });
    let target = MemoryStore::new();
    copy_vault(&busy, &target).unwrap();
    assert_eq!(rows(&target), rows(&store));
    let vault = open(target).unwrap();
    assert!(vault.verify().unwrap().is_intact());
    assert_eq!(
        value(&vault.scope("acme/billing").unwrap(), "A").unwrap(),
        "changed 34"
    );
}

#[test]
fn a_source_that_never_rests_is_no_endless_copy() {
    let store = source();
    let vault = open(store.clone()).unwrap();
    let busy = Hooked::new(store, move |call| {
        if call == Call::Scan {
            vault.scope("acme").unwrap().put("A", "again").unwrap();
        }
        Ok(())
    });
    let target = MemoryStore::new();
    assert_eq!(
        copy_vault(&busy, &target).unwrap_err().kind(),
        ErrorKind::Busy
    );
    assert_eq!(open(target).unwrap_err().kind(), ErrorKind::NotAVault);
}

#[test]
fn a_target_that_holds_anything_else_is_left_alone() {
    let source = source();
    let another = MemoryStore::new();
    Vault::builder()
        .store(another.clone())
        .create(&root_key())
        .unwrap();
    let stray = MemoryStore::new();
    let row = Row {
        key: RowKey {
            kind: Kind::Secret,
            key: [7; 32],
        },
        epoch: 1,
        info: vec![1],
        body: vec![],
    };
    for partition in [Partition([9; 16]), Partition::VAULT] {
        let stray = MemoryStore::new();
        stray
            .write(partition, &[], &mut |_, tx| tx.put(&row))
            .unwrap();
        let before = rows(&stray);
        assert_eq!(
            copy_vault(&source, &stray).unwrap_err().kind(),
            ErrorKind::Conflict
        );
        assert_eq!(rows(&stray), before);
    }
    drop(stray);
    // An unfinished copy of another vault.
    let unfinished = MemoryStore::new();
    copy_vault(&another, &fragile(unfinished.clone(), 2, Call::Write(0))).unwrap_err();
    for target in [&another, &source.clone(), &unfinished] {
        let before = rows(target);
        let error = copy_vault(&source, target).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert_eq!(rows(target), before);
    }
    copy_vault(&another, &unfinished).unwrap();
    assert_eq!(rows(&unfinished), rows(&another), "the control");
}

#[test]
fn a_source_without_a_whole_vault_is_refused() {
    let target = MemoryStore::new();
    let empty = MemoryStore::new();
    assert_eq!(
        copy_vault(&empty, &target).unwrap_err().kind(),
        ErrorKind::NotAVault
    );
    let unfinished = MemoryStore::new();
    copy_vault(&source(), &fragile(unfinished.clone(), 5, Call::Write(0))).unwrap_err();
    assert_eq!(
        copy_vault(&unfinished, &target).unwrap_err().kind(),
        ErrorKind::NotAVault
    );
    assert!(rows(&target).is_empty());
}

#[test]
fn a_source_that_is_an_older_copy_takes_nothing_back() {
    let old = source();
    let new = MemoryStore::new();
    copy_vault(&old, &new).unwrap();
    open(new.clone())
        .unwrap()
        .scope("acme")
        .unwrap()
        .revoke("A")
        .unwrap();
    let target = MemoryStore::new();
    // All of it, but for the header.
    let last = {
        let writes = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&writes);
        let counted = Hooked::new(MemoryStore::new(), move |call| {
            seen.fetch_add(usize::from(call == Call::Written), Ordering::SeqCst);
            Ok(())
        });
        copy_vault(&new, &counted).unwrap();
        writes.load(Ordering::SeqCst) - 1
    };
    copy_vault(&new, &fragile(target.clone(), last, Call::Write(0))).unwrap_err();
    let before = rows(&target);
    assert_eq!(
        copy_vault(&old, &target).unwrap_err().kind(),
        ErrorKind::Conflict
    );
    let of_tenants = |rows: Vec<(Partition, Row)>| {
        let mut rows = rows;
        rows.retain(|(partition, _)| *partition != Partition::VAULT);
        rows
    };
    assert_eq!(of_tenants(rows(&target)), of_tenants(before));
    copy_vault(&new, &target).unwrap();
    let vault = open(target).unwrap();
    assert_eq!(
        refusal(&vault.scope("acme").unwrap(), "A"),
        ErrorKind::Revoked
    );
}

#[test]
fn a_second_copy_takes_over_and_the_first_one_stops() {
    let source = source();
    let target = MemoryStore::new();
    // In the middle of the first copy a second one runs to its end, and the vault is used.
    let (from, to) = (source.clone(), target.clone());
    let writes = AtomicUsize::new(0);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let after = Arc::clone(&seen);
    let slow = Hooked::new(target.clone(), move |call| {
        if matches!(call, Call::Write(_)) && writes.fetch_add(1, Ordering::SeqCst) == 4 {
            copy_vault(&from, &to).unwrap();
            let vault = open(to.clone()).unwrap();
            vault.scope("acme/billing").unwrap().revoke("A").unwrap();
            vault.scope("globex").unwrap().put("NEW", "new").unwrap();
            *after.lock().unwrap() = rows(&to);
        }
        Ok(())
    });
    assert_eq!(
        copy_vault(&source, &slow).unwrap_err().kind(),
        ErrorKind::Conflict
    );
    assert_eq!(
        rows(&target),
        *seen.lock().unwrap(),
        "nothing was taken back"
    );
    assert!(open(target).unwrap().verify().unwrap().is_intact());
}

#[test]
fn the_marker_lies_in_place_of_the_header() {
    let source = source();
    let target = MemoryStore::new();
    copy_vault(&source, &fragile(target.clone(), 3, Call::Write(0))).unwrap_err();
    let marker = |store: &MemoryStore| {
        let rows = store.get(Partition::VAULT, &[HEADER]).unwrap();
        rows.into_iter().next().flatten().unwrap()
    };
    let header = marker(&source);
    let first = marker(&target);
    assert_eq!(first.info, [&b"copying\0"[..], &header.info].concat());
    assert_eq!((first.epoch, first.body.len()), (1, 0));
    copy_vault(&source, &fragile(target.clone(), 3, Call::Write(0))).unwrap_err();
    assert_eq!(marker(&target).epoch, 2, "the number of runs");
    copy_vault(&source, &target).unwrap();
    assert_eq!(marker(&target), header);
}

#[test]
fn what_is_the_same_is_not_written_again() {
    let source = source();
    let target = MemoryStore::new();
    let writes = || {
        let calls = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&calls);
        let store = Hooked::new(target.clone(), move |call| {
            seen.fetch_add(usize::from(call == Call::Written), Ordering::SeqCst);
            Ok(())
        });
        (store, calls)
    };
    let (all, _) = writes();
    drop(all);
    copy_vault(&source, &fragile(target.clone(), 15, Call::Write(0))).unwrap_err();
    let (rest, count) = writes();
    copy_vault(&source, &rest).unwrap();
    let rest = count.load(Ordering::SeqCst);
    let whole = MemoryStore::new();
    let seen = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&seen);
    let store = Hooked::new(whole, move |call| {
        counted.fetch_add(usize::from(call == Call::Written), Ordering::SeqCst);
        Ok(())
    });
    copy_vault(&source, &store).unwrap();
    let all = seen.load(Ordering::SeqCst);
    // The marker once more.
    assert_eq!(rest, all - 15 + 1);
}
