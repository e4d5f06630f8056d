//! Lists with a cache: what they cost, and that they are those of a vault without one.
#![cfg(feature = "vault")]
#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use keyslot::store::{Kind, MemoryStore};
use keyslot::{Cache, ErrorKind, OnExisting, Permissions, ScopedVault, SecretChange, Vault};

use crate::life;
use crate::support::counting::Counting;
use crate::support::hooked::{Call, Hooked};
use crate::support::root_key;
use crate::support::rows::{all_rows, put, rows};

/// A store, a vault with a cache, and another one that is open on the same store; both in a scope
/// of 600 secrets.
struct Given {
    store: Arc<Counting>,
    vault: Vault,
    scope: ScopedVault,
    other: ScopedVault,
}

impl Given {
    fn new(cache: Cache) -> Self {
        let store = Arc::new(Counting::default());
        let builder = || life::builder().store(Arc::clone(&store));
        let other = builder().create(&root_key()).unwrap();
        let other = other.scope("acme/billing").unwrap();
        let secrets = (0..600).map(|number| (format!("N{number:03}"), "value"));
        other.put_all(secrets, OnExisting::Fail).unwrap();
        let vault = builder().cache(cache).open(&root_key()).unwrap();
        let scope = vault.scope("acme/billing").unwrap();
        Self {
            store,
            vault,
            scope,
            other,
        }
    }

    /// Store calls of something: questions for the head, pages, and all of them.
    fn calls(&self, act: impl FnOnce()) -> (usize, usize, usize) {
        let count = || {
            let of = |count: &AtomicUsize| count.load(Ordering::SeqCst);
            let store = &self.store;
            (of(&store.heads), of(&store.scans), store.calls())
        };
        let before = count();
        act();
        let after = count();
        (after.0 - before.0, after.1 - before.1, after.2 - before.2)
    }
}

/// All that the lists of a scope say.
fn listed(scope: &ScopedVault) -> String {
    let list: keyslot::Result<Vec<_>> = scope.list().collect();
    let inherited: keyslot::Result<Vec<_>> = scope.list().inherited().collect();
    let some: keyslot::Result<Vec<_>> = scope.list().name_contains("A").collect();
    let page = scope.list().sorted().limit(2).page();
    format!(
        "{list:?} {inherited:?} {some:?} {page:?} {:?}",
        scope.names()
    )
}

#[test]
fn a_list_that_is_held_is_one_question() {
    let given = Given::new(Cache::new());
    let names = || assert_eq!(given.scope.names().unwrap().len(), 600);
    assert_eq!(given.calls(names).1, 3, "pages of 256");
    for _ in 0..2 {
        assert_eq!(given.calls(names), (1, 0, 1));
    }
    let list = || assert_eq!(given.scope.list().count(), 600);
    assert_eq!(given.calls(list), (1, 0, 1));
    let page = || {
        assert_eq!(
            given.scope.list().sorted().limit(5).page().unwrap().len(),
            5
        );
    };
    assert_eq!(given.calls(page), (1, 0, 1));
    // The scope itself; the organization has no secrets, which is not held of it yet.
    let all = || assert_eq!(given.scope.list().inherited().count(), 600);
    given.calls(all);
    assert_eq!(given.calls(all), (2, 0, 2));
    assert_eq!(listed(&given.scope), listed(&given.other));
}

#[test]
fn a_list_goes_on_by_what_was_written_since() {
    let given = Given::new(Cache::new());
    assert_eq!(given.scope.names().unwrap().len(), 600);
    let above = given.vault.scope("acme").unwrap();
    for writer in [&given.other, &given.scope] {
        writer.put("N000", "another").unwrap();
        writer
            .put(
                format!("NEW {}", writer.names().unwrap().len()).replace(' ', "_"),
                "new",
            )
            .unwrap();
        writer
            .update("N001", SecretChange::new().description("of today"))
            .unwrap();
        above.put("ABOVE", "value").unwrap();
        let mut told = String::new();
        let pages = given
            .calls(|| told = format!("{:?}", given.scope.names()))
            .1;
        assert_eq!(pages, 1, "what was written since");
        assert_eq!(told, format!("{:?}", given.other.names()));
        assert_eq!(listed(&given.scope), listed(&given.other));
    }
    given.other.delete("N002").unwrap();
    given.other.revoke("N003").unwrap();
    assert_eq!(listed(&given.scope), listed(&given.other));
    assert_eq!(given.scope.names().unwrap().len(), 601);

    // More changes than it pays for: all of it is read.
    let secrets = (0..500).map(|number| (format!("N{number:03}"), "again"));
    let existing = secrets.filter(|(name, _)| name != "N003");
    given.other.put_all(existing, OnExisting::Version).unwrap();
    assert_eq!(listed(&given.scope), listed(&given.other));
}

