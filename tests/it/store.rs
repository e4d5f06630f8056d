//! Every store keeps the contract, and the suite that says so can tell a store that does not.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, Once, PoisonError};

use keyslot::store::{
    Cursor, HeadRead, Kind, MemoryStore, Moment, Page, PageSize, Purge, Row, RowKey, SecretStore,
    SelfCheck, Tag, WriteTx, conformance,
};
use keyslot::{Error, ErrorKind, Result};

#[test]
fn memory() {
    conformance::check(MemoryStore::new);
    conformance::check_handles(|| {
        let store = MemoryStore::new();
        (store.clone(), store)
    });
}

#[test]
fn memory_boxed_and_shared() {
    conformance::check(|| -> Box<dyn SecretStore> { Box::new(MemoryStore::new()) });
    conformance::check(|| -> Arc<dyn SecretStore> { Arc::new(MemoryStore::new()) });
    conformance::check_handles(|| {
        let store: Arc<dyn SecretStore> = Arc::new(MemoryStore::new());
        (Arc::clone(&store), store)
    });
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use super::*;
    use keyslot::store::SqliteStore;
    use std::time::Duration;
    use tempfile::TempDir;

    /// A vault in a folder that lives until the test ends.
    fn fresh(folder: &TempDir) -> std::path::PathBuf {
        let number = std::fs::read_dir(folder.path()).unwrap().count();
        folder.path().join(format!("{number}.db"))
    }

    #[test]
    fn one_handle() {
        let folder = tempfile::tempdir().unwrap();
        conformance::check(|| SqliteStore::create(fresh(&folder)).unwrap());
    }

    #[test]
    fn boxed_and_shared() {
        let folder = tempfile::tempdir().unwrap();
        conformance::check(|| -> Box<dyn SecretStore> {
            Box::new(SqliteStore::create(fresh(&folder)).unwrap())
        });
        conformance::check(|| -> Arc<dyn SecretStore> {
            Arc::new(SqliteStore::create(fresh(&folder)).unwrap())
        });
    }

    #[test]
    fn two_handles_on_one_file() {
        let folder = tempfile::tempdir().unwrap();
        // A write inside a write of the other handle waits this long before it is refused.
        let options = SqliteStore::options().busy_timeout(Duration::from_millis(500));
        conformance::check_handles(|| {
            let path = fresh(&folder);
            (options.create(&path).unwrap(), options.open(&path).unwrap())
        });
    }
}

/// A store as somebody else would write it: a list of rows, exchanged whole.
#[derive(Debug, Default)]
struct ListStore {
    rows: Mutex<Arc<Vec<Row>>>,
    writer: Mutex<()>,
}

