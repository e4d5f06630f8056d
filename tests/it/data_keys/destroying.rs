//! A data key is destroyed when nothing is sealed with it, and not before.

use std::sync::{Arc, Mutex};

use keyslot::store::{Kind, MemoryStore, Partition, Purge, ReadWork, WriteTx};
use keyslot::{ErrorKind, Finding, Result, SecretStore, Vault};

use super::kit::{
    answers_as_ever, copy_of, is_intact, keys_in_use, killed_everywhere, lived, observed, opened,
    partition,
};
use crate::hand_on;
use crate::support::rows::{all_of, delete, put, rows};
use crate::support::{root_key, value};

fn rewrap(vault: &Vault) {
    assert!(vault.rewrap("acme").unwrap().finish().unwrap().done);
}

/// The error of a destruction.
fn refused(vault: &Vault, generation: u32) -> (ErrorKind, String) {
    let error = vault.destroy_data_key("acme", generation).unwrap_err();
    (error.kind(), error.to_string())
}

/// The number of data keys of all organizations that still have bytes.
fn whole_keys(store: &dyn SecretStore) -> usize {
    let keys = rows(store, Kind::DataKey);
    keys.iter().filter(|row| !row.body.is_empty()).count()
}

#[test]
fn it_waits_for_the_last_row_and_then_nothing_is_missing() {
    let store = MemoryStore::new();
    let (vault, other) = (lived(store.clone()), opened(store.clone()));
    answers_as_ever(&other, &[]);
    assert_eq!(refused(&vault, 1).0, ErrorKind::Conflict, "it seals now");
    vault.rotate_data_key("acme").unwrap();
    let (kind, message) = refused(&vault, 1);
    assert_eq!(kind, ErrorKind::Conflict);
    assert!(
        message.starts_with("15 rows are sealed with data key 1 of acme"),
        "{message}"
    );
    rewrap(&vault);
    vault.destroy_data_key("acme", 1).unwrap();
    assert_eq!(
        (rows(&store, Kind::DataKey).len(), whole_keys(&store)),
        (4, 3)
    );
    for vault in [&vault, &other, &opened(store.clone())] {
        answers_as_ever(vault, &[]);
    }
    vault.destroy_data_key("acme", 1).unwrap();
    assert_eq!(refused(&vault, 2).0, ErrorKind::Conflict);
    assert_eq!(refused(&vault, 3).0, ErrorKind::NotFound);
    assert_eq!(
        vault.destroy_data_key("nobody", 1).unwrap_err().kind(),
        ErrorKind::NotFound
    );
    let deep = vault.destroy_data_key("acme/billing", 1).unwrap_err();
    assert_eq!(deep.kind(), ErrorKind::InvalidScope);
}

#[test]
fn one_older_version_is_enough_to_refuse() {
    let store = MemoryStore::new();
    let vault = Vault::builder()
        .store(store.clone())
        .create(&root_key())
        .unwrap();
    let scope = vault.scope("acme").unwrap();
    scope.put("KEY", "first").unwrap();
    vault.rotate_data_key("acme").unwrap();
    scope.put("KEY", "second").unwrap();
    let (kind, message) = refused(&vault, 1);
    assert_eq!(kind, ErrorKind::Conflict);
    assert!(
        message.starts_with("1 rows are sealed with data key 1"),
        "{message}"
    );
    // A value whose info is sealed anew alone.
    let other = vault.scope("acme/billing").unwrap();
    other.put("KEY", "first").unwrap();
    vault.rotate_data_key("acme").unwrap();
    other.set_status("KEY", keyslot::Status::Inactive).unwrap();
    assert!(
        refused(&vault, 2).1.starts_with("2 rows"),
        "{}",
        refused(&vault, 2).1
    );
    rewrap(&vault);
    vault.destroy_data_key("acme", 1).unwrap();
    vault.destroy_data_key("acme", 2).unwrap();
    assert_eq!(value(&scope, "KEY@1").unwrap(), "first");
    is_intact(&vault);
}

