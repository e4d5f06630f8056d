//! A store in memory that counts what is asked of it, and fails where it is told to.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use keyslot::store::{
    HeadRead, Kind, MemoryStore, Moment, Page, Partition, Purge, ReadTx, ReadWork, Row, RowKey,
    Scan, SecretStore, SelfCheck, WriteTx, WriteWork,
};
use keyslot::{AuditMode, Error, ErrorKind, Result, RootKey, Vault};

use crate::support::fill;

/// The store.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    store: MemoryStore,
    calls: AtomicUsize,
    /// The error of each call that reads, and of each that writes.
    failure: Mutex<(Option<ErrorKind>, Option<ErrorKind>)>,
    /// True if the first secret that is found is damaged from then on, and its key.
    spoilt: Mutex<(bool, Option<RowKey>)>,
    /// Done once before the next write.
    before: Mutex<Option<Meanwhile>>,
}

/// The work of somebody else.
struct Meanwhile(Box<dyn FnOnce() + Send>);

impl fmt::Debug for Meanwhile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Meanwhile")
    }
}

impl Watched {
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    pub(crate) fn fail(&self, reads: Option<ErrorKind>, writes: Option<ErrorKind>) {
        *self.failure.lock().unwrap() = (reads, writes);
    }

    pub(crate) fn spoil(&self) {
        self.spoilt.lock().unwrap().0 = true;
    }

    /// Does something before the next write has begun.
    pub(crate) fn before_next_write(&self, what: impl FnOnce() + Send + 'static) {
        *self.before.lock().unwrap() = Some(Meanwhile(Box::new(what)));
    }

    /// Returns true if it was done, or there was nothing to do.
    pub(crate) fn is_past(&self) -> bool {
        self.before.lock().unwrap().is_none()
    }

    fn spoilt(&self, mut page: Page) -> Page {
        let (is_on, key) = &mut *self.spoilt.lock().unwrap();
        for row in page.rows.iter_mut().filter(|_| *is_on) {
            if row.key.kind == Kind::Secret && *key.get_or_insert(row.key) == row.key {
                *row.info.last_mut().unwrap() ^= 1;
            }
        }
        page
    }

    fn read_call(&self) -> Result<()> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let (reads, _) = *self.failure.lock().unwrap();
        reads.map_or(Ok(()), |kind| Err(Error::new(kind, "the test says so")))
    }

    fn write_call(&self) -> Result<()> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let (_, writes) = *self.failure.lock().unwrap();
        writes.map_or(Ok(()), |kind| Err(Error::new(kind, "the test says so")))
    }
}

/// A vault over such a store, filled like that of all tests, without an audit log of uses.
pub(crate) fn watched_vault() -> (Arc<Watched>, Vault) {
    let (store, vault, _) = two_vaults();
    (store, vault)
}

/// Two open vaults over such a store.
pub(crate) fn two_vaults() -> (Arc<Watched>, Vault, Vault) {
    let store = Arc::new(Watched::default());
    let builder = || {
        let builder = Vault::builder().store(Arc::clone(&store));
        builder.audit(AuditMode::Off)
    };
    let key = RootKey::generate().unwrap();
    let vault = builder().create(&key).unwrap();
    fill(&vault);
    let other = builder().open(&key).unwrap();
    (store, vault, other)
}

impl SecretStore for Watched {
    fn get(&self, partition: Partition, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.read_call()?;
        self.store.get(partition, keys)
    }

    fn scan(&self, partition: Partition, scan: &Scan) -> Result<Page> {
        self.read_call()?;
        Ok(self.spoilt(self.store.scan(partition, scan)?))
    }

    fn read(&self, partition: Partition, work: &mut ReadWork<'_>) -> Result<()> {
        self.read_call()?;
        self.store
            .read(partition, &mut |tx| work(&mut Inside(self, tx)))
    }

    fn write(&self, at: Partition, first: &[RowKey], work: &mut WriteWork<'_>) -> Result<()> {
        self.write_call()?;
        let before = self.before.lock().unwrap().take();
        if let Some(Meanwhile(what)) = before {
            what();
        }
        self.store
            .write(at, first, &mut |rows, tx: &mut dyn WriteTx| work(rows, tx))
    }

    fn head(&self, partition: Partition, head: &RowKey, known: Option<Moment>) -> Result<HeadRead> {
        self.read_call()?;
        self.store.head(partition, head, known)
    }

    fn partitions(&self, after: Option<Partition>, limit: NonZeroU32) -> Result<Vec<Partition>> {
        self.read_call()?;
        self.store.partitions(after, limit)
    }

    fn purge(&self) -> Result<Purge> {
        self.store.purge()
    }

    fn self_check(&self) -> Result<SelfCheck> {
        self.store.self_check()
    }
}

/// The reads of a read.
struct Inside<'a>(&'a Watched, &'a mut dyn ReadTx);

impl ReadTx for Inside<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.0.read_call()?;
        self.1.get(keys)
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        self.0.read_call()?;
        Ok(self.0.spoilt(self.1.scan(scan)?))
    }
}