impl ListStore {
    fn rows(&self) -> Arc<Vec<Row>> {
        Arc::clone(&self.rows.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl SecretStore for ListStore {
    fn get(&self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        ListTx(self.rows().to_vec()).get(keys)
    }

    fn scan(
        &self,
        kind: Kind,
        tag: Tag,
        from: Cursor,
        size: PageSize,
        bodies: bool,
    ) -> Result<Page> {
        ListTx(self.rows().to_vec()).scan(kind, tag, from, size, bodies)
    }

    fn write(
        &self,
        _lock: &RowKey,
        work: &mut dyn FnMut(&mut dyn WriteTx) -> Result<()>,
    ) -> Result<()> {
        let start = std::time::Instant::now();
        let _writer = loop {
            match self.writer.try_lock() {
                Ok(writer) => break writer,
                Err(std::sync::TryLockError::Poisoned(poisoned)) => break poisoned.into_inner(),
                Err(_) if start.elapsed().as_millis() > 300 => {
                    return Err(Error::new(ErrorKind::Busy, "try again"));
                }
                Err(_) => std::thread::yield_now(),
            }
        };
        let mut tx = ListTx(self.rows().to_vec());
        work(&mut tx)?;
        *self.rows.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(tx.0);
        Ok(())
    }

    /// It cannot tell whether anything was committed.
    fn head(&self, tenant: &RowKey, _known: Option<Moment>) -> Result<HeadRead> {
        Ok(HeadRead::Read {
            row: self.rows().iter().find(|row| row.key == *tenant).cloned(),
            moment: None,
        })
    }

    fn purge(&self) -> Result<Purge> {
        Ok(Purge::Done)
    }

    fn self_check(&self) -> Result<SelfCheck> {
        Ok(SelfCheck::Sound)
    }
}

struct ListTx(Vec<Row>);

impl WriteTx for ListTx {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        Ok(keys
            .iter()
            .map(|key| self.0.iter().find(|row| row.key == *key).cloned())
            .collect())
    }

    fn put(&mut self, row: &Row) -> Result<()> {
        row.check()?;
        self.delete(&row.key)?;
        self.0.push(row.clone());
        Ok(())
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        self.0.retain(|row| row.key != *key);
        Ok(())
    }

    fn scan(
        &mut self,
        kind: Kind,
        tag: Tag,
        from: Cursor,
        size: PageSize,
        bodies: bool,
    ) -> Result<Page> {
        let mut rows: Vec<Row> = self.0.clone();
        rows.retain(|row| {
            row.key.kind == kind
                && match tag {
                    Tag::Any => true,
                    Tag::Scope(scope) => row.key.scope() == scope,
                    Tag::Tenant(tenant) => row.tenant == tenant,
                }
                && match from {
                    Cursor::Key(after) => Some(row.key.key) > after,
                    Cursor::Epoch(epoch, after) => {
                        row.epoch > epoch
                            || (row.epoch == epoch
                                && after.is_some_and(|after| row.key.key > after))
                    }
                }
        });
        let by_epoch = matches!(from, Cursor::Epoch(..));
        rows.sort_by_key(|row| (if by_epoch { row.epoch } else { 0 }, row.key));
        if !bodies {
            for row in &mut rows {
                row.body.clear();
            }
        }
        // Unlike our own stores this one knows when a full page is the last one.
        let mut bytes = 0;
        let fits = |row: &&Row| {
            bytes += row.size();
            bytes <= size.bytes
        };
        let count = rows
            .iter()
            .take(size.rows.get() as usize)
            .take_while(fits)
            .count()
            .max(1);
        let more = rows.len() > count;
        rows.truncate(count);
        let next = rows.last().filter(|_| more).map(|row| {
            if by_epoch {
                Cursor::Epoch(row.epoch, Some(row.key.key))
            } else {
                Cursor::Key(Some(row.key.key))
            }
        });
        Ok(Page { rows, next })
    }
}

#[test]
fn a_store_of_somebody_else() {
    conformance::check(ListStore::default);
    conformance::check(|| -> Box<dyn SecretStore> { Box::new(ListStore::default()) });
    conformance::check_handles(|| {
        let store = Arc::new(ListStore::default());
        (Arc::clone(&store), store)
    });
}

/// How a store can be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    /// Keeps what a failed write did.
    HalfWrites,
    AnswersInOrderOfKeys,
    IgnoresLimit,
    NeverGoesOn,
    RepeatsPages,
    ScansBackwards,
    ForgetsBodies,
    SendsBodies,
    ForgetsTag,
    LosesEmptyBytes,
    TakesAnyEpoch,
    OldHead,
    HeadOfAnyTenant,
    MissesCommits,
    JudgesByTheEpoch,
    IgnoresBytes,
    TakesLongRows,
    SoundsTheAlarm,
    PutKeepsOldTags,
    DeleteOfAbsentFails,
    DirtyReads,
    ReadersWait,
    LosesUpdates,
    TornReads,
    TruncatesLargeBodies,
    PurgeErases,
    EpochCursorSkipsEqual,
}

/// A sound store with one flaw.
#[derive(Debug)]
struct Flawed {
    flaw: Flaw,
    inner: MemoryStore,
    door: Mutex<()>,
}

impl Flawed {
    fn new(flaw: Flaw) -> Self {
        Self {
            flaw,
            inner: MemoryStore::new(),
            door: Mutex::new(()),
        }
    }

    fn is(&self, flaw: Flaw) -> bool {
        self.flaw == flaw
    }

