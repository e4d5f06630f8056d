//! A store that mixes its partitions up.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};

use keyslot::Result;
use keyslot::store::{
    Cursor, HeadRead, MemoryStore, Moment, Page, Partition, Purge, ReadTx, ReadWork, Row, RowKey,
    Scan, SecretStore, SelfCheck, WriteTx, WriteWork,
};

use super::contents::everything;
use super::list_store::ListTx;

/// Ways in which a store has its partitions wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mix {
    GetsFromAny,
    GetsFromAnyInAWrite,
    EpochScansOfAll,
    HeadsFromAny,
    DeletesInAll,
    ListsEmptied,
    ListsLocked,
    ListsBackwards,
    Skips,
    Repeats,
    ListsFromTheFirst,
    IgnoresLimit,
}

#[derive(Debug)]
pub(super) struct Mixed {
    mix: Mix,
    inner: MemoryStore,
    /// The partitions that were ever written, or locked.
    known: Mutex<BTreeSet<Partition>>,
}

impl Mixed {
    pub(super) fn new(mix: Mix) -> Self {
        Self {
            mix,
            inner: MemoryStore::new(),
            known: Mutex::default(),
        }
    }

    fn known(&self) -> MutexGuard<'_, BTreeSet<Partition>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The row at a key in the first partition that has one, but for one partition.
    fn of_any(&self, key: RowKey, but: Option<Partition>) -> Result<Option<Row>> {
        let mut partitions = self.inner.partitions(None, NonZeroU32::MAX)?;
        partitions.retain(|partition| Some(*partition) != but);
        for partition in partitions {
            if let Some(row) = self.inner.get(partition, &[key])?.remove(0) {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }
}

impl SecretStore for Mixed {
    fn get(&self, partition: Partition, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        if self.mix == Mix::GetsFromAny {
            return keys.iter().map(|key| self.of_any(*key, None)).collect();
        }
        self.inner.get(partition, keys)
    }

    fn scan(&self, partition: Partition, scan: &Scan) -> Result<Page> {
        if self.mix == Mix::EpochScansOfAll && matches!(scan.from, Cursor::Epoch(..)) {
            let all = everything(&self.inner)?.into_iter();
            let rows = all.flat_map(|(_, rows)| rows).collect();
            return ListTx(rows).scan(scan);
        }
        self.inner.scan(partition, scan)
    }

    fn read(&self, partition: Partition, work: &mut ReadWork<'_>) -> Result<()> {
        self.inner.read(partition, work)
    }

    fn write(
        &self,
        partition: Partition,
        first: &[RowKey],
        work: &mut WriteWork<'_>,
    ) -> Result<()> {
        let mut deleted = Vec::new();
        self.inner.write(partition, first, &mut |found, tx| {
            let mut tx = MixedTx {
                store: self,
                partition,
                tx,
                deleted: Vec::new(),
            };
            work(found, &mut tx)?;
            deleted = tx.deleted;
            Ok(())
        })?;
        if self.mix == Mix::ListsLocked {
            self.known().insert(partition);
        }
        if self.mix == Mix::DeletesInAll {
            let mut others = everything(&self.inner)?;
            others.retain(|(other, _)| *other != partition);
            for (other, _) in others {
                self.inner.write(other, &[], &mut |_, tx| {
                    deleted.iter().try_for_each(|key| tx.delete(key))
                })?;
            }
        }
        Ok(())
    }

    fn head(&self, partition: Partition, head: &RowKey, known: Option<Moment>) -> Result<HeadRead> {
        match self.inner.head(partition, head, known)? {
            HeadRead::Read { moment, .. } if self.mix == Mix::HeadsFromAny => Ok(HeadRead::Read {
                row: self.of_any(*head, None)?,
                moment,
            }),
            read => Ok(read),
        }
    }

    fn partitions(&self, after: Option<Partition>, limit: NonZeroU32) -> Result<Vec<Partition>> {
        let most = limit.get() as usize;
        match self.mix {
            Mix::ListsEmptied | Mix::ListsLocked => {
                let known = self.known();
                let behind = known.iter().filter(|known| Some(**known) > after);
                Ok(behind.take(most).copied().collect())
            }
            Mix::ListsBackwards => {
                let mut found = self.inner.partitions(after, limit)?;
                found.reverse();
                Ok(found)
            }
            // Each page begins one too late.
            Mix::Skips if after.is_some() => {
                let next = self.inner.partitions(after, NonZeroU32::MIN)?;
                self.inner
                    .partitions(next.first().copied().or(after), limit)
            }
            Mix::Repeats => {
                let behind = self.inner.partitions(after, limit)?;
                Ok(after.into_iter().chain(behind).take(most).collect())
            }
            Mix::ListsFromTheFirst => self.inner.partitions(None, limit),
            Mix::IgnoresLimit => self.inner.partitions(after, NonZeroU32::MAX),
            _ => self.inner.partitions(after, limit),
        }
    }

    fn purge(&self) -> Result<Purge> {
        self.inner.purge()
    }

    fn self_check(&self) -> Result<SelfCheck> {
        self.inner.self_check()
    }
}

struct MixedTx<'a> {
    store: &'a Mixed,
    partition: Partition,
    tx: &'a mut dyn WriteTx,
    deleted: Vec<RowKey>,
}

impl ReadTx for MixedTx<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        let mut found = self.tx.get(keys)?;
        if self.store.mix == Mix::GetsFromAnyInAWrite {
            for (key, row) in keys.iter().zip(&mut found) {
                if row.is_none() {
                    *row = self.store.of_any(*key, Some(self.partition))?;
                }
            }
        }
        Ok(found)
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        self.tx.scan(scan)
    }
}

impl WriteTx for MixedTx<'_> {
    fn put(&mut self, row: &Row) -> Result<()> {
        if self.store.mix == Mix::ListsEmptied {
            self.store.known().insert(self.partition);
        }
        self.tx.put(row)
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        self.deleted.push(*key);
        self.tx.delete(key)
    }
}
