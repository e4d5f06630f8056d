//! Pages of a list in the order of the store: each begins behind a name.
#![cfg(feature = "vault")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::Arc;
use std::sync::atomic::Ordering;

use keyslot::store::{Kind, MemoryStore};
use keyslot::{
    AuditMode, Cache, ErrorKind, OnExisting, Permissions, ScopedVault, SecretName, Status, Vault,
};

use crate::life::builder;
use crate::support::counting::Counting;
use crate::support::root_key;
use crate::support::rows::{delete, rows};

/// More than one page of the store.
const SECRETS: usize = 600;

fn filled(vault: &Vault) -> ScopedVault {
    let other = vault.scope("acme/sales").unwrap();
    other.put("N000", "beside").unwrap();
    let scope = vault.scope("acme/billing").unwrap();
    let secrets = (0..SECRETS).map(|number| (format!("N{number:03}"), "value"));
    scope.put_all(secrets, OnExisting::Fail).unwrap();
    scope
}

fn names(list: impl Iterator<Item = keyslot::Result<keyslot::SecretInfo>>) -> Vec<SecretName> {
    list.map(|info| info.unwrap().name).collect()
}

/// All names, in pages of so many, each behind the last name of the page before.
fn paged(scope: &ScopedVault, limit: usize) -> Vec<SecretName> {
    let mut all = names(scope.list().take(limit));
    loop {
        let next = names(scope.list().after(all.last().unwrap()).take(limit));
        if next.is_empty() {
            return all;
        }
        all.extend(next);
    }
}

#[test]
fn one_page_after_another_is_the_whole_list() {
    let store = MemoryStore::new();
    let open = |vault: keyslot::VaultBuilder| {
        let vault = vault.store(store.clone()).open_or_create(&root_key());
        vault.unwrap()
    };
    let plain = filled(&open(builder()));
    let whole = names(plain.list());
    assert_eq!(whole.len(), SECRETS);
    let scope = |vault: Vault| vault.scope("acme/billing").unwrap();
    let guarded = scope(open(builder().guard(100_000)));
    let cached = scope(open(builder().cache(Cache::new())));
    for limit in [7, 100, 256, 599, 600] {
        assert_eq!(paged(&plain, limit), whole);
        assert_eq!(paged(&guarded, limit), whole);
        // The first time it is not held, and then it is.
        assert_eq!(paged(&cached, limit), whole);
        assert_eq!(names(cached.list()), whole);
    }
}

#[test]
fn a_page_goes_on_behind_a_secret_that_is_gone() {
    let scope = filled(&crate::support::memory_vault());
    let whole = names(scope.list());
    scope.delete(&whole[99]).unwrap();
    assert_eq!(names(scope.list().after(&whole[99])), whole[100..]);
    // And behind one that never was there: what comes before and behind it is everything.
    let never: SecretName = "NEVER".parse().unwrap();
    let (left, behind) = (names(scope.list()), names(scope.list().after(&never)));
    assert!(left.len() == SECRETS - 1 && left.ends_with(&behind));
}

#[test]
fn a_page_costs_what_it_shows() {
    let store = Arc::new(Counting::default());
    let scope = filled(
        &builder()
            .store(Arc::clone(&store))
            .create(&root_key())
            .unwrap(),
    );
    let whole = names(scope.list());
    for (after, scans) in [(0, 1), (300, 1), (598, 1)] {
        let before = store.scans.load(Ordering::SeqCst);
        let page = names(scope.list().after(&whole[after]).take(100));
        assert_eq!(page, whole[after + 1..SECRETS.min(after + 101)]);
        assert_eq!(store.scans.load(Ordering::SeqCst) - before, scans);
    }
    // The control: the whole list takes several.
    let before = store.scans.load(Ordering::SeqCst);
    names(scope.list());
    assert!(store.scans.load(Ordering::SeqCst) - before > 1);
}

#[test]
fn filters_hold_and_nothing_is_shown_without_the_permission() {
    let scope = filled(&crate::support::memory_vault());
    let tens = |list: keyslot::List| names(list.name_contains("0"));
    let whole = tens(scope.list());
    assert_eq!(tens(scope.list().after(&whole[10])), whole[11..]);
    assert_eq!(
        names(scope.with(Permissions::USE).list().after(&whole[0])).len(),
        0
    );
}

#[test]
fn with_a_guard_a_row_that_is_gone_is_noticed_on_its_page_alone() {
    let store = MemoryStore::new();
    let vault = builder().guard(100_000).store(store.clone());
    let scope = filled(&vault.create(&root_key()).unwrap());
    let whole = names(scope.list());
    let mut all = rows(&store, Kind::Secret);
    let tag = all.iter().map(|row| row.key.key[..16].to_vec());
    let tag = tag
        .clone()
        .max_by_key(|one| tag.clone().filter(|tag| tag == one).count());
    all.retain(|row| Some(row.key.key[..16].to_vec()) == tag);
    all.sort_by_key(|row| row.key.key);
    assert_eq!(all.len(), SECRETS);
    delete(&store, &all[500]);
    let kind = |info: Option<keyslot::Result<_>>| info.unwrap().err().map(|error| error.kind());
    assert_eq!(
        kind(scope.list().after(&whole[400]).next()),
        Some(ErrorKind::Tampered)
    );
    assert_eq!(kind(scope.list().after(&whole[510]).next()), None);
}

#[test]
fn a_list_is_filtered_by_status() {
    let scope = filled(&Vault::builder().create(&root_key()).unwrap());
    for name in ["N001", "N500"] {
        scope.set_status(name, Status::Inactive).unwrap();
    }
    scope.revoke("N002").unwrap();
    let of = |status| names(scope.list().with_status(status)).len();
    assert_eq!(of(Status::Active), SECRETS - 3);
    assert_eq!((of(Status::Inactive), of(Status::Revoked)), (2, 1));
    let inactive = scope.list().with_status(Status::Inactive);
    assert_eq!(
        names(inactive.name_contains("N5")),
        ["N500".parse().unwrap()]
    );
}

#[test]
fn the_mode_of_the_audit_log_is_told() {
    for mode in [AuditMode::Off, AuditMode::Batched, AuditMode::Required] {
        let vault = Vault::builder().audit(mode).create(&root_key()).unwrap();
        assert_eq!(vault.audit_mode(), mode);
    }
    let none = Vault::builder().create(&root_key()).unwrap();
    assert_eq!(none.audit_mode(), AuditMode::Off);
}
