//! A store that is broken in one way.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use keyslot::store::{
    Cursor, HeadRead, Kind, MemoryStore, Moment, Page, PageSize, Purge, Row, RowKey, SecretStore,
    SelfCheck, Tag, WriteTx,
};
use keyslot::{Error, ErrorKind, Result};

use super::flaw::Flaw;
use super::list_store::ListTx;

/// The lock of a store that has one for all writes.
const ONE_LOCK: RowKey = RowKey {
    kind: Kind::Header,
    key: [0; 32],
};

/// A sound store with one flaw.
#[derive(Debug)]
pub(super) struct Flawed {
    /// None in the control.
    flaw: Option<Flaw>,
    inner: MemoryStore,
    door: Mutex<()>,
    /// Rows that were deleted.
    grave: Mutex<Vec<Row>>,
    /// The locks that are taken.
    taken: Mutex<Vec<RowKey>>,
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
            taken: Mutex::default(),
            writers: AtomicUsize::new(0),
        }
    }

    fn is(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    /// All rows of these kinds.
    fn rows(&self, kinds: &[Kind]) -> Result<Vec<Row>> {
        let read = |kind: &Kind| {
            let page = self
                .inner
                .scan(*kind, Tag::Any, Cursor::START, PageSize::MAX, true);
            page.map(|page| page.rows)
        };
        Ok(kinds.iter().map(read).collect::<Result<Vec<_>>>()?.concat())
    }

    /// Runs `work` on a copy of all rows, and puts the copy in place of what is there then.
    fn exchange(
        &self,
        lock: &RowKey,
        work: &mut dyn FnMut(&mut dyn WriteTx) -> Result<()>,
    ) -> Result<()> {
        let mut tx = ListTx(self.rows(&Kind::ALL)?);
        work(&mut tx)?;
        std::thread::yield_now();
        let now = self.rows(&Kind::ALL)?;
        self.inner.write(lock, &mut |inner| {
            now.iter().try_for_each(|row| inner.delete(&row.key))?;
            tx.0.iter().try_for_each(|row| inner.put(row))
        })
    }

    /// Takes a lock, and leaves all others alone.
    fn lock(&self, lock: RowKey) -> Result<Locked<'_>> {
        let start = Instant::now();
        loop {
            let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
            if !taken.contains(&lock) {
                taken.push(lock);
                return Ok(Locked(self, lock));
            }
            drop(taken);
            if start.elapsed() > Duration::from_millis(300) {
                return Err(Error::new(ErrorKind::Busy, "try again"));
            }
            std::thread::yield_now();
        }
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

/// A lock that is taken until this is dropped.
struct Locked<'a>(&'a Flawed, RowKey);

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        let taken = self.0.taken.lock();
        let mut taken = taken.unwrap_or_else(PoisonError::into_inner);
        taken.retain(|lock| *lock != self.1);
    }
}