#[test]
fn a_list_that_was_not_read_to_its_end_or_is_too_large_is_not_held() {
    let given = Given::new(Cache::new());
    assert!(given.scope.list().next().unwrap().is_ok());
    let names = || assert_eq!(given.scope.names().unwrap().len(), 600);
    assert_eq!(given.calls(names).1, 3);
    assert_eq!(given.calls(names).1, 0, "the control");
    let given = Given::new(Cache::new().bytes(500_000));
    let names = || assert_eq!(given.scope.names().unwrap().len(), 600);
    for _ in 0..2 {
        assert_eq!(given.calls(names).1, 3);
    }
}

#[test]
fn pages_of_two_heads_are_no_list() {
    let writer: Arc<Mutex<Option<ScopedVault>>> = Arc::default();
    let (armed, store) = (Arc::clone(&writer), MemoryStore::new());
    let pages = AtomicUsize::new(0);
    let hooked = Hooked::new(store.clone(), move |call| {
        if call == Call::Read && pages.fetch_add(1, Ordering::SeqCst) == 1 {
            if let Some(scope) = armed.lock().unwrap().take() {
                let names = scope.names().unwrap();
                scope.revoke(&names[0]).unwrap();
                scope.put("ANOTHER", "value").unwrap();
            }
        }
        Ok(())
    });
    let other = Vault::builder().store(store).create(&root_key()).unwrap();
    let other = other.scope("acme").unwrap();
    let secrets = (0..600).map(|number| (format!("N{number:03}"), "value"));
    other.put_all(secrets, OnExisting::Fail).unwrap();
    let builder = Vault::builder().store(hooked).cache(Cache::new());
    let vault = builder.open(&root_key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    *writer.lock().unwrap() = Some(other.clone());
    let count = scope.list().count();
    assert!((600..=601).contains(&count), "{count}");
    assert!(writer.lock().unwrap().is_none());
    assert_eq!(listed(&scope), listed(&other));
}

#[test]
fn lists_of_a_whole_life_are_those_without_a_cache() {
    let vaults = life::cached_vaults(6_000);
    let all = |vault: &Vault| {
        let scopes = life::SCOPES.iter();
        let lists = scopes.map(|scope| listed(&vault.scope(*scope).unwrap()));
        lists.collect::<Vec<String>>()
    };
    let mut said = 0;
    for (at, act) in life::SCRIPT.iter().enumerate() {
        life::act(&vaults[at % vaults.len()], act);
        let told = vaults.each_ref().map(all);
        assert!(told.iter().all(|one| *one == told[3]), "step {at}");
        said = told[3].concat().len();
    }
    assert!(said > 10_000, "the control");
    vaults[3].erase_tenant("acme").unwrap();
    let told = vaults.each_ref().map(all);
    assert!(told.iter().all(|one| *one == told[3]), "erased");
    assert!(!told[0][0].contains("acme"), "{}", told[0][0]);
    assert!(told[0].concat().contains("globex"), "the control");
}

#[test]
fn a_secret_that_cannot_be_read_is_an_error_each_time() {
    let given = Given::new(Cache::new());
    assert_eq!(given.scope.names().unwrap().len(), 600);
    given.other.put("BROKEN", "value").unwrap();
    let newest = rows(&given.store.store, Kind::Secret);
    let newest = newest
        .into_iter()
        .max_by_key(|stored| stored.row.epoch)
        .unwrap();
    put(
        &given.store.store,
        &newest.with(|row| {
            let last = row.info.last_mut().unwrap();
            *last ^= 1;
        }),
    );
    for _ in 0..2 {
        let errors = given.scope.list().filter(Result::is_err).count();
        assert_eq!(errors, 1);
        assert_eq!(given.scope.list().count(), 601);
        assert_eq!(given.scope.names().unwrap_err().kind(), ErrorKind::Corrupt);
    }
    put(&given.store.store, &newest);
    assert_eq!(given.scope.names().unwrap().len(), 601);
}

#[test]
fn a_handle_that_may_not_read_reads_as_before() {
    let given = Given::new(Cache::new());
    let blind = given.scope.with(Permissions::USE);
    let plain = given.other.with(Permissions::USE);
    assert_eq!(given.scope.names().unwrap().len(), 600);
    for _ in 0..2 {
        let calls = given.calls(|| assert_eq!(blind.list().count(), 0));
        assert_eq!(calls, given.calls(|| assert_eq!(plain.list().count(), 0)));
        assert_eq!(calls.1, 3);
    }
}

#[test]
fn a_store_that_was_put_back_is_refused_until_it_is_accepted() {
    let given = Given::new(Cache::new());
    assert_eq!(given.scope.names().unwrap().len(), 600);
    let before = all_rows(&given.store.store);
    given.scope.put("NEW", "value").unwrap();
    assert_eq!(given.scope.names().unwrap().len(), 601);
    for row in &before {
        put(&given.store.store, row);
    }
    for _ in 0..2 {
        assert_eq!(given.scope.names().unwrap_err().kind(), ErrorKind::Tampered);
    }
    given.vault.accept_rollback("a test").unwrap();
    // The row of the new one is there still; it is of no head.
    assert_eq!(given.scope.names().unwrap(), given.other.names().unwrap());
}
