//! Documents that somebody changes who can write the store and has not the key.

use keyslot::store::{Kind, MemoryStore, Partition, Row};
use keyslot::{ErrorKind, Finding, OnReferenced, Vault};

use super::kit::{documents, opened, who};
use crate::support::rows::{Stored, delete, put, rows};

fn lived() -> (MemoryStore, Vec<Stored>) {
    let store = MemoryStore::new();
    let vault = opened(&store);
    vault.scope("acme").unwrap().put("A", "a value").unwrap();
    for id in ["a", "b", "c"] {
        documents(&vault, "acme").set(id, "<<$secret.A>>").unwrap();
    }
    documents(&vault, "other")
        .set("a", "<<$secret.A>>")
        .unwrap();
    let own = rows(&store, Kind::Document);
    let acme = own[0].partition;
    let count = own.iter().filter(|row| row.partition == acme).count();
    let of_acme = |row: &Stored| (row.partition == acme) == (count == 3);
    let mut own = own;
    own.retain(of_acme);
    assert_eq!(own.len(), 3);
    (store, own)
}

/// Each question fails, no secret is deleted, and verify tells.
fn is_told(store: &MemoryStore, what: &str) {
    let vault = opened(store);
    let scope = vault.scope("acme").unwrap();
    let findings = vault.verify().unwrap().findings;
    let is_own = |it: &Finding| matches!(it, Finding::Documents { tenant } if tenant == "acme");
    assert!(findings.iter().any(is_own), "{what}: {findings:?}");
    assert_eq!(findings.len(), 1, "{what}: {findings:?}");
    let kinds = [
        ErrorKind::Tampered,
        ErrorKind::Corrupt,
        ErrorKind::UnsupportedFormat,
    ];
    for error in [
        scope.documents().who_references("A").unwrap_err(),
        scope.documents().missing().unwrap_err(),
        scope.delete_with("A", OnReferenced::Refuse).unwrap_err(),
        scope
            .delete_all_with(["A"], OnReferenced::Report)
            .unwrap_err()
            .into(),
    ] {
        assert!(kinds.contains(&error.kind()), "{what}: {error}");
    }
    assert_eq!(
        crate::support::value(&scope, "A").unwrap(),
        "a value",
        "{what}"
    );
}

fn is_whole(vault: &Vault) {
    assert!(vault.verify().unwrap().is_intact());
    assert_eq!(who(vault, "acme", "A").len(), 3);
}

#[test]
fn documents_that_are_gone_changed_moved_or_old_are_told() {
    let (store, own) = lived();
    is_whole(&opened(&store));
    for (at, stored) in own.iter().enumerate() {
        delete(&store, stored);
        is_told(&store, &format!("{at} deleted"));
        for byte in 0..stored.row.info.len() {
            let changed = stored.with(|row| row.info[byte] ^= 0x10);
            put(&store, &changed);
            if byte % 37 == 0 || byte < 80 {
                is_told(&store, &format!("{at}, byte {byte}"));
            }
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
    }
    let added = own[0].with(|row| row.key.key[31] ^= 1);
    put(&store, &added);
    is_told(&store, "one more row");
    delete(&store, &added);
    own.iter().for_each(|stored| delete(&store, stored));
    is_told(&store, "all deleted");
    own.iter().for_each(|stored| put(&store, stored));
    is_whole(&opened(&store));
    // An older state of one of them.
    let vault = opened(&store);
    documents(&vault, "acme")
        .set("a", "<<$secret.A>> <<$secret.B>>")
        .unwrap();
    let now = rows(&store, Kind::Document);
    is_whole(&vault);
    let old = own.iter().find(|old| !now.contains(old)).unwrap();
    put(&store, old);
    is_told(&store, "an older state");
}

#[test]
fn rows_of_another_organization_or_in_a_log_are_told() {
    let (store, own) = lived();
    let all = rows(&store, Kind::Document);
    let foreign = all
        .iter()
        .find(|row| row.partition != own[0].partition)
        .unwrap();
    let moved = Stored {
        partition: own[0].partition,
        row: foreign.row.clone(),
    };
    put(&store, &moved);
    is_told(&store, "a row of another organization");
    delete(&store, &moved);
    is_whole(&opened(&store));
    // Nothing is there of a vault that only planted rows.
    let nowhere = Stored {
        partition: Partition([9; 16]),
        row: Row {
            ..own[0].row.clone()
        },
    };
    put(&store, &nowhere);
    let findings = opened(&store).verify().unwrap().findings;
    assert!(matches!(findings[..], [Finding::Headless]), "{findings:?}");
}

#[test]
fn a_revocation_goes_on_and_a_rebuilt_head_heals() {
    let (store, own) = lived();
    put(&store, &own[0].with(|row| row.info[60] ^= 1));
    delete(&store, &own[1]);
    let vault = opened(&store);
    let scope = vault.scope("acme").unwrap();
    let revoked = scope.revoke_reporting("A").unwrap();
    assert_eq!(revoked.documents.unwrap_err().kind(), ErrorKind::Corrupt);
    assert_eq!(crate::support::refusal(&scope, "A"), ErrorKind::Revoked);
    let repair = vault.rebuild_head("acme", "documents are damaged").unwrap();
    assert_eq!(repair.unreadable, 0, "of the secrets");
    assert!(vault.verify().unwrap().is_intact());
    assert_eq!(who(&vault, "acme", "A").len(), 1);
    documents(&vault, "acme")
        .rebuild(["a", "b", "c"].map(|id| (id, "<<$secret.A>>")))
        .unwrap();
    is_whole(&vault);
}
