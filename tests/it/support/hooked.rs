//! A store that tells of every call before it is made, and of every write after it is committed.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use keyslot::store::{
    HeadRead, Moment, Page, Partition, Purge, ReadTx, ReadWork, Row, RowKey, Scan, SecretStore,
    SelfCheck, WriteTx, WriteWork,
};
use keyslot::{Error, ErrorKind, Result};

/// A call of a store; those within a read or a write begin with `in`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Get(usize),
    Scan,
    Read,
    Write(usize),
    /// The write was committed; an error from here on is one of a store that cannot tell.
    Written,
    Head,
    Partitions,
    Purge,
    InGet(usize),
    InScan,
    InPut,
    InDelete,
}

type Hook = Box<dyn Fn(Call) -> Result<()> + Send + Sync>;

/// A store whose calls fail with the error of the hook, if it has one.
pub struct Hooked<S> {
    store: S,
    hook: Hook,
}

impl<S> Hooked<S> {
    pub fn new(store: S, hook: impl Fn(Call) -> Result<()> + Send + Sync + 'static) -> Self {
        let hook = Box::new(hook);
        Self { store, hook }
    }

    /// A store whose calls fail from a certain one on, and the number of them; all are made at
    /// `usize::MAX`.
    pub fn failing(store: S, from: usize) -> (Self, Arc<AtomicUsize>) {
        let calls = Arc::new(AtomicUsize::new(0));
        let made = Arc::clone(&calls);
        let hook = move |_| {
            if made.fetch_add(1, Ordering::SeqCst) >= from {
                return Err(Error::new(ErrorKind::Io, "the disk is gone"));
            }
            Ok(())
        };
        (Self::new(store, hook), calls)
    }

    /// A store that writes its calls down, and the list of them.
    pub fn recording(store: S) -> (Self, Arc<Mutex<Vec<Call>>>) {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&calls);
        let hook = move |call| {
            sink.lock().unwrap().push(call);
            Ok(())
        };
        (Self::new(store, hook), calls)
    }
}

impl<S> fmt::Debug for Hooked<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hooked")
    }
}

impl<S: SecretStore> SecretStore for Hooked<S> {
    fn get(&self, partition: Partition, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        (self.hook)(Call::Get(keys.len()))?;
        self.store.get(partition, keys)
    }

    fn scan(&self, partition: Partition, scan: &Scan) -> Result<Page> {
        (self.hook)(Call::Scan)?;
        self.store.scan(partition, scan)
    }

    fn read(&self, partition: Partition, work: &mut ReadWork<'_>) -> Result<()> {
        (self.hook)(Call::Read)?;
        self.store.read(partition, work)
    }

    fn write(
        &self,
        partition: Partition,
        first: &[RowKey],
        work: &mut WriteWork<'_>,
    ) -> Result<()> {
        (self.hook)(Call::Write(first.len()))?;
        self.store.write(partition, first, &mut |rows, tx| {
            let hook = &self.hook;
            work(rows, &mut Inside { tx, hook })
        })?;
        (self.hook)(Call::Written)
    }

    fn head(&self, partition: Partition, head: &RowKey, known: Option<Moment>) -> Result<HeadRead> {
        (self.hook)(Call::Head)?;
        self.store.head(partition, head, known)
    }

    fn partitions(
        &self,
        after: Option<Partition>,
        limit: std::num::NonZeroU32,
    ) -> Result<Vec<Partition>> {
        (self.hook)(Call::Partitions)?;
        self.store.partitions(after, limit)
    }

    fn purge(&self) -> Result<Purge> {
        (self.hook)(Call::Purge)?;
        self.store.purge()
    }

    fn self_check(&self) -> Result<SelfCheck> {
        self.store.self_check()
    }
}

struct Inside<'t> {
    tx: &'t mut dyn WriteTx,
    hook: &'t Hook,
}

impl ReadTx for Inside<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        (self.hook)(Call::InGet(keys.len()))?;
        self.tx.get(keys)
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        (self.hook)(Call::InScan)?;
        self.tx.scan(scan)
    }
}

impl WriteTx for Inside<'_> {
    fn put(&mut self, row: &Row) -> Result<()> {
        (self.hook)(Call::InPut)?;
        self.tx.put(row)
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        (self.hook)(Call::InDelete)?;
        self.tx.delete(key)
    }
}
