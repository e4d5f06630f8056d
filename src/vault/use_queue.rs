//! Entries about uses that wait to be stored.

use std::collections::{BTreeMap, VecDeque};
use std::mem;
use std::sync::{
    Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
    TryLockError,
};
use std::thread::Thread;
use std::time::Instant;

use super::audit_limits::AuditLimits;
use super::audit_mode::AuditMode;
use crate::crypto::Timestamp;

/// Settings of the log of uses, and the entries that wait.
pub(super) struct UseQueue {
    pub(super) mode: AuditMode,
    pub(super) limits: AuditLimits,
    waiting: Mutex<Waiting>,
    /// Held by those who store what waited, together; by one who waits for all of them, alone.
    storing: RwLock<()>,
    /// The thread that stores them.
    flusher: OnceLock<Thread>,
}

/// One entry that waits.
pub(super) struct Use {
    pub(super) tenant: String,
    pub(super) time: Timestamp,
    pub(super) record: Vec<u8>,
    /// The write of it that failed, if that may have been committed all the same.
    pub(super) tried: Option<Arc<Tried>>,
}

/// A write of entries that may have been committed although it failed.
pub(super) struct Tried {
    /// The number of its first row.
    pub(super) row: u64,
    /// The first entry of that row.
    pub(super) first: Vec<u8>,
    /// The number of lost entries that it tells of.
    pub(super) lost: u64,
}

/// All that waits.
#[derive(Default)]
pub(super) struct Waiting {
    pub(super) uses: VecDeque<Use>,
    /// The number of entries that were taken to be stored, and are not stored yet.
    in_flight: usize,
    /// The time since when the first one waits.
    since: Option<Instant>,
    /// The number of entries of each tenant that were lost, until its log says so.
    pub(super) lost: BTreeMap<String, u64>,
    /// The number of all entries that were lost.
    pub(super) lost_in_all: u64,
}

/// The state of the queue after an entry was to be added.
pub(super) enum Fill {
    /// There is room for more.
    Open,
    /// It was the last one that there was room for.
    Full,
    /// There was no room for it.
    Over(Use),
}

/// Entries that were taken to be stored. They count as waiting until this is dropped.
pub(super) struct InFlight<'q> {
    queue: &'q UseQueue,
    count: usize,
}

impl UseQueue {
    pub(super) fn new(mode: AuditMode, limits: AuditLimits) -> Self {
        Self {
            mode,
            limits,
            waiting: Mutex::default(),
            storing: RwLock::default(),
            flusher: OnceLock::new(),
        }
    }

    /// Names the thread that stores what waits.
    pub(super) fn set_flusher(&self, flusher: Thread) {
        let _ = self.flusher.set(flusher);
    }

    /// Wakes the thread that stores what waits.
    pub(super) fn wake(&self) {
        if let Some(flusher) = self.flusher.get() {
            flusher.unpark();
        }
    }

    /// Begins to store beside others; `None` while one thread does so alone.
    pub(super) fn beside_others(&self) -> Option<RwLockReadGuard<'_, ()>> {
        match self.storing.try_read() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(error)) => Some(error.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Waits for all others, and begins to store alone.
    pub(super) fn alone(&self) -> RwLockWriteGuard<'_, ()> {
        self.storing.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an entry, if there is room. The thread is woken once a batch is there.
    pub(super) fn push(&self, entry: Use) -> Fill {
        let mut waiting = self.waiting();
        if waiting.count() >= self.limits.queue {
            return Fill::Over(entry);
        }
        waiting.since.get_or_insert_with(Instant::now);
        waiting.uses.push_back(entry);
        let (batch, all) = (waiting.uses.len(), waiting.count());
        drop(waiting);
        if batch == self.limits.batch {
            self.wake();
        }
        if all >= self.limits.queue {
            Fill::Full
        } else {
            Fill::Open
        }
    }

    /// Adds an entry for which room was made, or counts it as lost.
    pub(super) fn push_or_lose(&self, entry: Use) {
        if let Fill::Over(entry) = self.push(entry) {
            self.waiting().lose(entry.tenant);
        }
    }

    /// Returns true if something has to be stored now.
    pub(super) fn is_due(&self) -> bool {
        let waiting = self.waiting();
        waiting.uses.len() >= self.limits.batch
            || waiting
                .since
                .is_some_and(|since| since.elapsed() >= self.limits.delay)
    }

    /// Takes all that waits.
    pub(super) fn take(&self) -> (Waiting, InFlight<'_>) {
        let mut waiting = self.waiting();
        waiting.since = None;
        let taken = Waiting {
            uses: mem::take(&mut waiting.uses),
            lost: mem::take(&mut waiting.lost),
            ..Waiting::default()
        };
        let count = taken.uses.len();
        waiting.in_flight += count;
        (taken, InFlight { queue: self, count })
    }

    /// Puts back what could not be stored. Its room was kept.
    pub(super) fn put_back(
        &self,
        uses: Vec<Use>,
        lost: BTreeMap<String, u64>,
        taken: InFlight<'_>,
    ) {
        let mut waiting = self.waiting();
        for entry in uses.into_iter().rev() {
            waiting.uses.push_front(entry);
        }
        for (tenant, count) in lost {
            *waiting.lost.entry(tenant).or_default() += count;
        }
        if !waiting.uses.is_empty() {
            // The next attempt is after the delay.
            waiting.since = Some(Instant::now());
        }
        drop(waiting);
        drop(taken);
    }

    /// The number of entries that wait, and of those that were lost.
    pub(super) fn counts(&self) -> (usize, u64) {
        let waiting = self.waiting();
        (waiting.count(), waiting.lost_in_all)
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        let mut waiting = self.queue.waiting();
        waiting.in_flight = waiting.in_flight.saturating_sub(self.count);
    }
}

impl Waiting {
    /// The number of entries that are not stored.
    fn count(&self) -> usize {
        self.uses.len() + self.in_flight
    }

    fn lose(&mut self, tenant: String) {
        *self.lost.entry(tenant).or_default() += 1;
        self.lost_in_all += 1;
    }
}
