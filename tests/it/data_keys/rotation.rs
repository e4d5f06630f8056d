//! A new data key seals what comes, and the one before opens what it sealed.

use keyslot::store::{Kind, MemoryStore};
use keyslot::{ErrorKind, Finding, Vault};

use super::kit::{
    answers_as_ever, copy_of, is_intact, key_of, keys_in_use, killed_everywhere, lived, newest,
    observed, opened, partition,
};
use crate::support::counting::Counting;
use crate::support::rows::{put, rows};
use crate::support::{root_key, value};

#[test]
fn everything_answers_as_before_and_new_values_have_the_new_key() {
    let store = MemoryStore::new();
    let vault = lived(store.clone());
    let acme = partition(&store, "acme");
    let first = keys_in_use(&store, acme);
    for (generation, organization) in [(2, "acme"), (2, "globex"), (3, "acme"), (2, "initech")] {
        assert_eq!(vault.rotate_data_key(organization).unwrap(), generation);
        answers_as_ever(&vault, &[]);
        answers_as_ever(&opened(store.clone()), &[]);
    }
    assert_eq!(rows(&store, Kind::DataKey).len(), 7, "none is thrown away");
    assert_eq!(keys_in_use(&store, acme), first, "nothing was sealed anew");
    assert_eq!(first.len(), 1);
    let scope = vault.scope("acme").unwrap();
    scope.put("A", "a newer value").unwrap();
    answers_as_ever(&vault, &["acme"]);
    assert_eq!(value(&scope, "A@1").unwrap(), "equal everywhere");
    assert_eq!(value(&scope, "A").unwrap(), "a newer value");
    let newest = newest(&store, acme);
    assert_eq!(key_of(&newest.info[16..]), key_of(&newest.body));
    assert!(!first.contains(&key_of(&newest.body)));
}

#[test]
fn another_open_vault_seals_with_the_new_key_at_once() {
    let store = MemoryStore::new();
    let (vault, other) = (lived(store.clone()), opened(store.clone()));
    let initech = partition(&store, "initech");
    let first = keys_in_use(&store, initech);
    let scope = other.scope("initech").unwrap();
    scope.put("WARM", "the key is known now").unwrap();
    assert!(
        first.contains(&key_of(&newest(&store, initech).body)),
        "the control"
    );
    vault.rotate_data_key("initech").unwrap();
    scope.put("NEXT", "by the other one").unwrap();
    let newest = newest(&store, initech);
    assert!(!first.contains(&key_of(&newest.body)));
    assert!(!first.contains(&key_of(&newest.info[16..])));
    assert_eq!(
        value(&vault.scope("initech").unwrap(), "NEXT").unwrap(),
        "by the other one"
    );
    assert_eq!(value(&scope, "WARM").unwrap(), "the key is known now");
    answers_as_ever(&vault, &[]);
    answers_as_ever(&other, &[]);
    // Both may rotate: nobody overwrites the key of the other one.
    assert_eq!(other.rotate_data_key("initech").unwrap(), 3);
    assert_eq!(vault.rotate_data_key("initech").unwrap(), 4);
    answers_as_ever(&opened(store), &[]);
}

#[test]
fn it_costs_one_write() {
    let store = std::sync::Arc::new(Counting::default());
    let vault = Vault::builder().store(std::sync::Arc::clone(&store));
    let vault = vault.create(&root_key()).unwrap();
    vault.scope("acme").unwrap().put("KEY", "value").unwrap();
    let (calls, questions) = (
        store.calls(),
        store.in_writes.load(std::sync::atomic::Ordering::SeqCst),
    );
    vault.rotate_data_key("acme").unwrap();
    assert_eq!(store.calls(), calls + 2, "and a look at the vault key");
    let asked = store.in_writes.load(std::sync::atomic::Ordering::SeqCst) - questions;
    assert_eq!(asked, 1, "for the keys that there are");
}

#[test]
fn killed_anywhere_the_vault_has_the_old_key_or_the_new_one() {
    let lived_store = MemoryStore::new();
    drop(lived(lived_store.clone()));
    let rotate = |vault: &Vault| vault.rotate_data_key("acme").map(drop);
    let deaths = killed_everywhere(
        || copy_of(&lived_store),
        rotate,
        |store, after| {
            let vault = opened(store.clone());
            answers_as_ever(&vault, &[]);
            let keys = rows(store, Kind::DataKey).len();
            assert!([3, 4].contains(&keys), "{keys} keys after {after} calls");
            let next = vault.rotate_data_key("acme").unwrap();
            assert_eq!(
                usize::try_from(next).unwrap(),
                keys - 1,
                "after {after} calls"
            );
            vault
                .scope("acme")
                .unwrap()
                .put("AFTER", "still works")
                .unwrap();
            is_intact(&vault);
        },
    );
    assert!(deaths >= 5, "only {deaths} deaths");
}

#[test]
fn what_is_no_organization_with_secrets_is_refused() {
    let store = MemoryStore::new();
    let vault = lived(store.clone());
    let kind = |organization: &str| vault.rotate_data_key(organization).unwrap_err().kind();
    assert_eq!(kind("nobody"), ErrorKind::NotFound);
    assert_eq!(kind("acme/billing"), ErrorKind::InvalidScope);
    assert_eq!(kind("acme//billing"), ErrorKind::InvalidScope);
    assert_eq!(rows(&store, Kind::DataKey).len(), 3);
    assert!(vault.rotate_data_key("acme").is_ok(), "the control");
    for _ in 2..64 {
        vault.rotate_data_key("acme").unwrap();
    }
    assert_eq!(kind("acme"), ErrorKind::Conflict, "there is a bound");
    answers_as_ever(&vault, &[]);
}

#[test]
fn the_old_row_of_a_key_put_back_is_told() {
    let store = MemoryStore::new();
    let vault = lived(store.clone());
    let old = rows(&store, Kind::DataKey);
    vault.rotate_data_key("globex").unwrap();
    is_intact(&vault);
    let changed = old
        .iter()
        .find(|row| !rows(&store, Kind::DataKey).contains(row))
        .unwrap();
    put(&store, changed);
    let told = vault.verify().unwrap().findings;
    let tenant = "globex".to_owned();
    assert_eq!(told, [Finding::StaleDataKey { tenant }]);
    // Nobody seals with it all the same: the head says which one seals.
    vault
        .scope("globex")
        .unwrap()
        .put("A", "a newer value")
        .unwrap();
    let newest = newest(&store, changed.partition);
    assert_ne!(key_of(&newest.body)[..], changed.key.key[..16]);
}

#[test]
fn the_observer_is_told() {
    let (told, vault) = observed();
    vault.scope("acme").unwrap().put("KEY", "value").unwrap();
    vault.rotate_data_key("acme").unwrap();
    vault.rotate_data_key("nobody").unwrap_err();
    assert_eq!(
        told.taken(),
        ["rotate acme 2 done", "rotate nobody - NotFound"]
    );
}

/// Rows that nobody made are no keys, however many there are.
#[test]
fn rows_that_are_no_keys_do_not_count() {
    let store = MemoryStore::new();
    let vault = lived(store.clone());
    let place = partition(&store, "acme");
    let key = rows(&store, Kind::DataKey).remove(0);
    for number in 1..=64 {
        let mut planted = key.with(|row| {
            row.key.key = [0; 32];
            row.key.key[0] = number;
        });
        planted.partition = place;
        put(&store, &planted);
    }
    assert_eq!(vault.rotate_data_key("acme").unwrap(), 2);
    let found = vault.verify().unwrap().findings;
    assert_eq!(found, vec![Finding::DataKey; 64]);
}