type Meanwhile = Box<dyn Fn() + Send + Sync>;

/// A store that does something after each read.
#[derive(Clone)]
struct Late {
    store: MemoryStore,
    after: Arc<Mutex<Option<Meanwhile>>>,
}

impl std::fmt::Debug for Late {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Late")
    }
}

impl SecretStore for Late {
    hand_on!(store: get scan write head partitions purge self_check);

    fn read(&self, partition: Partition, work: &mut ReadWork<'_>) -> Result<()> {
        self.store.read(partition, work)?;
        if let Some(after) = self.after.lock().unwrap().take() {
            after();
        }
        Ok(())
    }
}

/// Somebody else stores a row under the key after the rows were read, and before the lock.
#[test]
fn a_row_that_was_stored_just_now_is_seen() {
    let inner = MemoryStore::new();
    let store = Late {
        store: inner.clone(),
        after: Arc::default(),
    };
    let vault = lived(store.clone());
    let place = partition(&inner, "acme");
    let unused = rows(&inner, Kind::Secret);
    let in_acme: Vec<_> = unused
        .iter()
        .filter(|row| row.partition == place)
        .cloned()
        .collect();
    vault.rotate_data_key("acme").unwrap();
    rewrap(&vault);
    // A row of before, which somebody puts back as if it were of a later epoch.
    let late = in_acme[0].with(|row| row.epoch = 1 << 40);
    let now = inner
        .get(place, &[late.row.key])
        .unwrap()
        .remove(0)
        .unwrap();
    let (sink, row) = (inner.clone(), late.clone());
    *store.after.lock().unwrap() = Some(Box::new(move || put(&sink, &row)));
    let (kind, message) = refused(&vault, 1);
    assert_eq!(kind, ErrorKind::Conflict);
    assert!(message.starts_with("1 rows"), "{message}");
    assert_eq!(whole_keys(&inner), 4, "nothing was destroyed");
    delete(&inner, &late);
    inner.write(place, &[], &mut |_, tx| tx.put(&now)).unwrap();
    vault.destroy_data_key("acme", 1).unwrap();
    answers_as_ever(&vault, &[]);
}

#[test]
fn killed_anywhere_it_is_whole_or_destroyed() {
    let base = MemoryStore::new();
    let vault = lived(base.clone());
    let place = partition(&base, "acme");
    vault.rotate_data_key("acme").unwrap();
    rewrap(&vault);
    let work = |vault: &Vault| vault.destroy_data_key("acme", 1).map(drop);
    let store = || copy_of(&base);
    // A purge that fails leaves the write as it is.
    let deaths = killed_everywhere(store, work, |store, after| {
        let vault = opened(store.clone());
        answers_as_ever(&vault, &[]);
        assert!([3, 4].contains(&whole_keys(store)), "after {after} calls");
        vault.destroy_data_key("acme", 1).unwrap();
        assert_eq!(whole_keys(store), 3);
        assert_eq!(keys_in_use(store, place).len(), 1);
        answers_as_ever(&opened(store.clone()), &[]);
    });
    assert!(deaths >= 6, "only {deaths} deaths");
}

#[test]
fn a_row_of_before_put_back_opens_for_nobody_who_comes_later() {
    let store = MemoryStore::new();
    let vault = lived(store.clone());
    let place = partition(&store, "acme");
    let old = store.scan(place, &all_of(Kind::Secret)).unwrap().rows;
    vault.rotate_data_key("acme").unwrap();
    rewrap(&vault);
    let all = |vault: &Vault| {
        let names = ["A", "B", "C"].map(|name| crate::life::ask(vault, "acme", name));
        names.iter().filter(|answer| answer.is_ok()).count()
    };
    let put_back = |store: &MemoryStore| {
        let write = |tx: &mut dyn WriteTx| old.iter().try_for_each(|row| tx.put(row));
        store.write(place, &[], &mut |_, tx| write(tx)).unwrap();
    };
    let control = copy_of(&store);
    put_back(&control);
    assert_eq!(all(&opened(control)), 3, "the control: the key opens them");
    vault.destroy_data_key("acme", 1).unwrap();
    put_back(&store);
    for vault in [&vault, &opened(store.clone())] {
        assert_eq!(all(vault), 0);
        assert!(!vault.verify().unwrap().is_intact());
    }
}

