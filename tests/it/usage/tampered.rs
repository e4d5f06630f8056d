//! Counts that somebody changes who can write the store and has not the key.

use keyslot::store::{Kind, MemoryStore, Partition};
use keyslot::{ErrorKind, Finding};

use super::kit::{count, counting};
use crate::support::rows::{Stored, delete, put, rows};

fn lived() -> (MemoryStore, Vec<Stored>) {
    let store = MemoryStore::new();
    let vault = counting(store.clone());
    let scope = vault.scope("acme").unwrap();
    for name in ["A", "B", "C"] {
        scope.put(name, "a value").unwrap();
    }
    scope
        .resolve("<<$secret.A>><<$secret.B>><<$secret.C>>")
        .unwrap();
    vault.flush_usage().unwrap();
    let own = rows(&store, Kind::Usage);
    assert_eq!(own.len(), 3);
    (store, own)
}

fn is_told(store: &MemoryStore, what: &str) {
    let findings = counting(store.clone()).verify().unwrap().findings;
    let is_own = |it: &Finding| matches!(it, Finding::Usage { tenant } if tenant == "acme");
    assert!(findings.iter().all(is_own), "{what}: {findings:?}");
    assert_eq!(findings.len(), 1, "{what}: {findings:?}");
}

fn is_whole(store: &MemoryStore) -> bool {
    counting(store.clone()).verify().unwrap().is_intact()
}

#[test]
fn counts_that_are_gone_changed_moved_or_old_are_told() {
    let (store, own) = lived();
    assert!(is_whole(&store));
    for (at, stored) in own.iter().enumerate() {
        delete(&store, stored);
        is_told(&store, &format!("{at} deleted"));
        for byte in (0..stored.row.info.len()).step_by(11) {
            put(&store, &stored.with(|row| row.info[byte] ^= 0x10));
            is_told(&store, &format!("{at}, byte {byte}"));
        }
        let other = &own[(at + 1) % own.len()];
        put(
            &store,
            &stored.with(|row| row.info = other.row.info.clone()),
        );
        is_told(&store, &format!("{at} has the contents of another one"));
        put(&store, &stored.with(|row| row.epoch += 1));
        is_told(&store, &format!("{at} of another epoch"));
        put(&store, &stored.with(|row| row.body = vec![1]));
        is_told(&store, &format!("{at} with a body"));
        put(&store, stored);
        assert!(is_whole(&store));
    }
    own.iter().for_each(|stored| delete(&store, stored));
    is_told(&store, "all deleted");
    own.iter().for_each(|stored| put(&store, stored));
    let vault = counting(store.clone());
    vault
        .scope("acme")
        .unwrap()
        .resolve("<<$secret.A>>")
        .unwrap();
    vault.flush_usage().unwrap();
    assert!(is_whole(&store));
    let now = rows(&store, Kind::Usage);
    let old = own.iter().find(|old| !now.contains(old)).unwrap();
    put(&store, old);
    is_told(&store, "an older state");
    // In the partition of the secrets they are nobody's.
    let moved = Stored {
        partition: rows(&store, Kind::Secret)[0].partition,
        row: own[0].row.clone(),
    };
    put(&store, &moved);
    let findings = counting(store.clone()).verify().unwrap().findings;
    assert!(findings.contains(&Finding::Stray), "{findings:?}");
}

#[test]
fn a_damaged_count_is_told_and_the_others_go_on() {
    let (store, own) = lived();
    let vault = counting(store.clone());
    let scope = vault.scope("acme").unwrap();
    put(&store, &own[0].with(|row| row.info[60] ^= 1));
    let names = ["A", "B", "C"];
    let damaged: Vec<_> = names
        .into_iter()
        .filter(|name| scope.usage(*name).is_err())
        .collect();
    let error = scope.usage(damaged[0]).unwrap_err();
    assert_eq!((damaged.len(), error.kind()), (1, ErrorKind::Corrupt));
    scope
        .resolve("<<$secret.A>><<$secret.B>><<$secret.C>>")
        .unwrap();
    assert_eq!(vault.flush_usage().unwrap_err().kind(), ErrorKind::Corrupt);
    let backlog = vault.usage_backlog();
    assert_eq!((backlog.waiting, backlog.lost), (0, 1));
    for name in names.into_iter().filter(|name| *name != damaged[0]) {
        assert_eq!(count(&scope, name), Some((2, 0)));
    }
    is_told(&store, "still damaged");
    let _ = vault.rebuild_head("acme", "a count is damaged").unwrap();
    assert!(is_whole(&store));
    assert_eq!(count(&scope, damaged[0]), None);
    scope
        .resolve(format!("<<$secret.{}>>", damaged[0]).as_str())
        .unwrap();
    vault.flush_usage().unwrap();
    assert_eq!(count(&scope, damaged[0]), Some((1, 0)));
    assert!(is_whole(&store));
}

#[test]
fn a_head_of_uses_that_is_gone_is_told_and_comes_back() {
    let (store, own) = lived();
    let heads = rows(&store, Kind::Head);
    let head = heads.iter().find(|head| head.partition == own[0].partition);
    put(&store, &head.unwrap().with(|row| row.info[60] ^= 1));
    let vault = counting(store.clone());
    let scope = vault.scope("acme").unwrap();
    scope.resolve("<<$secret.A>>").unwrap();
    assert_eq!(vault.flush_usage().unwrap_err().kind(), ErrorKind::Corrupt);
    assert_eq!(vault.usage_backlog().lost, 1);
    assert!(!is_whole(&store));
    let _ = vault.rebuild_head("acme", "its head is damaged").unwrap();
    assert!(is_whole(&store));
    scope.resolve("<<$secret.A>>").unwrap();
    vault.flush_usage().unwrap();
    assert_eq!(count(&scope, "A"), Some((2, 0)));
}

#[test]
fn rows_among_those_of_the_vault_itself_are_told() {
    let (store, own) = lived();
    assert!(is_whole(&store));
    for (kind, told) in [
        (Kind::Audit, Finding::KeyLog),
        (Kind::Usage, Finding::Stray),
        (Kind::Document, Finding::Stray),
    ] {
        let planted = Stored {
            partition: Partition::VAULT,
            row: own[0].with(|row| row.key.kind = kind).row,
        };
        put(&store, &planted);
        let findings = counting(store.clone()).verify().unwrap().findings;
        assert_eq!(findings, [told], "{kind:?}");
        delete(&store, &planted);
        assert!(is_whole(&store));
    }
}
