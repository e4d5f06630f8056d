//! Calls of the store: each is a round trip where the store is a server.
#![cfg(all(feature = "sqlite", feature = "json"))]
#![allow(clippy::unwrap_used)]

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use keyslot::store::{Partition, ReadWork, SqliteStore};
use keyslot::{ErrorKind, OnExisting, Result, ScopedVault, SecretStore, Vault};

use crate::hand_on;
use crate::support::counting::Counting;
use crate::support::{fast_folder, root_key, value};

fn vault() -> (Arc<Counting>, Vault) {
    let store = Arc::new(Counting::default());
    let vault = Vault::builder().store(Arc::clone(&store));
    let vault = vault.create(&root_key()).unwrap();
    (store, vault)
}

/// A scope of the vault in a process that knows nothing of it yet.
fn opened_anew(store: &Arc<Counting>) -> ScopedVault {
    let vault = Vault::builder().store(Arc::clone(store));
    let vault = vault.open(&root_key()).unwrap();
    vault.scope("acme/billing").unwrap()
}

/// The calls of some work, and the questions within its writes.
fn calls(store: &Counting, work: impl FnOnce()) -> (usize, usize) {
    let count = || (store.calls(), store.in_writes.load(Ordering::SeqCst));
    let before = count();
    work();
    let now = count();
    (now.0 - before.0, now.1 - before.1)
}

#[test]
fn a_write_asks_for_nothing_more_than_its_first_rows() {
    let (store, vault) = vault();
    let scope = vault.scope("acme/billing").unwrap();
    let other = vault.scope("acme/sales").unwrap();
    let put = |scope: &ScopedVault, name, value| drop(scope.put(name, value).unwrap());
    // The first one is counted below.
    assert_eq!(calls(&store, || put(&scope, "A", "first")), (4, 0));
    assert_eq!(calls(&store, || put(&scope, "A", "second")), (1, 0));
    assert_eq!(calls(&store, || put(&other, "B", "value")), (1, 0));
    let copy = || drop(scope.clone_to("A", &other).unwrap());
    assert_eq!(calls(&store, copy), (1, 0));
    // A purge follows.
    let revoke = || assert!(scope.revoke("A").is_ok());
    assert_eq!(calls(&store, revoke), (2, 0));
    // A value that is not the newest lies in a row whose key the record tells.
    put(&scope, "C", "first");
    put(&scope, "C", "second");
    let first = keyslot::Version::FIRST;
    let roll_back = || drop(scope.rollback("C", first).unwrap());
    assert_eq!(calls(&store, roll_back), (1, 1));
    // A vault that was opened anew does not know the data key yet.
    let scope = opened_anew(&store);
    assert_eq!(calls(&store, || put(&scope, "C", "third")), (1, 1));
    assert_eq!(calls(&store, || put(&scope, "C", "fourth")), (1, 0));
}

/// The first write makes a data key, so it looks at the vault key before and after; before that it
/// ends a write in which it found that it has to. All others take one call, also the first ones of
/// a process to an organization that is there.
#[test]
fn a_write_that_begins_an_organization_takes_four_calls() {
    let (store, vault) = vault();
    let put = |vault: &Vault, name| vault.scope(name).unwrap().put("KEY", "value").map(drop);
    assert_eq!(calls(&store, || put(&vault, "acme").unwrap()), (4, 0));
    let items = || ["A", "B"].map(|name| (name, "value"));
    let put_all = || {
        let scope = vault.scope("globex").unwrap();
        let _ = scope.put_all(items(), OnExisting::Fail).unwrap();
    };
    assert_eq!(calls(&store, put_all), (4, 0));
    let again = || {
        let scope = vault.scope("globex").unwrap();
        let _ = scope.put_all(items(), OnExisting::Version).unwrap();
    };
    assert_eq!(calls(&store, again), (1, 0));
    let open = || Vault::builder().store(Arc::clone(&store)).open(&root_key());
    let (stale, other) = (open().unwrap(), open().unwrap());
    for organization in ["acme", "globex"] {
        let first = || put(&other, organization).unwrap();
        assert_eq!(calls(&store, first), (1, 1), "it asks for the data key");
        let second = || put(&other, organization).unwrap();
        assert_eq!(calls(&store, second), (1, 0));
    }
    assert_eq!(calls(&store, || put(&other, "initech").unwrap()), (4, 0));
    // A process that has an older vault key ends it before it stores anything.
    let _ = vault.replace_vault_key(&[&root_key()]).unwrap();
    let refused = || {
        let error = put(&stale, "umbrella").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::VaultKeyReplaced);
    };
    let before = store.partitions(None, NonZeroU32::MAX).unwrap();
    assert_eq!(calls(&store, refused), (2, 0));
    assert_eq!(store.partitions(None, NonZeroU32::MAX).unwrap(), before);
    assert_eq!(calls(&store, || put(&vault, "umbrella").unwrap()), (4, 0));
    let after = store.partitions(None, NonZeroU32::MAX).unwrap();
    assert_eq!(after.len(), before.len() + 1, "the control");
}