impl SecretStore for Flawed {
    fn get(&self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
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
                Ok(self.inner.get(&[*key])?.remove(0))
            });
            return one_by_one.collect();
        }
        self.inner.get(&sorted)
    }

    fn scan(
        &self,
        kind: Kind,
        tag: Tag,
        from: Cursor,
        size: PageSize,
        bodies: bool,
    ) -> Result<Page> {
        let _door = self.is(Flaw::ReadersWait).then(|| self.door());
        let size = match self.flaw {
            Some(Flaw::IgnoresLimit) => PageSize {
                rows: std::num::NonZeroU32::MAX,
                ..size
            },
            Some(Flaw::IgnoresBytes) => PageSize {
                bytes: usize::MAX,
                ..size
            },
            _ => size,
        };
        let tag = if self.is(Flaw::ForgetsTag) {
            Tag::Any
        } else {
            tag
        };
        if self.is(Flaw::EpochScansShowDeletedRows) && matches!(from, Cursor::Epoch(..)) {
            let mut rows = self.rows(&[kind])?;
            let grave = self.grave.lock().unwrap_or_else(PoisonError::into_inner);
            rows.extend(grave.iter().cloned());
            return ListTx(rows).scan(kind, tag, from, size, bodies);
        }
        if self.is(Flaw::TornPages) {
            let mut page = self.inner.scan(kind, tag, from, size, bodies)?;
            for row in &mut page.rows {
                std::thread::yield_now();
                if let Some(now) = self.inner.get(&[row.key])?.remove(0) {
                    let body = if bodies { now.body } else { Vec::new() };
                    *row = Row { body, ..now };
                }
            }
            return Ok(page);
        }
        let mut page =
            self.inner
                .scan(kind, tag, from, size, bodies || self.is(Flaw::SendsBodies))?;
        self.spoil(&mut page, from);
        Ok(page)
    }

    fn write(
        &self,
        lock: &RowKey,
        work: &mut dyn FnMut(&mut dyn WriteTx) -> Result<()>,
    ) -> Result<()> {
        let _door = self.is(Flaw::ReadersWait).then(|| self.door());
        if self.is(Flaw::DirtyReads) {
            // Each operation for itself, so not hidden while the write is open.
            return work(&mut Unlocked(self));
        }
        if self.is(Flaw::LosesUpdates) {
            // Hidden until the end, but read without a lock.
            return self.exchange(lock, work);
        }
        if self.is(Flaw::ForgetsOtherLocks) {
            let _locked = self.lock(*lock)?;
            return self.exchange(lock, work);
        }
        if self.is(Flaw::LocksForFewWriters) {
            let others = self.writers.fetch_add(1, Ordering::SeqCst);
            let written = if others > 4 {
                self.exchange(lock, work)
            } else {
                let locked = self.lock(ONE_LOCK);
                locked.and_then(|_locked| self.exchange(lock, work))
            };
            self.writers.fetch_sub(1, Ordering::SeqCst);
            return written;
        }
        let mut failed = Ok(());
        let written = self.inner.write(lock, &mut |tx| {
            failed = work(&mut FlawedTx {
                store: self,
                tx,
                puts: 0,
            });
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

    fn head(&self, tenant: &RowKey, known: Option<Moment>) -> Result<HeadRead> {
        let _door = self.is(Flaw::ReadersWait).then(|| self.door());
        let read = self.inner.head(tenant, known)?;
        let HeadRead::Read { row, moment } = read else {
            return Ok(read);
        };
        let row = match self.flaw {
            Some(Flaw::OldHead) => row.map(|row| Row {
                epoch: row.epoch.min(1),
                ..row
            }),
            Some(Flaw::HeadOfAnyTenant) => {
                let heads = self.rows(&[Kind::Head])?;
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

    fn purge(&self) -> Result<Purge> {
        if self.is(Flaw::PurgeErases) {
            let all = self.rows(&[Kind::Secret])?;
            let lock = RowKey {
                kind: Kind::Head,
                key: [0; 32],
            };
            self.inner.write(&lock, &mut |tx| {
                all.iter().try_for_each(|row| tx.delete(&row.key))
            })?;
        }
        self.inner.purge()
    }
}

struct FlawedTx<'a> {
    store: &'a Flawed,
    tx: &'a mut dyn WriteTx,
    puts: usize,
}

impl WriteTx for FlawedTx<'_> {
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
            Some(Flaw::PutKeepsOldTags) => {
                if let Some(old) = self.tx.get(&[row.key])?.remove(0) {
                    row.tenant = old.tenant;
                }
            }
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
            grave.extend(self.tx.get(&[*key])?.remove(0));
        }
        self.tx.delete(key)
    }

    fn scan(
        &mut self,
        kind: Kind,
        tag: Tag,
        from: Cursor,
        size: PageSize,
        bodies: bool,
    ) -> Result<Page> {
        self.tx.scan(kind, tag, from, size, bodies)
    }
}

struct Unlocked<'a>(&'a Flawed);

impl WriteTx for Unlocked<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.0.inner.get(keys)
    }

    fn put(&mut self, row: &Row) -> Result<()> {
        self.0.inner.write(&row.key, &mut |tx| tx.put(row))
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        self.0.inner.write(key, &mut |tx| tx.delete(key))
    }

    fn scan(
        &mut self,
        kind: Kind,
        tag: Tag,
        from: Cursor,
        size: PageSize,
        bodies: bool,
    ) -> Result<Page> {
        self.0.inner.scan(kind, tag, from, size, bodies)
    }
}
