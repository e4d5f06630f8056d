//! A store in memory that lets other threads go on before and after each call.

use std::num::NonZeroU32;

use keyslot::Result;
use keyslot::store::{
    HeadRead, MemoryStore, Moment, Page, Partition, Purge, ReadWork, Row, RowKey, Scan,
    SecretStore, SelfCheck, WriteWork,
};
use shuttle::sync::atomic::{AtomicUsize, Ordering};

/// A store whose calls are the steps of its threads.
#[derive(Debug)]
pub(crate) struct Stepping {
    store: MemoryStore,
    /// The number of steps: a thread that counts may be made to wait for another one.
    steps: AtomicUsize,
}

impl Stepping {
    pub(crate) fn new(store: MemoryStore) -> Self {
        let steps = AtomicUsize::new(0);
        Self { store, steps }
    }

    fn step<T>(&self, call: impl FnOnce(&MemoryStore) -> T) -> T {
        self.steps.fetch_add(1, Ordering::SeqCst);
        let answer = call(&self.store);
        self.steps.fetch_add(1, Ordering::SeqCst);
        answer
    }
}

impl SecretStore for Stepping {
    fn get(&self, partition: Partition, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.step(|store| store.get(partition, keys))
    }

    fn scan(&self, partition: Partition, scan: &Scan) -> Result<Page> {
        self.step(|store| store.scan(partition, scan))
    }

    fn read(&self, partition: Partition, work: &mut ReadWork<'_>) -> Result<()> {
        self.step(|store| store.read(partition, work))
    }

    fn write(
        &self,
        partition: Partition,
        first: &[RowKey],
        work: &mut WriteWork<'_>,
    ) -> Result<()> {
        self.step(|store| store.write(partition, first, work))
    }

    fn head(&self, partition: Partition, head: &RowKey, known: Option<Moment>) -> Result<HeadRead> {
        self.step(|store| store.head(partition, head, known))
    }

    fn partitions(&self, after: Option<Partition>, limit: NonZeroU32) -> Result<Vec<Partition>> {
        self.step(|store| store.partitions(after, limit))
    }

    fn purge(&self) -> Result<Purge> {
        self.step(SecretStore::purge)
    }

    fn self_check(&self) -> Result<SelfCheck> {
        self.step(SecretStore::self_check)
    }
}
