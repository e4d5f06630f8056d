//! A store that counts what is asked of it.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use keyslot::Result;
use keyslot::store::{
    HeadRead, MemoryStore, Moment, Page, Partition, Purge, ReadTx, ReadWork, Row, RowKey, Scan,
    SecretStore, SelfCheck, WriteTx, WriteWork,
};

/// Counts the calls of a store in memory. What a read asks is counted as well, and what a write
/// asks after its first rows is counted apart.
#[derive(Debug, Default)]
pub struct Counting {
    pub store: MemoryStore,
    pub gets: AtomicUsize,
    pub scans: AtomicUsize,
    pub reads: AtomicUsize,
    pub lists: AtomicUsize,
    pub heads: AtomicUsize,
    pub writes: AtomicUsize,
    pub purges: AtomicUsize,
    /// Questions within writes.
    pub in_writes: AtomicUsize,
    /// True for a store that cannot tell a moment.
    pub tells_no_moment: AtomicBool,
}

impl Counting {
    /// The number of all calls.
    pub fn calls(&self) -> usize {
        let counts = [
            &self.gets,
            &self.scans,
            &self.reads,
            &self.lists,
            &self.heads,
            &self.writes,
            &self.purges,
        ];
        counts
            .iter()
            .map(|count| count.load(Ordering::SeqCst))
            .sum()
    }
}

impl SecretStore for Counting {
    fn get(&self, partition: Partition, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.gets.fetch_add(1, Ordering::SeqCst);
        self.store.get(partition, keys)
    }

    fn scan(&self, partition: Partition, scan: &Scan) -> Result<Page> {
        self.scans.fetch_add(1, Ordering::SeqCst);
        self.store.scan(partition, scan)
    }

    fn read(&self, partition: Partition, work: &mut ReadWork<'_>) -> Result<()> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.store
            .read(partition, &mut |tx| work(&mut CountingTx(self, tx)))
    }

    fn write(
        &self,
        partition: Partition,
        first: &[RowKey],
        work: &mut WriteWork<'_>,
    ) -> Result<()> {
        self.writes.fetch_add(1, Ordering::SeqCst);
        self.store.write(partition, first, &mut |rows, tx| {
            work(rows, &mut WriteCounting(self, tx))
        })
    }

    fn head(&self, partition: Partition, head: &RowKey, known: Option<Moment>) -> Result<HeadRead> {
        self.heads.fetch_add(1, Ordering::SeqCst);
        if self.tells_no_moment.load(Ordering::SeqCst) {
            let row = self.store.get(partition, &[*head])?.pop().flatten();
            return Ok(HeadRead::Read { row, moment: None });
        }
        self.store.head(partition, head, known)
    }

    fn partitions(&self, after: Option<Partition>, limit: NonZeroU32) -> Result<Vec<Partition>> {
        self.lists.fetch_add(1, Ordering::SeqCst);
        self.store.partitions(after, limit)
    }

    fn purge(&self) -> Result<Purge> {
        self.purges.fetch_add(1, Ordering::SeqCst);
        self.store.purge()
    }

    fn self_check(&self) -> Result<SelfCheck> {
        self.store.self_check()
    }
}

/// The reads of a read.
struct CountingTx<'a>(&'a Counting, &'a mut dyn ReadTx);

impl ReadTx for CountingTx<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.0.gets.fetch_add(1, Ordering::SeqCst);
        self.1.get(keys)
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        self.0.scans.fetch_add(1, Ordering::SeqCst);
        self.1.scan(scan)
    }
}

/// The inside of a write.
struct WriteCounting<'a>(&'a Counting, &'a mut dyn WriteTx);

impl ReadTx for WriteCounting<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.0.in_writes.fetch_add(1, Ordering::SeqCst);
        self.1.get(keys)
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        self.0.in_writes.fetch_add(1, Ordering::SeqCst);
        self.1.scan(scan)
    }
}

impl WriteTx for WriteCounting<'_> {
    fn put(&mut self, row: &Row) -> Result<()> {
        self.1.put(row)
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        self.1.delete(key)
    }
}