    fn door(&self) -> std::sync::MutexGuard<'_, ()> {
        self.door.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spoil(&self, page: &mut Page, from: Cursor) {
        match self.flaw {
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
    fn get(&self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
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
            Flaw::IgnoresLimit => PageSize {
                rows: std::num::NonZeroU32::MAX,
                ..size
            },
            Flaw::IgnoresBytes => PageSize {
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
            let all = self
                .inner
                .scan(Kind::Head, Tag::Any, Cursor::START, PageSize::MAX, true)?
                .rows;
            let secrets = self
                .inner
                .scan(Kind::Secret, Tag::Any, Cursor::START, PageSize::MAX, true)?
                .rows;
            let mut tx = ListTx([all, secrets].concat());
            let before = tx.0.clone();
            work(&mut tx)?;
            std::thread::yield_now();
            return self.inner.write(lock, &mut |inner| {
                before.iter().try_for_each(|row| inner.delete(&row.key))?;
                tx.0.iter().try_for_each(|row| inner.put(row))
            });
        }
        let mut failed = Ok(());
        let written = self.inner.write(lock, &mut |tx| {
            failed = work(&mut FlawedTx { store: self, tx });
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
            Flaw::OldHead => row.map(|row| Row {
                epoch: row.epoch.min(1),
                ..row
            }),
            Flaw::HeadOfAnyTenant => {
                let heads =
                    self.inner
                        .scan(Kind::Head, Tag::Any, Cursor::START, PageSize::MAX, false)?;
                heads.rows.into_iter().max_by_key(|row| row.epoch)
            }
            _ => row,
        };
        let epoch = Moment(row.as_ref().map_or(0, |row| row.epoch));
        match self.flaw {
            Flaw::MissesCommits if known.is_some() => Ok(HeadRead::Unchanged),
            Flaw::JudgesByTheEpoch if known == Some(epoch) => Ok(HeadRead::Unchanged),
            Flaw::JudgesByTheEpoch => Ok(HeadRead::Read {
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
            let all =
                self.inner
                    .scan(Kind::Secret, Tag::Any, Cursor::START, PageSize::MAX, false)?;
            let lock = RowKey {
                kind: Kind::Head,
                key: [0; 32],
            };
            self.inner.write(&lock, &mut |tx| {
                all.rows.iter().try_for_each(|row| tx.delete(&row.key))
            })?;
        }
        self.inner.purge()
    }
}

struct FlawedTx<'a> {
    store: &'a Flawed,
    tx: &'a mut dyn WriteTx,
}

impl WriteTx for FlawedTx<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.tx.get(keys)
    }

    fn put(&mut self, row: &Row) -> Result<()> {
        let mut row = row.clone();
        match self.store.flaw {
            Flaw::LosesEmptyBytes if row.info.is_empty() => row.info.push(0),
            Flaw::TakesAnyEpoch => row.epoch = row.epoch.min(u64::MAX >> 1),
            Flaw::TakesLongRows => row.body.truncate(Row::MAX_BODY),
            Flaw::TruncatesLargeBodies => row.body.truncate(1 << 16),
            Flaw::PutKeepsOldTags => {
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

thread_local! {
    static EXPECTS_PANIC: Cell<bool> = const { Cell::new(false) };
}

/// The message that the suite fails with, or none if it passes. Keeps it out of the test's output.
fn verdict(check: impl FnOnce()) -> Option<String> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !EXPECTS_PANIC.get() {
                report(panic);
            }
        }));
    });
    EXPECTS_PANIC.set(true);
    let caught = panic::catch_unwind(AssertUnwindSafe(check)).err();
    EXPECTS_PANIC.set(false);
    let caught = caught?;
    Some(
        caught
            .downcast::<String>()
            .map_or_else(|_| "not a message".to_owned(), |message| *message),
    )
}

#[test]
fn the_suite_catches_broken_stores() {
    let flaws = [
        (Flaw::HalfWrites, "a write whose work fails changes nothing"),
        (
            Flaw::AnswersInOrderOfKeys,
            "get answers in the order of the keys",
        ),
        (Flaw::IgnoresLimit, "a page has at most so many rows"),
        (
            Flaw::IgnoresBytes,
            "a page ends before it has more bytes than asked for",
        ),
        (Flaw::TakesLongRows, "a row that is too long is refused"),
        (Flaw::SoundsTheAlarm, "a store that nobody damaged is sound"),
        (
            Flaw::MissesCommits,
            "no commit is missed by a question for the head",
        ),
        (
            Flaw::JudgesByTheEpoch,
            "no commit is missed by a question for the head",
        ),
        (
            Flaw::NeverGoesOn,
            "scans find the same rows in pages of every size",
        ),
        (
            Flaw::RepeatsPages,
            "scans find the same rows in pages of every size",
        ),
        (
            Flaw::ScansBackwards,
            "scans find the same rows in pages of every size",
        ),
        (Flaw::ForgetsBodies, "put replaces the whole row"),
        (
            Flaw::SendsBodies,
            "a scan without bodies leaves only them empty",
        ),
        (Flaw::ForgetsTag, "put replaces the whole row"),
        (Flaw::LosesEmptyBytes, "put replaces the whole row"),
        (Flaw::TakesAnyEpoch, "epochs up to i64::MAX are kept"),
        (Flaw::OldHead, "the head is the row at its key"),
        (Flaw::HeadOfAnyTenant, "the head is the row at its key"),
        (Flaw::PutKeepsOldTags, "put replaces the whole row"),
        (Flaw::DeleteOfAbsentFails, "delete removes a row"),
        (Flaw::DirtyReads, "a write whose work fails changes nothing"),
        (Flaw::TruncatesLargeBodies, "a body of a mebibyte"),
        (Flaw::PurgeErases, "purge keeps what is there"),
        (
            Flaw::EpochCursorSkipsEqual,
            "scans find the same rows in pages of every size",
        ),
    ];
    for (flaw, case) in flaws {
        let message = verdict(|| conformance::check(|| Flawed::new(flaw)));
        assert!(
            message
                .as_ref()
                .is_some_and(|message| message.contains(case)),
            "{flaw:?}: {message:?}"
        );
    }
}

#[test]
fn the_suite_catches_stores_that_are_broken_between_threads() {
    for (flaw, case) in [
        (Flaw::DirtyReads, "nobody sees an open write"),
        (Flaw::ReadersWait, "no reader waits for it"),
        (
            Flaw::LosesUpdates,
            "writes with the same lock do not overlap",
        ),
        (Flaw::TornReads, "a get is of one moment"),
    ] {
        let message = verdict(|| {
            conformance::check_handles(|| {
                let store = Arc::new(Flawed::new(flaw));
                (Arc::clone(&store), store)
            });
        });
        assert!(
            message
                .as_ref()
                .is_some_and(|message| message.contains(case)),
            "{flaw:?}: {message:?}"
        );
    }
}
