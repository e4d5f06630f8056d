//! A store whose reads and writes come at the wrong moment.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};

use keyslot::Result;
use keyslot::store::{
    HeadRead, Kind, MemoryStore, Moment, Page, Partition, Purge, ReadWork, Row, RowKey, Scan,
    SecretStore, SelfCheck, WriteWork,
};

use super::contents::{Unlocked, exchange, rows};
use super::locks::Locks;

/// Ways in which a store is too early, too late, or there twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Haste {
    /// Answers each question of a read as of now.
    ReadsOfNow,
    ReadsHoldWritersUp,
    ReadsWaitForWriters,
    ReadsForgetErrors,
    FirstInOrderOfKeys,
    /// Reads the first rows, then takes the lock.
    FirstBeforeTheLock,
    FirstTooFew,
    /// Runs a write once more after it is committed, now and then.
    RunsAgainAfterCommit,
    /// Runs the work once more upon its own changes.
    RunsAgainOnChanges,
    EmptyPartitionHasNoLock,
}

#[derive(Debug)]
pub(super) struct Hasty {
    haste: Haste,
    inner: MemoryStore,
    locks: Locks,
    readers: Locks,
    /// The number of writes so far.
    writes: AtomicUsize,
}

impl Hasty {
    pub(super) fn new(haste: Haste) -> Self {
        Self {
            haste,
            inner: MemoryStore::new(),
            locks: Locks::default(),
            readers: Locks::default(),
            writes: AtomicUsize::new(0),
        }
    }
}

impl SecretStore for Hasty {
    fn get(&self, partition: Partition, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.inner.get(partition, keys)
    }

    fn scan(&self, partition: Partition, scan: &Scan) -> Result<Page> {
        self.inner.scan(partition, scan)
    }

    fn read(&self, partition: Partition, work: &mut ReadWork<'_>) -> Result<()> {
        match self.haste {
            Haste::ReadsOfNow => work(&mut Unlocked(&self.inner, partition)),
            Haste::ReadsHoldWritersUp => {
                let _locked = self.readers.take(partition)?;
                self.inner.read(partition, work)
            }
            Haste::ReadsWaitForWriters => {
                drop(self.locks.take(partition)?);
                self.inner.read(partition, work)
            }
            Haste::ReadsForgetErrors => self.inner.read(partition, &mut |tx| {
                let _ = work(tx);
                Ok(())
            }),
            _ => self.inner.read(partition, work),
        }
    }

    fn write(
        &self,
        partition: Partition,
        first: &[RowKey],
        work: &mut WriteWork<'_>,
    ) -> Result<()> {
        let mut asked = first.to_vec();
        match self.haste {
            Haste::EmptyPartitionHasNoLock => {
                let is_empty = rows(&self.inner, partition, &Kind::ALL)?.is_empty();
                let _locked = if is_empty {
                    None
                } else {
                    Some(self.locks.take(partition)?)
                };
                return exchange(&self.inner, partition, first, work);
            }
            Haste::FirstBeforeTheLock => {
                let mut before = Some(self.inner.get(partition, first)?);
                return self.inner.write(partition, first, &mut |found, tx| {
                    work(before.take().unwrap_or(found), tx)
                });
            }
            Haste::FirstInOrderOfKeys => asked.sort(),
            Haste::FirstTooFew => asked.truncate(1),
            _ => {}
        }
        if self.haste == Haste::ReadsHoldWritersUp {
            drop(self.readers.take(partition)?);
        }
        let _locked = match self.haste {
            Haste::ReadsWaitForWriters => Some(self.locks.take(partition)?),
            _ => None,
        };
        self.inner.write(partition, &asked, &mut |found, tx| {
            if self.haste == Haste::RunsAgainOnChanges {
                work(found.clone(), tx)?;
            }
            work(found, tx)
        })?;
        let number = self.writes.fetch_add(1, Ordering::SeqCst);
        if self.haste == Haste::RunsAgainAfterCommit && number % 8 == 7 {
            return self.inner.write(partition, first, work);
        }
        Ok(())
    }

    fn head(&self, partition: Partition, head: &RowKey, known: Option<Moment>) -> Result<HeadRead> {
        self.inner.head(partition, head, known)
    }

    fn partitions(&self, after: Option<Partition>, limit: NonZeroU32) -> Result<Vec<Partition>> {
        self.inner.partitions(after, limit)
    }

    fn purge(&self) -> Result<Purge> {
        self.inner.purge()
    }

    fn self_check(&self) -> Result<SelfCheck> {
        self.inner.self_check()
    }
}
