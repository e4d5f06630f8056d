//! Rows that a store gives without end: verification reads as many older values as the records
//! name, and as many secrets of a scope as there are.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use keyslot::store::{
    Cursor, Kind, MemoryStore, Page, PageSize, Partition, ReadTx, ReadWork, Row, RowKey, Scan,
};
use keyslot::{Finding, Result, ScopedVault, SecretStore, Vault, Verification};

use crate::hand_on;
use crate::support::root_key;
use crate::support::rows::{all_of, rows};

/// Pages after which the lie ends: a test that fails should end too.
const MOST: usize = 50;

/// A store that gives one row under ever new keys, once it has one to lie with: where all older
/// values are asked for, or the secrets of a scope.
#[derive(Clone, Debug, Default)]
struct Endless {
    inner: MemoryStore,
    lie: Arc<Mutex<Option<(Partition, Row)>>>,
    pages: Arc<AtomicUsize>,
}

impl SecretStore for Endless {
    hand_on!(inner: get scan write head partitions purge self_check);

    fn read(&self, partition: Partition, work: &mut ReadWork<'_>) -> Result<()> {
        let read = &mut |tx: &mut dyn ReadTx| work(&mut EndlessTx(tx, self, partition));
        self.inner.read(partition, read)
    }
}

struct EndlessTx<'a>(&'a mut dyn ReadTx, &'a Endless, Partition);

impl ReadTx for EndlessTx<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.0.get(keys)
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        let lie = self.1.lie.lock().unwrap().clone();
        let is_listed = scan.scope.is_some() == (scan.kind == Kind::Secret);
        let is_lie =
            |(at, lie): &(Partition, Row)| *at == self.2 && lie.key.kind == scan.kind && is_listed;
        let Some((_, lie)) = lie.filter(is_lie) else {
            return self.0.scan(scan);
        };
        let number = self.1.pages.fetch_add(1, Ordering::SeqCst) as u64;
        let row = |at: u32| {
            let mut key = lie.key.key;
            key[16..24].copy_from_slice(&number.to_be_bytes());
            key[24..28].copy_from_slice(&at.to_be_bytes());
            Row {
                epoch: lie.epoch + number,
                key: RowKey { key, ..lie.key },
                ..lie.clone()
            }
        };
        let rows: Vec<Row> = (0..scan.size.rows.get()).map(row).collect();
        let last = rows.last().unwrap();
        let next = match scan.from {
            Cursor::Key(_) => Cursor::Key(Some(last.key.key)),
            Cursor::Epoch(..) => Cursor::Epoch(last.epoch, Some(last.key.key)),
        };
        let has_more = (number as usize) < MOST;
        Ok(Page {
            next: has_more.then_some(next),
            rows,
        })
    }
}

/// A vault in a store that does not lie yet.
fn endless() -> (Endless, Vault) {
    let store = Endless::default();
    let builder = Vault::builder().store(store.clone());
    (store, builder.create(&root_key()).unwrap())
}

/// A secret with an older value.
fn two_versions(vault: &Vault) -> ScopedVault {
    let scope = vault.scope("acme").unwrap();
    for value in ["first", "second"] {
        scope.put("KEY", value).unwrap();
    }
    scope
}

#[test]
fn verification_reads_as_many_older_values_as_the_records_name() {
    const KEPT: usize = 3;
    let (store, vault) = endless();
    let scope = vault.scope("acme").unwrap();
    (0..=KEPT).for_each(|number| drop(scope.put("KEY", format!("{number}")).unwrap()));
    let older = rows(&store.inner, Kind::Version);
    assert_eq!(older.len(), KEPT);
    assert!(vault.verify().unwrap().is_intact(), "the control");

    let lie = older.last().unwrap();
    *store.lie.lock().unwrap() = Some((lie.partition, lie.row.clone()));
    assert_eq!(vault.verify().unwrap().findings, [Finding::Stray]);
    assert_eq!(store.pages.swap(0, Ordering::SeqCst), 1);
    // The control: whoever goes on is given more.
    let size = PageSize {
        rows: NonZeroU32::MIN,
        ..PageSize::MAX
    };
    let scan = Scan {
        size,
        from: Cursor::Epoch(0, Some([0; 32])),
        ..all_of(Kind::Version)
    };
    let (mut given, mut from) = (0, Some(scan.from));
    let read = store.read(lie.partition, &mut |tx| {
        while let Some(next) = from.take() {
            let page = tx.scan(&Scan { from: next, ..scan })?;
            (given, from) = (given + page.rows.len(), page.next);
        }
        Ok(())
    });
    read.unwrap();
    assert_eq!(given, MOST + 1);
}

/// No record names a row that an erasure left behind, so a page of them is enough.
#[test]
fn verification_reads_a_page_of_what_an_erasure_left_behind() {
    let (store, vault) = endless();
    let scope = two_versions(&vault);
    let left = rows(&store.inner, Kind::Version).remove(0);
    vault.erase_tenant("acme").unwrap();
    scope.put("KEY", "of a new life").unwrap();
    assert!(vault.verify().unwrap().is_intact(), "the control");
    *store.lie.lock().unwrap() = Some((left.partition, left.row));
    let erased = Finding::Erased {
        tenant: "acme".to_owned(),
    };
    assert_eq!(vault.verify().unwrap().findings, [erased]);
    assert_eq!(store.pages.load(Ordering::SeqCst), 1);
}

#[test]
fn verification_lists_as_many_secrets_of_a_scope_as_there_are() {
    let (store, vault) = endless();
    vault.scope("acme").unwrap().put("KEY", "a value").unwrap();
    assert!(vault.verify().unwrap().is_intact(), "the control");
    let secret = rows(&store.inner, Kind::Secret).remove(0);
    *store.lie.lock().unwrap() = Some((secret.partition, secret.row));
    assert_eq!(vault.verify().unwrap().findings, [Finding::Hidden]);
    assert_eq!(store.pages.load(Ordering::SeqCst), 1);
}

#[test]
fn verification_reads_as_many_rows_among_the_keys_as_it_lists() {
    let (store, vault) = endless();
    two_versions(&vault);
    let older = rows(&store.inner, Kind::Version).remove(0);
    *store.lie.lock().unwrap() = Some((Partition::VAULT, older.row));
    let found = vault.verify().unwrap().findings;
    assert_eq!(found.len(), Verification::MAX_FINDINGS);
    assert!(found.iter().all(|found| *found == Finding::Stray));
    assert!(store.pages.load(Ordering::SeqCst) < MOST);
}
