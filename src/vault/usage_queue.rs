//! Uses that wait to be added up in the store.

use std::collections::HashMap;
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};
use std::thread::Thread;
use std::time::{Instant, SystemTime};

use super::audit_limits::AuditLimits;
use super::observer::{Action, Event};
use crate::actor::Actor;
use crate::name::SecretName;
use crate::record::RecordId;
use crate::scope::Scope;
use crate::target::{Surface, Target};

/// Uses that wait. A use of a secret that waits already takes no more memory.
pub(super) struct UsageQueue {
    pub(super) limits: AuditLimits,
    waiting: Mutex<Waiting>,
    /// The batches that were taken and are not known to be stored. Held by who stores them.
    storing: Mutex<Vec<Batch>>,
    /// The thread that stores them in time.
    flusher: OnceLock<Thread>,
    /// The number of batches so far.
    batches: AtomicU64,
}

/// Uses of some secrets of one tenant, stored together.
pub(super) struct Batch {
    pub(super) tenant: String,
    /// Names the batch: a row says that it has counted it, so none counts twice.
    pub(super) name: [u8; 16],
    pub(super) counts: Vec<(RecordId, Counted)>,
}

/// Uses of one secret.
#[derive(Clone)]
pub(super) struct Counted {
    pub(super) scope: Scope,
    pub(super) name: SecretName,
    pub(super) uses: u64,
    pub(super) reveals: u64,
    pub(super) since: SystemTime,
    pub(super) last: Last,
    /// The latest generation of the data keys that sealed its values.
    pub(super) generation: u32,
}

/// The last use among them.
#[derive(Clone)]
pub(super) struct Last {
    pub(super) time: SystemTime,
    pub(super) actor: Option<Actor>,
    pub(super) tool: Option<String>,
    pub(super) host: Option<(String, u16)>,
    pub(super) surface: Option<Surface>,
    pub(super) instructions: bool,
}

#[derive(Default)]
struct Waiting {
    counts: HashMap<RecordId, Counted>,
    /// The time since when the first one waits.
    since: Option<Instant>,
    /// The number of secrets that began to wait since the last attempt to store: a write has a row
    /// for each, however often it was used.
    secrets: usize,
    /// The number of uses that were lost.
    lost: u64,
}

/// The room for secrets, after a use was to be counted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// There is room for more.
    Left,
    /// The use took the last room, or there was none left but for its secret.
    Filled,
    /// The use did not fit, and is not counted.
    None,
}

