//! Data keys that are not there, not any more, or not the tenant's.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use keyslot::store::{Kind, MemoryStore};
use keyslot::{ErrorKind, ScopedVault, Vault};

use crate::support::counting::Counting;
use crate::support::rows::{Stored, all_rows, delete, put, rows};
use crate::support::{root_key, value};

/// The place of the key's name in a sealed info: behind the record id, and the magic byte and the
/// suite of the envelope.
const NAME_IN_INFO: usize = 16 + 2;

fn open(store: &MemoryStore) -> Vault {
    let vault = Vault::builder().store(store.clone());
    vault.open(&root_key()).unwrap()
}

#[test]
fn rows_that_name_keys_of_nobody_are_read_with_one_get_more() {
    const COUNT: usize = 40;
    let store = Arc::new(Counting::default());
    let vault = Vault::builder().store(Arc::clone(&store));
    let scope = vault.create(&root_key()).unwrap().scope("acme").unwrap();
    let text: String = (0..COUNT)
        .map(|number| {
            scope.put(format!("KEY_{number}"), "a value").unwrap();
            format!("<<$secret.KEY_{number}>>")
        })
        .collect();
    let gets = |scope: &ScopedVault| {
        let before = store.gets.load(Ordering::SeqCst);
        let resolved = scope.resolve(&text).map(drop);
        (resolved, store.gets.load(Ordering::SeqCst) - before)
    };
    let (resolved, count) = gets(&scope);
    assert!(resolved.is_ok() && count == 1, "the control: {count}");

    for (number, mut row) in (1..).zip(rows(&store.store, Kind::Secret)) {
        row.info[NAME_IN_INFO..][..16].fill(number);
        put(&store.store, &row);
    }
    let (resolved, count) = gets(&scope);
    let error = resolved.unwrap_err();
    assert_eq!(error.count(), COUNT);
    assert!(error.all().all(|one| one.kind() == ErrorKind::Corrupt));
    assert_eq!(count, 2);
}

/// An open vault goes on reading with a key that it knows; it seals nothing that nobody else could
/// read.
#[test]
fn a_key_that_is_gone_or_replaced_seals_nothing() {
    type Edit = fn(&MemoryStore, Stored, &Stored);
    let edits: [(&str, Edit); 4] = [
        ("gone", |store, own, _| delete(store, &own)),
        ("replaced by that of another tenant", |store, own, other| {
            let (info, body) = (other.info.clone(), other.body.clone());
            put(store, &own.with(|row| (row.info, row.body) = (info, body)));
        }),
        ("with the key of another tenant", |store, own, other| {
            put(store, &own.with(|row| row.body = other.body.clone()));
        }),
        ("damaged", |store, mut own, _| {
            own.body[60] ^= 1;
            put(store, &own);
        }),
    ];
    for (what, edit) in edits {
        let store = MemoryStore::new();
        let vault = Vault::builder().store(store.clone());
        let vault = vault.create(&root_key()).unwrap();
        let scope = vault.scope("acme").unwrap();
        scope.put("KEY", "a value").unwrap();
        let own = rows(&store, Kind::DataKey).remove(0);
        vault
            .scope("globex")
            .unwrap()
            .put("KEY", "another")
            .unwrap();
        let is_other = |row: &Stored| row.key != own.key;
        let other = rows(&store, Kind::DataKey).into_iter().find(is_other);
        assert!(scope.put("MORE", "a value").is_ok(), "the control");
        edit(&store, own, &other.unwrap());

        let all = || Kind::ALL.map(|kind| rows(&store, kind));
        let before = all();
        let error = scope.put("KEY", "the next").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{what}");
        let error = scope.put("NEW", "a value").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{what}");
        assert_eq!(all(), before, "{what}");
        assert_eq!(value(&scope, "KEY").unwrap(), "a value", "{what}");
        assert!(!vault.verify().unwrap().is_intact(), "{what}");
        let later = open(&store);
        let error = value(&later.scope("acme").unwrap(), "KEY").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{what}");
        let globex = later.scope("globex").unwrap();
        assert_eq!(value(&globex, "KEY").unwrap(), "another", "{what}");
    }
}

/// Older rows that the host accepts bring no key of a tenant to another, and none that an open
/// vault remembers into use again.
#[test]
fn a_key_of_before_a_rollback_seals_nothing_after_it() {
    let store = MemoryStore::new();
    let vault = Vault::builder().store(store.clone());
    let vault = vault.create(&root_key()).unwrap();
    let empty = all_rows(&store);
    let scope = vault.scope("acme").unwrap();
    scope.put("KEY", "a value").unwrap();
    let old = rows(&store, Kind::DataKey).remove(0);

    all_rows(&store).iter().for_each(|row| delete(&store, row));
    empty.iter().for_each(|row| put(&store, row));
    let error = scope.put("KEY", "a value").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tampered);
    vault.accept_rollback("a test").unwrap();
    scope.put("KEY", "of today").unwrap();
    let new = rows(&store, Kind::DataKey);
    assert!(new.len() == 1 && new[0].key != old.key);
    let later = open(&store).scope("acme").unwrap();
    assert_eq!(value(&later, "KEY").unwrap(), "of today");
    assert!(vault.verify().unwrap().is_intact());
}
