//! A store in a file that counts what it is asked and what it gives.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use keyslot::Result;
use keyslot::store::{
    Cursor, HeadRead, Kind, Moment, Page, PageSize, Partition, Purge, ReadTx, ReadWork, Row,
    RowKey, Scan, SecretStore, SelfCheck, SqliteStore, WriteTx, WriteWork,
};

/// Counts of a store.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    calls: AtomicU64,
    rows: AtomicU64,
    page: AtomicU64,
}

impl Counts {
    /// The number of calls and of rows, and of the most rows at once, since the last time.
    pub(crate) fn take(&self) -> [u64; 3] {
        [&self.calls, &self.rows, &self.page].map(|count| count.swap(0, Ordering::SeqCst))
    }

    fn called(&self) {
        self.calls.fetch_add(1, Ordering::SeqCst);
    }

    fn gave(&self, rows: usize) {
        self.called();
        self.rows.fetch_add(rows as u64, Ordering::SeqCst);
        self.page.fetch_max(rows as u64, Ordering::SeqCst);
    }

    fn get(&self, rows: Result<Vec<Option<Row>>>) -> Result<Vec<Option<Row>>> {
        self.gave(
            rows.as_ref()
                .map_or(0, |rows| rows.iter().flatten().count()),
        );
        rows
    }

    fn scan(&self, page: Result<Page>) -> Result<Page> {
        self.gave(page.as_ref().map_or(0, |page| page.rows.len()));
        page
    }
}

/// The rows of a page of a greedy store.
const GREEDY_PAGE: NonZeroU32 = NonZeroU32::new(500).unwrap();

/// Counts the calls and rows of a store. A greedy one reads all secrets of the vault at each call,
/// in pages that are too long, and keeps them.
#[derive(Debug)]
pub(crate) struct Counting {
    store: SqliteStore,
    counts: Arc<Counts>,
    is_greedy: bool,
    held: Mutex<Vec<Page>>,
}

impl Counting {
    pub(crate) fn new(store: SqliteStore, counts: Arc<Counts>, is_greedy: bool) -> Self {
        Self {
            store,
            counts,
            is_greedy,
            held: Mutex::default(),
        }
    }

    fn begin(&self) {
        if !self.is_greedy {
            return;
        }
        let mut held = Vec::new();
        for partition in self.store.partitions(None, NonZeroU32::MAX).unwrap() {
            let mut from = Some(Cursor::START);
            while let Some(cursor) = from {
                let scan = Scan {
                    kind: Kind::Secret,
                    scope: None,
                    from: cursor,
                    size: PageSize {
                        rows: GREEDY_PAGE,
                        bytes: usize::MAX,
                    },
                    bodies: true,
                };
                let page = self.counts.scan(self.store.scan(partition, &scan)).unwrap();
                from = page.next;
                held.push(page);
            }
        }
        *self.held.lock().unwrap() = held;
    }
}

impl SecretStore for Counting {
    fn get(&self, partition: Partition, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.begin();
        self.counts.get(self.store.get(partition, keys))
    }

    fn scan(&self, partition: Partition, scan: &Scan) -> Result<Page> {
        self.begin();
        self.counts.scan(self.store.scan(partition, scan))
    }

    fn read(&self, partition: Partition, work: &mut ReadWork<'_>) -> Result<()> {
        self.begin();
        let counts = &self.counts;
        self.store
            .read(partition, &mut |tx| work(&mut Reads { tx, counts }))
    }

    fn write(
        &self,
        partition: Partition,
        first: &[RowKey],
        work: &mut WriteWork<'_>,
    ) -> Result<()> {
        self.begin();
        let counts = &self.counts;
        self.store.write(partition, first, &mut |rows, tx| {
            work(counts.get(Ok(rows))?, &mut Writes { tx, counts })
        })
    }

    fn head(&self, partition: Partition, head: &RowKey, known: Option<Moment>) -> Result<HeadRead> {
        self.begin();
        let read = self.store.head(partition, head, known);
        self.counts.gave(1);
        read
    }

    fn partitions(&self, after: Option<Partition>, limit: NonZeroU32) -> Result<Vec<Partition>> {
        self.begin();
        self.counts.called();
        self.store.partitions(after, limit)
    }

    fn purge(&self) -> Result<Purge> {
        self.counts.called();
        self.store.purge()
    }

    fn self_check(&self) -> Result<SelfCheck> {
        self.counts.called();
        self.store.self_check()
    }
}

struct Reads<'t> {
    tx: &'t mut dyn ReadTx,
    counts: &'t Counts,
}

impl ReadTx for Reads<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.counts.get(self.tx.get(keys))
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        self.counts.scan(self.tx.scan(scan))
    }
}

struct Writes<'t> {
    tx: &'t mut dyn WriteTx,
    counts: &'t Counts,
}

impl ReadTx for Writes<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.counts.get(self.tx.get(keys))
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        self.counts.scan(self.tx.scan(scan))
    }
}

impl WriteTx for Writes<'_> {
    fn put(&mut self, row: &Row) -> Result<()> {
        self.tx.put(row)
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        self.tx.delete(key)
    }
}
