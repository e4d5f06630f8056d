//! A store that is broken in one way.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use keyslot::store::{
    Cursor, HeadRead, Kind, MemoryStore, Moment, Page, Partition, Purge, ReadTx, ReadWork, Row,
    RowKey, Scan, SecretStore, SelfCheck, WriteTx, WriteWork,
};
use keyslot::{Error, ErrorKind, Result};

use super::contents::{Unlocked, everything, exchange, replace, rows};
use super::flaw::Flaw;
use super::list_store::ListTx;
use super::locks::Locks;

/// The lock of a store that has one for all writes.
const ONE_LOCK: Partition = Partition::VAULT;

/// A sound store with one flaw.
#[derive(Debug)]
pub(super) struct Flawed {
    /// None in the control.
    flaw: Option<Flaw>,
    inner: MemoryStore,
    door: Mutex<()>,
    /// Rows that were deleted.
    grave: Mutex<Vec<(Partition, Row)>>,
    /// The locks that are taken.
    locks: Locks,
    /// The number of writes that wait or are under way.
    writers: AtomicUsize,
}

impl Flawed {
    pub(super) fn new(flaw: Option<Flaw>) -> Self {
        Self {
            flaw,
            inner: MemoryStore::new(),
            door: Mutex::default(),
            grave: Mutex::default(),
            locks: Locks::default(),
            writers: AtomicUsize::new(0),
        }
    }

    fn is(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    fn door(&self) -> std::sync::MutexGuard<'_, ()> {
        self.door.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spoil(&self, page: &mut Page, from: Cursor) {
        let Some(flaw) = self.flaw else {
            return;
        };
        match flaw {
            Flaw::NeverGoesOn => page.next = None,
            Flaw::RepeatsPages if page.next.is_some() => page.next = Some(from),
            Flaw::ScansBackwards => page.rows.reverse(),
            Flaw::ForgetsBodies => page.rows.iter_mut().for_each(|row| row.body.clear()),
            Flaw::EpochCursorSkipsEqual => {
                if let Some(Cursor::Epoch(epoch, _)) = page.next {
                    page.next = Some(Cursor::Epoch(epoch, None));
                }
            }
            _ => {}
        }
    }
}

impl SecretStore for Flawed {
    fn get(&self, partition: Partition, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        if self.is(Flaw::GetsFewKeys) && keys.len() > 999 {
            return Err(Error::new(ErrorKind::Store, "too many parameters"));
        }
        let _door = self.is(Flaw::ReadersWait).then(|| self.door());
        let mut sorted = keys.to_vec();
        if self.is(Flaw::AnswersInOrderOfKeys) {
            sorted.sort();
        }
        if self.is(Flaw::TornReads) {
            let one_by_one = sorted.iter().map(|key| {
                std::thread::yield_now();
                Ok(self.inner.get(partition, &[*key])?.remove(0))
            });
            return one_by_one.collect();
        }
        self.inner.get(partition, &sorted)
    }

    fn scan(&self, partition: Partition, scan: &Scan) -> Result<Page> {
        let _door = self.is(Flaw::ReadersWait).then(|| self.door());
        let mut scan = *scan;
        match self.flaw {
            Some(Flaw::IgnoresLimit) => scan.size.rows = NonZeroU32::MAX,
            Some(Flaw::IgnoresBytes) => scan.size.bytes = usize::MAX,
            Some(Flaw::ForgetsScope) => scan.scope = None,
            _ => {}
        }
        if self.is(Flaw::EpochScansShowDeletedRows) && matches!(scan.from, Cursor::Epoch(..)) {
            let mut rows = rows(&self.inner, partition, &[scan.kind])?;
            let grave = self.grave.lock().unwrap_or_else(PoisonError::into_inner);
            let dead = grave.iter().filter(|(its, _)| *its == partition);
            rows.extend(dead.map(|(_, row)| row.clone()));
            return ListTx(rows).scan(&scan);
        }
        if self.is(Flaw::TornPages) {
            let mut page = self.inner.scan(partition, &scan)?;
            for row in &mut page.rows {
                std::thread::yield_now();
                if let Some(now) = self.inner.get(partition, &[row.key])?.remove(0) {
                    let body = if scan.bodies { now.body } else { Vec::new() };
                    *row = Row { body, ..now };
                }
            }
            return Ok(page);
        }
        scan.bodies |= self.is(Flaw::SendsBodies);
        let mut page = self.inner.scan(partition, &scan)?;
        self.spoil(&mut page, scan.from);
        Ok(page)
    }

    fn read(&self, partition: Partition, work: &mut ReadWork<'_>) -> Result<()> {
        let _door = self.is(Flaw::ReadersWait).then(|| self.door());
        self.inner.read(partition, work)
    }