impl UsageQueue {
    pub(super) fn new(limits: AuditLimits) -> Self {
        Self {
            limits,
            waiting: Mutex::default(),
            storing: Mutex::default(),
            flusher: OnceLock::new(),
            batches: AtomicU64::new(0),
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

    /// Counts the use that an event tells of, if there is room. The thread is woken once a batch is
    /// there.
    pub(super) fn count(&self, event: &Event<'_>) -> Room {
        let (Some(record), Some(scope)) = (event.record, event.found_in) else {
            return Room::Left;
        };
        let mut waiting = self.waiting();
        let is_new = !waiting.counts.contains_key(&record);
        if is_new && waiting.counts.len() >= self.limits.queue {
            return Room::None;
        }
        waiting.since.get_or_insert_with(Instant::now);
        if is_new {
            waiting.secrets += 1;
        }
        let counts = waiting.counts.entry(record);
        counts
            .or_insert_with(|| Counted::none(event, scope))
            .add(event);
        let is_batch = is_new && waiting.secrets == self.limits.batch;
        let is_full = waiting.counts.len() >= self.limits.queue;
        drop(waiting);
        if is_batch {
            self.wake();
        }
        if is_full { Room::Filled } else { Room::Left }
    }

    /// Counts a use for which room was made, or counts it as lost. Returns false if it is lost.
    pub(super) fn count_or_lose(&self, event: &Event<'_>) -> bool {
        let is_counted = self.count(event) != Room::None;
        if !is_counted {
            self.lose(1);
        }
        is_counted
    }

    /// Returns true if something has to be stored now.
    pub(super) fn is_due(&self) -> bool {
        let waiting = self.waiting();
        let since = waiting.since;
        waiting.secrets >= self.limits.batch
            || since.is_some_and(|since| since.elapsed() >= self.limits.delay)
    }

    /// Begins to store; `None` while another thread does.
    pub(super) fn try_storing(&self) -> Option<MutexGuard<'_, Vec<Batch>>> {
        match self.storing.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(error)) => Some(error.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Waits for another thread that stores, and begins to store.
    pub(super) fn storing(&self) -> MutexGuard<'_, Vec<Batch>> {
        self.storing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes all that waits.
    pub(super) fn take(&self) -> HashMap<RecordId, Counted> {
        let mut waiting = self.waiting();
        (waiting.since, waiting.secrets) = (None, 0);
        mem::take(&mut waiting.counts)
    }

    /// Forgets the uses of a tenant that were not taken.
    pub(super) fn forget(&self, tenant: &str) {
        let mut waiting = self.waiting();
        let is_other = |_: &RecordId, counted: &mut Counted| counted.scope.tenant() != tenant;
        waiting.counts.retain(is_other);
    }

    /// The number of the next batch.
    pub(super) fn next_batch(&self) -> u64 {
        self.batches.fetch_add(1, Ordering::Relaxed)
    }

    /// Begins the delay anew, after an attempt that failed.
    pub(super) fn wait_on(&self) {
        let mut waiting = self.waiting();
        waiting.since = Some(Instant::now());
        waiting.secrets = 0;
    }

    /// Notes uses that cannot be stored any more.
    pub(super) fn lose(&self, uses: u64) {
        self.waiting().lost += uses;
    }

    /// The number of uses that wait and were not taken, and of those that were lost.
    pub(super) fn counts(&self) -> (u64, u64) {
        let waiting = self.waiting();
        (
            waiting.counts.values().map(Counted::all).sum(),
            waiting.lost,
        )
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Batch {
    /// The number of uses in it.
    pub(super) fn all(&self) -> u64 {
        self.counts.iter().map(|(_, counted)| counted.all()).sum()
    }
}

impl Counted {
    /// No uses yet, of the secret of an event.
    fn none(event: &Event<'_>, scope: &Scope) -> Self {
        Self {
            scope: scope.clone(),
            name: event.name.clone(),
            uses: 0,
            reveals: 0,
            since: event.time,
            last: Last {
                time: event.time,
                actor: None,
                tool: None,
                host: None,
                surface: None,
                instructions: false,
            },
            generation: 0,
        }
    }

    fn add(&mut self, event: &Event<'_>) {
        if event.action == Action::Reveal {
            self.reveals += 1;
        } else {
            self.uses += 1;
        }
        self.generation = self.generation.max(event.generation);
        if event.time >= self.last.time {
            self.last.become_that_of(event);
        }
    }

    /// The number of all uses.
    pub(super) fn all(&self) -> u64 {
        self.uses.saturating_add(self.reveals)
    }
}

impl Last {
    /// Takes the facts of an event. What is the same already is not allocated again.
    fn become_that_of(&mut self, event: &Event<'_>) {
        self.time = event.time;
        if self.actor.as_ref() != event.actor {
            self.actor = event.actor.cloned();
        }
        let target = event.target;
        let tool = target.and_then(Target::tool_name);
        if self.tool.as_deref() != tool {
            self.tool = tool.map(str::to_owned);
        }
        let host = target.and_then(|target| target.host().zip(target.port()));
        let own = self.host.as_ref();
        if own.map(|(host, port)| (host.as_str(), *port)) != host {
            self.host = host.map(|(host, port)| (host.to_owned(), port));
        }
        self.surface = target.map(Target::surface);
        self.instructions = target.is_some_and(Target::is_instructions);
    }
}
