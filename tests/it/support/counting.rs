//! A store that counts what is asked of it.

use std::sync::atomic::{AtomicUsize, Ordering};

use keyslot::Result;
use keyslot::store::{
    Cursor, HeadRead, Kind, MemoryStore, Moment, Page, PageSize, Purge, Row, RowKey, SecretStore,
    SelfCheck, Tag, WriteTx,
};

/// Counts the calls of a store in memory; what a write asks within itself is a part of the write.
#[derive(Debug, Default)]
pub struct Counting {
    pub store: MemoryStore,
    pub gets: AtomicUsize,
    pub scans: AtomicUsize,
    pub heads: AtomicUsize,
    pub writes: AtomicUsize,
    pub purges: AtomicUsize,
}

impl Counting {
    /// The number of all calls.
    pub fn calls(&self) -> usize {
        let counts = [
            &self.gets,
            &self.scans,
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
    fn get(&self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.gets.fetch_add(1, Ordering::SeqCst);
        self.store.get(keys)
    }

    fn scan(
        &self,
        kind: Kind,
        tag: Tag,
        from: Cursor,
        size: PageSize,
        bodies: bool,
    ) -> Result<Page> {
        self.scans.fetch_add(1, Ordering::SeqCst);
        self.store.scan(kind, tag, from, size, bodies)
    }

    fn write(
        &self,
        lock: &RowKey,
        work: &mut dyn FnMut(&mut dyn WriteTx) -> Result<()>,
    ) -> Result<()> {
        self.writes.fetch_add(1, Ordering::SeqCst);
        self.store.write(lock, work)
    }

    fn head(&self, tenant: &RowKey, known: Option<Moment>) -> Result<HeadRead> {
        self.heads.fetch_add(1, Ordering::SeqCst);
        self.store.head(tenant, known)
    }

    fn purge(&self) -> Result<Purge> {
        self.purges.fetch_add(1, Ordering::SeqCst);
        self.store.purge()
    }

    fn self_check(&self) -> Result<SelfCheck> {
        self.store.self_check()
    }
}