    fn write(
        &self,
        partition: Partition,
        first: &[RowKey],
        work: &mut WriteWork<'_>,
    ) -> Result<()> {
        let _door = self.is(Flaw::ReadersWait).then(|| self.door());
        if self.is(Flaw::DirtyReads) {
            // Each operation for itself, so not hidden while the write is open.
            let found = self.inner.get(partition, first)?;
            return work(found, &mut Unlocked(&self.inner, partition));
        }
        if self.is(Flaw::LosesUpdates) {
            // Hidden until the end, but read without a lock.
            return exchange(&self.inner, partition, first, work);
        }
        if self.is(Flaw::ForgetsOtherLocks) {
            let _locked = self.locks.take(partition)?;
            let before = everything(&self.inner)?;
            exchange(&self.inner, partition, first, work)?;
            let mut others = before.iter().filter(|(other, _)| *other != partition);
            return others.try_for_each(|(other, rows)| replace(&self.inner, *other, rows));
        }
        if self.is(Flaw::LocksForFewWriters) {
            let others = self.writers.fetch_add(1, Ordering::SeqCst);
            let written = if others > 4 {
                exchange(&self.inner, partition, first, work)
            } else {
                let locked = self.locks.take(ONE_LOCK);
                locked.and_then(|_locked| exchange(&self.inner, partition, first, work))
            };
            self.writers.fetch_sub(1, Ordering::SeqCst);
            return written;
        }
        let mut failed = Ok(());
        let written = self.inner.write(partition, first, &mut |found, tx| {
            let mut tx = FlawedTx {
                store: self,
                partition,
                tx,
                puts: 0,
            };
            failed = work(found, &mut tx);
            if self.is(Flaw::HalfWrites) {
                Ok(())
            } else {
                failed.clone()
            }
        });
        if self.is(Flaw::HalfWrites) {
            written.and(failed)
        } else {
            written
        }
    }

    fn head(&self, partition: Partition, head: &RowKey, known: Option<Moment>) -> Result<HeadRead> {
        let _door = self.is(Flaw::ReadersWait).then(|| self.door());
        let read = self.inner.head(partition, head, known)?;
        let HeadRead::Read { row, moment } = read else {
            return Ok(read);
        };
        let row = match self.flaw {
            Some(Flaw::OldHead) => row.map(|row| Row {
                epoch: row.epoch.min(1),
                ..row
            }),
            Some(Flaw::HeadOfAnyTenant) => {
                let heads = rows(&self.inner, partition, &[Kind::Head])?;
                heads.into_iter().max_by_key(|row| row.epoch)
            }
            _ => row,
        };
        let epoch = Moment(row.as_ref().map_or(0, |row| row.epoch));
        match self.flaw {
            Some(Flaw::MissesCommits) if known.is_some() => Ok(HeadRead::Unchanged),
            Some(Flaw::JudgesByTheEpoch) if known == Some(epoch) => Ok(HeadRead::Unchanged),
            Some(Flaw::JudgesByTheEpoch) => Ok(HeadRead::Read {
                row,
                moment: Some(epoch),
            }),
            _ => Ok(HeadRead::Read { row, moment }),
        }
    }

    fn self_check(&self) -> Result<SelfCheck> {
        if self.is(Flaw::SoundsTheAlarm) {
            Ok(SelfCheck::Damaged)
        } else {
            self.inner.self_check()
        }
    }

    fn partitions(&self, after: Option<Partition>, limit: NonZeroU32) -> Result<Vec<Partition>> {
        self.inner.partitions(after, limit)
    }

    fn purge(&self) -> Result<Purge> {
        if self.is(Flaw::PurgeErases) {
            for (partition, rows) in everything(&self.inner)? {
                self.inner.write(partition, &[], &mut |_, tx| {
                    rows.iter().try_for_each(|row| tx.delete(&row.key))
                })?;
            }
        }
        self.inner.purge()
    }
}

struct FlawedTx<'a> {
    store: &'a Flawed,
    partition: Partition,
    tx: &'a mut dyn WriteTx,
    puts: usize,
}

impl ReadTx for FlawedTx<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        if self.store.is(Flaw::AnswersOnceInAWrite) {
            let mut once: Vec<RowKey> = Vec::new();
            for key in keys {
                if !once.contains(key) {
                    once.push(*key);
                }
            }
            return self.tx.get(&once);
        }
        self.tx.get(keys)
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        self.tx.scan(scan)
    }
}

impl WriteTx for FlawedTx<'_> {
    fn put(&mut self, row: &Row) -> Result<()> {
        self.puts += 1;
        if self.store.is(Flaw::PutsFewRows) && self.puts > 100 {
            return Ok(());
        }
        let mut row = row.clone();
        match self.store.flaw {
            Some(Flaw::LosesEmptyBytes) if row.info.is_empty() => row.info.push(0),
            Some(Flaw::TakesAnyEpoch) => row.epoch = row.epoch.min(u64::MAX >> 1),
            Some(Flaw::TakesLongRows) => row.body.truncate(Row::MAX_BODY),
            Some(Flaw::TruncatesLargeBodies) => row.body.truncate(1 << 16),
            _ => {}
        }
        self.tx.put(&row)
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        if self.store.is(Flaw::DeleteOfAbsentFails) && self.tx.get(&[*key])?.remove(0).is_none() {
            return Err(Error::new(ErrorKind::NotFound, "there is no such row"));
        }
        if self.store.is(Flaw::EpochScansShowDeletedRows) {
            let grave = self.store.grave.lock();
            let mut grave = grave.unwrap_or_else(PoisonError::into_inner);
            let dead = self.tx.get(&[*key])?.remove(0);
            grave.extend(dead.map(|row| (self.partition, row)));
        }
        self.tx.delete(key)
    }
}