/// Somebody puts the row of another organization's key, whose generation is the same, before the
/// one that is meant.
#[test]
fn the_key_of_another_organization_is_not_the_one() {
    for destroyed in [false, true] {
        let store = MemoryStore::new();
        let vault = lived(store.clone());
        let (place, theirs) = (partition(&store, "acme"), partition(&store, "initech"));
        if destroyed {
            vault.erase_tenant("initech").unwrap();
        }
        let mut planted = rows(&store, Kind::DataKey)
            .into_iter()
            .find(|row| row.partition == theirs && row.body.is_empty() == destroyed)
            .unwrap()
            .with(|row| row.epoch = 0);
        planted.partition = place;
        let own = store.scan(place, &all_of(Kind::DataKey)).unwrap().rows;
        vault.rotate_data_key("acme").unwrap();
        rewrap(&vault);
        put(&store, &planted);
        let acme = vault.key_status().unwrap().organizations.remove(0);
        assert_eq!((acme.keys.len(), acme.unreadable), (2, 1));
        vault.destroy_data_key("acme", 1).unwrap();
        let row = store.get(place, &[own[0].key]).unwrap().remove(0).unwrap();
        assert!(row.body.is_empty(), "the key is gone");
        let mine = rows(&store, Kind::DataKey);
        assert!(mine.contains(&planted), "nobody wrote over the other one");
        delete(&store, &planted);
        answers_as_ever(&vault, if destroyed { &["initech"] } else { &[] });
    }
}

/// The row of a key is put back as it was while the key was the active one.
#[test]
fn a_key_that_somebody_made_active_again_can_be_destroyed() {
    let store = MemoryStore::new();
    let vault = lived(store.clone());
    let place = partition(&store, "acme");
    let active = store.scan(place, &all_of(Kind::DataKey)).unwrap().rows;
    vault.rotate_data_key("acme").unwrap();
    let put_back = || {
        let put = |tx: &mut dyn WriteTx| tx.put(&active[0]);
        store.write(place, &[], &mut |_, tx| put(tx)).unwrap();
    };
    put_back();
    let found = opened(store.clone()).verify().unwrap().findings;
    let tenant = || "acme".to_owned();
    assert_eq!(found, [Finding::StaleDataKey { tenant: tenant() }]);
    // The head says which key is active, and nothing else does.
    let status = vault.key_status().unwrap();
    let acme = &status.organizations[0];
    let states: Vec<_> = acme.keys.iter().map(|key| key.state.as_str()).collect();
    assert_eq!((states, acme.left()), (vec!["open_only", "active"], 15));
    assert!(refused(&vault, 1).1.starts_with("15 rows"), "it is in use");
    vault.scope("acme").unwrap().put("NEW", "value").unwrap();
    rewrap(&vault);
    put_back();
    vault.destroy_data_key("acme", 1).unwrap();
    assert_eq!(refused(&vault, 2).0, ErrorKind::Conflict);
    answers_as_ever(&opened(store.clone()), &[]);
}

#[test]
fn the_observer_and_the_caller_are_told() {
    let (told, vault) = observed();
    vault.scope("acme").unwrap().put("KEY", "value").unwrap();
    vault.rotate_data_key("acme").unwrap();
    rewrap(&vault);
    told.taken();
    assert_eq!(vault.destroy_data_key("acme", 1).unwrap(), Purge::Done);
    vault.destroy_data_key("acme", 2).unwrap_err();
    assert_eq!(
        told.taken(),
        ["destroy acme 1 done", "destroy acme 2 Conflict"]
    );
}
