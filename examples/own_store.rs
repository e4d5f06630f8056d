//! A vault on a store of your own.
//!
//! It keeps its rows in a map that each write replaces. A store on a database of yours has the same
//! eight methods. The suite `store::conformance` proves that it keeps the contract:
//! `cargo run -p keyslot-examples --example own_store`.
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use keyslot::secrecy::ExposeSecret;
use keyslot::store::{
    Cursor, HeadRead, Moment, Page, Partition, Purge, ReadTx, ReadWork, Row, RowKey, Scan,
    SecretStore, SelfCheck, WriteTx, WriteWork, conformance,
};
use keyslot::{Error, ErrorKind, Result, RootKey, Vault};

type Rows = BTreeMap<(Partition, RowKey), Row>;

/// The rows of the last commit, and the turn to write: one for all partitions is allowed.
#[derive(Clone, Debug, Default)]
struct OwnStore(Arc<Mutex<Arc<Rows>>>, Arc<Mutex<()>>);

impl OwnStore {
    /// The rows that are committed now. A write replaces them, so nobody waits for who reads.
    fn rows(&self) -> Arc<Rows> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl SecretStore for OwnStore {
    fn get(&self, partition: Partition, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        Tx(partition, self.rows()).get(keys)
    }

    fn scan(&self, partition: Partition, scan: &Scan) -> Result<Page> {
        Tx(partition, self.rows()).scan(scan)
    }

    fn read(&self, partition: Partition, work: &mut ReadWork<'_>) -> Result<()> {
        work(&mut Tx(partition, self.rows()))
    }

    fn write(&self, part: Partition, first: &[RowKey], work: &mut WriteWork<'_>) -> Result<()> {
        let start = std::time::Instant::now();
        let _turn = loop {
            match self.1.try_lock() {
                Ok(turn) => break turn,
                Err(TryLockError::Poisoned(turn)) => break turn.into_inner(),
                Err(_) if start.elapsed().as_secs() < 2 => std::thread::yield_now(),
                Err(_) => return Err(Error::new(ErrorKind::Busy, "the store is busy; try again")),
            }
        };
        let mut tx = Tx(part, self.rows());
        work(tx.get(first)?, &mut tx)?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = tx.1;
        Ok(())
    }

    // A store that can tell if anything was committed since then says so, and saves the read.
    fn head(&self, part: Partition, head: &RowKey, _known: Option<Moment>) -> Result<HeadRead> {
        let (row, moment) = (Tx(part, self.rows()).get(&[*head])?.remove(0), None);
        Ok(HeadRead::Read { row, moment })
    }

    fn partitions(&self, after: Option<Partition>, limit: NonZeroU32) -> Result<Vec<Partition>> {
        let rows = self.rows();
        let mut found: Vec<Partition> = rows.keys().map(|(partition, _)| *partition).collect();
        found.retain(|partition| Some(*partition) > after);
        found.dedup();
        found.truncate(limit.get() as usize);
        Ok(found)
    }

    // The memory of replaced rows is freed at once, and no index can disagree with a map.
    fn purge(&self) -> Result<Purge> {
        Ok(Purge::Done)
    }
    fn self_check(&self) -> Result<SelfCheck> {
        Ok(SelfCheck::Sound)
    }
}

/// A partition, with the rows as one read sees them, or as one write will leave them.
struct Tx(Partition, Arc<Rows>);

impl ReadTx for Tx {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        let row = |key: &RowKey| self.1.get(&(self.0, *key)).cloned();
        Ok(keys.iter().map(row).collect())
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        let mut found = Vec::new(); // A database has an index, and looks at no other rows.
        for ((partition, key), row) in &*self.1 {
            let is_after = match scan.from {
                Cursor::Key(last) => Some(key.key) > last,
                Cursor::Epoch(epoch, None) => row.epoch > epoch,
                Cursor::Epoch(epoch, Some(last)) => (row.epoch, key.key) > (epoch, last),
            };
            let is_of = scan.scope.is_none_or(|scope| key.scope() == scope);
            if *partition == self.0 && key.kind == scan.kind && is_of && is_after {
                let body = if scan.bodies { &row.body[..] } else { &[] };
                let (info, body) = (row.info.clone(), body.to_vec());
                found.push(Row { info, body, ..*row });
            }
        }
        let by_epoch = matches!(scan.from, Cursor::Epoch(..));
        found.sort_by_key(|row| (by_epoch.then_some(row.epoch), row.key));
        Page::collect(found.into_iter().map(Ok), scan.from, scan.size)
    }
}

impl WriteTx for Tx {
    fn put(&mut self, row: &Row) -> Result<()> {
        row.check()?;
        Arc::make_mut(&mut self.1).insert((self.0, row.key), row.clone());
        Ok(())
    }
    fn delete(&mut self, key: &RowKey) -> Result<()> {
        Arc::make_mut(&mut self.1).remove(&(self.0, *key));
        Ok(())
    }
}

fn main() -> Result<()> {
    conformance::check(OwnStore::default);
    conformance::check(|| -> Box<dyn SecretStore> { Box::new(OwnStore::default()) });
    let twice = |store: OwnStore| (store.clone(), store);
    conformance::check_handles(|| twice(OwnStore::default()));
    println!("the store keeps the contract");

    let store = OwnStore::default();
    let vault = Vault::builder().store(store.clone());
    let project = vault.create(&RootKey::generate()?)?.scope("acme/billing")?;
    project.put("STRIPE_KEY", "sk_live_4eC39HqLyjWD")?;
    let header = project.resolve("Authorization: Bearer <<$secret.STRIPE_KEY>>")?;
    assert!(header.expose_secret().ends_with("sk_live_4eC39HqLyjWD"));

    let rows = store.rows();
    let bytes = |row: &Row| [&row.info[..], &row.body].concat();
    let bytes = rows.values().flat_map(bytes).collect::<Vec<u8>>();
    let text = String::from_utf8_lossy(&bytes);
    assert!(!text.contains("STRIPE_KEY") && !text.contains("sk_live_4e"));
    let count = rows.len();
    println!("{count} sealed rows; none of them shows a name or a value");
    Ok(())
}
