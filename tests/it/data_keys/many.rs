//! Changes of keys in an organization of many secrets: the variable `KEYSLOT_ROTATED` of a campaign
//! says of how many.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use keyslot::store::MemoryStore;
use keyslot::{Error, ErrorKind, OnExisting, Result, RootKey, SecretStore, Vault};

use super::kit::is_intact;
use crate::support::hooked::{Call, Hooked};
use crate::support::value;

/// Secrets of a page of a walk.
const PAGE: usize = 256;

fn open(store: impl SecretStore, key: &RootKey) -> Result<Vault> {
    Vault::builder().store(store).open(key)
}

fn key() -> RootKey {
    RootKey::generate().unwrap()
}

/// The rows that some work on a vault writes and deletes, and the most of one write.
fn rows_of(store: &MemoryStore, key: &RootKey, work: impl FnOnce(&Vault)) -> (usize, usize) {
    let (hooked, calls) = Hooked::recording(store.clone());
    let vault = open(hooked, key).unwrap();
    calls.lock().unwrap().clear();
    work(&vault);
    let calls = calls.lock().unwrap();
    let rows = |calls: &[Call]| {
        let rows = calls.iter();
        rows.filter(|call| matches!(call, Call::InPut | Call::InDelete))
            .count()
    };
    let writes = calls.split(|call| matches!(call, Call::Write(_)));
    (rows(&calls), writes.map(rows).max().unwrap())
}

/// A process that seals so many pages anew and is killed within the next one; false if it was not,
/// because nothing was left.
fn is_killed_behind(pages: usize, store: &MemoryStore, key: &RootKey) -> bool {
    // Pages of which something was put, and puts of the last of them.
    let done = Mutex::new((0, 0));
    let hooked = Hooked::new(store.clone(), move |call| {
        let (sealed, puts) = &mut *done.lock().unwrap();
        match call {
            Call::Write(_) => *puts = 0,
            Call::InPut => {
                *sealed += usize::from(*puts == 0);
                *puts += 1;
                if *sealed > pages && *puts > 1 {
                    return Err(Error::new(ErrorKind::Store, "the machine is off"));
                }
            }
            _ => {}
        }
        Ok(())
    });
    let vault = open(hooked, key).unwrap();
    let mut walk = vault.rewrap("acme").unwrap();
    loop {
        match walk.step() {
            Ok(Some(progress)) if progress.done => return false,
            Ok(progress) => assert!(progress.is_some()),
            Err(_) => return true,
        }
    }
}

/// The secrets whose values are compared, spread over all.
fn sampled(secrets: usize) -> impl Iterator<Item = usize> {
    (0..secrets).step_by((secrets / 500).max(1))
}

fn is_whole(store: &MemoryStore, key: &RootKey, secrets: usize) {
    let vault = open(store.clone(), key).unwrap();
    let scope = vault.scope("acme").unwrap();
    for number in sampled(secrets) {
        let found = value(&scope, &format!("KEY_{number}")).unwrap();
        assert_eq!(found, format!("value {number}"));
    }
    let report = vault.verify().unwrap();
    assert!(report.is_intact(), "{:?}", report.findings);
    assert_eq!(report.secrets, secrets as u64);
}

#[test]
fn keys_of_many_secrets_change_at_the_cost_of_few_rows_and_survive_every_kill() {
    let secrets = std::env::var("KEYSLOT_ROTATED");
    let secrets: usize = secrets.map_or(2_000, |secrets| secrets.parse().unwrap());
    let (store, first, second, spare) = (MemoryStore::new(), key(), key(), key());
    let vault = Vault::builder().store(store.clone()).create(&first);
    let scope = vault.unwrap().scope("acme").unwrap();
    let items = (0..secrets).map(|number| (format!("KEY_{number}"), format!("value {number}")));
    let items: Vec<_> = items.collect();
    for items in items.chunks(10_000) {
        let stored = scope.put_all(items.iter().cloned(), OnExisting::Fail);
        assert_eq!(stored.unwrap().changed, items.len());
    }
    drop(scope);

    // The root key: both open between the two writes, and the first one no more after them.
    let (writes, between) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let (seen, in_store) = (Arc::clone(&between), store.clone());
    let keys = [&first, &second].map(|key| {
        let text = key.to_base64();
        RootKey::from_base64(keyslot::secrecy::ExposeSecret::expose_secret(&text)).unwrap()
    });
    let hooked = Hooked::new(store.clone(), move |call| {
        if matches!(call, Call::Write(_)) && writes.fetch_add(1, Ordering::SeqCst) == 1 {
            let open = |key| open(in_store.clone(), key).is_ok();
            seen.store(
                keys.iter().filter(|key| open(key)).count(),
                Ordering::SeqCst,
            );
        }
        Ok(())
    });
    let vault = open(hooked, &first).unwrap();
    let _ = vault.change_root_key(&first, &second).unwrap();
    assert_eq!(between.load(Ordering::SeqCst), 2);
    let refused = open(store.clone(), &first).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::WrongKey);
    let change = |vault: &Vault| assert!(vault.change_root_key(&second, &spare).is_ok());
    assert_eq!(rows_of(&store, &second, change).0, 4);
    let back = |vault: &Vault| assert!(vault.change_root_key(&spare, &second).is_ok());
    assert_eq!(rows_of(&store, &spare, back).0, 4);

    // The vault key.
    let replace = |vault: &Vault| assert!(vault.replace_vault_key(&[&second]).is_ok());
    assert!(rows_of(&store, &second, replace).0 <= 4);
    let rewrap = |vault: &Vault| assert_eq!(vault.rewrap_data_keys().unwrap().rewrapped, 1);
    assert_eq!(rows_of(&store, &second, rewrap).0, 1);
    let drop_previous = |vault: &Vault| assert!(vault.drop_previous_vault_keys().is_ok());
    assert_eq!(rows_of(&store, &second, drop_previous).0, 1);

    // The data key: processes are killed in a page, each some pages behind the one before, which
    // are all pages of 5,000 secrets.
    let rotate = |vault: &Vault| assert_eq!(vault.rotate_data_key("acme").unwrap(), 2);
    assert_eq!(rows_of(&store, &second, rotate).0, 3);
    let (pages, mut kills) = (secrets.div_ceil(PAGE), 0);
    let of_each = pages.div_ceil(20);
    while is_killed_behind(of_each, &store, &second) {
        kills += 1;
        let vault = open(store.clone(), &second).unwrap();
        let in_use = vault.destroy_data_key("acme", 1).unwrap_err();
        assert_eq!(in_use.kind(), ErrorKind::Conflict);
    }
    assert_eq!(kills, pages.div_ceil(of_each) - 1);
    let vault = open(store.clone(), &second).unwrap();
    vault.destroy_data_key("acme", 1).unwrap();
    is_whole(&store, &second, secrets);

    // Once more, by one process.
    vault.rotate_data_key("acme").unwrap();
    let walk = |vault: &Vault| {
        let progress = vault.rewrap("acme").unwrap().finish().unwrap();
        assert_eq!((progress.rewrapped, progress.left), (secrets as u64, 0));
    };
    let (rows, of_one) = rows_of(&store, &second, walk);
    assert_eq!(
        rows,
        secrets + secrets.div_ceil(PAGE),
        "and the head of each page"
    );
    assert_eq!(of_one, secrets.min(PAGE) + 1);
    vault.destroy_data_key("acme", 2).unwrap();
    is_whole(&store, &second, secrets);
    is_intact(&vault);
    println!("{secrets} secrets, {kills} kills");
}