#[test]
fn a_resolve_asks_once() {
    let (store, vault) = vault();
    let scope = vault.scope("acme/billing").unwrap();
    scope.put("A", "value").unwrap();
    let resolve = || assert_eq!(value(&scope, "A").unwrap(), "value");
    assert_eq!(calls(&store, resolve), (1, 0));
    let scope = opened_anew(&store);
    let resolve = || assert_eq!(value(&scope, "A").unwrap(), "value");
    assert_eq!(calls(&store, resolve), (2, 0), "and once for the data key");
}

#[test]
fn a_verification_asks_by_pages() {
    const TENANTS: usize = 3;
    // Two pages of secrets, two of older values.
    const SECRETS: usize = 300;
    let (store, vault) = vault();
    let fixed = calls(&store, || assert!(vault.verify().unwrap().is_intact()));
    for tenant in 0..TENANTS {
        let scope = vault.scope(format!("tenant-{tenant}").as_str()).unwrap();
        for number in 0..SECRETS {
            for version in ["first", "second"] {
                scope.put(format!("KEY_{number}"), version).unwrap();
            }
        }
    }
    let (all, in_writes) = calls(&store, || {
        let report = vault.verify().unwrap();
        assert!(report.is_intact(), "{:?}", report.findings);
        assert_eq!(report.secrets, (TENANTS * SECRETS) as u64);
    });
    let pages = SECRETS.div_ceil(256) * 2;
    // Documents and uses are looked for as well, of which there are none.
    let most = TENANTS * (8 + 3 * pages);
    println!("{} calls, {most} allowed", all - fixed.0);
    assert!(all - fixed.0 <= most, "{} calls of {most}", all - fixed.0);
    assert_eq!(in_writes, 0, "it takes no lock");
}

type Meanwhile = Box<dyn Fn() + Send + Sync>;

/// A store that does something else within each read.
#[derive(Clone)]
struct Busy {
    inner: Arc<SqliteStore>,
    meanwhile: Arc<Mutex<Option<Meanwhile>>>,
}

impl std::fmt::Debug for Busy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Busy")
    }
}

impl SecretStore for Busy {
    hand_on!(inner: get scan write head partitions purge self_check);

    fn read(&self, partition: Partition, work: &mut ReadWork<'_>) -> Result<()> {
        self.inner.read(partition, &mut |tx| {
            // Its moment begins with the first question.
            tx.get(&[])?;
            let head = keyslot::store::RowKey {
                kind: keyslot::store::Kind::Head,
                key: [0; 32],
            };
            tx.get(&[head])?;
            if let Some(meanwhile) = &*self.meanwhile.lock().unwrap() {
                meanwhile();
            }
            work(tx)
        })
    }
}

/// A writer waits for no verification, neither in the tenant that is verified nor in another.
#[test]
fn writers_go_on_during_a_verification() {
    let folder = fast_folder();
    let file = folder.path().join("vault.db");
    let created = Vault::create(&file, &root_key()).unwrap();
    for tenant in ["acme", "globex"] {
        created.scope(tenant).unwrap().put("KEY", "first").unwrap();
    }
    let store = Busy {
        inner: Arc::new(SqliteStore::open(&file).unwrap()),
        meanwhile: Arc::default(),
    };
    let vault = Vault::builder().store(store.clone());
    let vault = vault.open(&root_key()).unwrap();
    let writes = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&writes);
    let writer = created.clone();
    *store.meanwhile.lock().unwrap() = Some(Box::new(move || {
        for tenant in ["acme", "globex", "initech"] {
            let scope = writer.scope(tenant).unwrap();
            scope.put("KEY", "meanwhile").unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
        }
    }));
    let report = vault.verify().unwrap();
    assert!(report.is_intact(), "{:?}", report.findings);
    assert!(writes.load(Ordering::SeqCst) >= 6);
    *store.meanwhile.lock().unwrap() = None;
    let report = vault.verify().unwrap();
    assert!(report.is_intact() && report.tenants == 3);
    let partitions = store.partitions(None, NonZeroU32::MAX).unwrap();
    assert_eq!(partitions.len(), 4, "and the vault's own");
}
