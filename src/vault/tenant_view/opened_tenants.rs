//! The answers that are held, of all tenants.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use super::answer::{Answer, OpenedSecret};
use super::answers::{Answers, Held};
use super::charge::Total;
use super::last_use::{LastUse, Tick, Ticker};
use super::stamp::Stamp;
use crate::reference::Reference;
use crate::store::Partition;
use crate::vault::cache::Cache;
use crate::vault::clock::Now;

/// Counters of invalidations; tenants share one at odds of one to this number.
const COUNTERS: usize = 64;

/// The answers that are held, of all tenants, within the bounds of the cache. Locked for work in
/// memory alone, never while a store is asked.
pub(in crate::vault) struct OpenedTenants {
    bounds: Cache,
    /// Only tenants whose head this vault sealed get here.
    tenants: RwLock<HashMap<Partition, Arc<OpenedTenant>>>,
    /// The number of writes of this open vault that ended.
    invalidations: [AtomicU64; COUNTERS],
    total: Total,
    ticker: Ticker,
    swept: LastUse,
}

/// The answers of one tenant; `None` if nothing is held.
#[derive(Default)]
struct OpenedTenant(RwLock<Option<Answers>>);

/// The number of invalidations as something began.
#[derive(Clone, Copy)]
pub(in crate::vault) struct Since(u64);

impl OpenedTenants {
    pub(in crate::vault) fn new(bounds: Cache, now: Now) -> Self {
        let ticker = Ticker::new();
        Self {
            bounds,
            tenants: RwLock::default(),
            invalidations: std::array::from_fn(|_| AtomicU64::new(0)),
            total: Total::default(),
            swept: LastUse::new(ticker.tick(now)),
            ticker,
        }
    }

    pub(in crate::vault) fn max_age(&self) -> Duration {
        self.bounds.max_age
    }

    /// The time of a use, at which what was idle for too long is given up.
    pub(in crate::vault) fn tick(&self, now: Now) -> Tick {
        let tick = self.ticker.tick(now);
        if self.swept.is_older(tick, self.bounds.idle / 4) {
            self.swept.set(tick);
            self.retain(|answer| !answer.used.is_older(tick, self.bounds.idle));
        }
        tick
    }

    /// The number of invalidations. Ask before the store is read.
    pub(in crate::vault) fn since(&self, tenant: Partition) -> Since {
        Since(self.counter(tenant).load(Ordering::SeqCst))
    }

    /// The answers to references in a chain of scopes; `None` if not all of them are held.
    pub(in crate::vault) fn of(
        &self,
        tenant: Partition,
        chain: &[u8; 16],
        references: &[Reference],
        tick: Tick,
    ) -> Option<Held> {
        let opened = self.known(tenant)?;
        let answers = opened.read();
        answers
            .as_ref()?
            .of(chain, references, tick, self.bounds.idle)
    }

    /// Makes an answer, whose memory counts from now on: some bytes for the secret in it.
    pub(in crate::vault) fn answer(
        &self,
        secret: Option<OpenedSecret>,
        bytes: usize,
        tick: Tick,
    ) -> Answer {
        Answer {
            secret,
            used: LastUse::new(tick),
            // With the reference, and its place in a map.
            charge: self.total.charge(size_of::<Answer>() + 256 + bytes),
        }
    }

    /// Notes that the store gave the same head at a later question.
    pub(in crate::vault) fn confirm(&self, tenant: Partition, stamp: &Stamp) {
        if let Some(opened) = self.known(tenant) {
            let mut place = opened.write();
            if let Some(answers) = place.as_mut().filter(|it| it.stamp().is_of_head_of(stamp)) {
                answers.confirm(stamp);
            }
        }
    }

    /// Holds answers that were read at the head of a stamp. Nothing is held of a head that is older
    /// than the one which is known, nor of one that was read before this open vault wrote.
    pub(in crate::vault) fn hold(
        &self,
        tenant: Partition,
        since: Since,
        stamp: &Stamp,
        chain: [u8; 16],
        answers: impl Iterator<Item = (Reference, Answer)>,
    ) {
        let opened = self.place(tenant);
        let mut place = opened.write();
        if self.since(tenant).0 != since.0 {
            return;
        }
        let own = match place.take() {
            Some(mut own) if own.stamp().is_of_head_of(stamp) => {
                own.confirm(stamp);
                own
            }
            Some(own) if !own.stamp().yields_to(stamp) => {
                *place = Some(own);
                return;
            }
            _ => Answers::new(*stamp),
        };
        let own = place.insert(own);
        for (reference, answer) in answers {
            own.insert(chain, reference, Arc::new(answer));
        }
        drop(place);
        if self.total.bytes() > self.bounds.bytes {
            self.make_room();
        }
    }

    /// Gives up all answers of a tenant. Called once a write of this open vault has ended.
    pub(in crate::vault) fn forget(&self, tenant: Partition) {
        self.counter(tenant).fetch_add(1, Ordering::SeqCst);
        if let Some(opened) = self.known(tenant) {
            let answers = opened.write().take();
            drop(answers);
        }
    }

    /// Gives up all answers.
    pub(in crate::vault) fn clear(&self) {
        for counter in &self.invalidations {
            counter.fetch_add(1, Ordering::SeqCst);
        }
        self.retain(|_| false);
    }

    /// Gives up what was not used for the longest, and a little more than needed, so that this is
    /// not done at every use.
    fn make_room(&self) {
        let most = self.bounds.bytes - self.bounds.bytes / 8;
        let mut all = Vec::new();
        for opened in self.all() {
            if let Some(answers) = opened.read().as_ref() {
                answers.weigh(&mut all);
            }
        }
        all.sort_unstable_by_key(|(used, _)| std::cmp::Reverse(*used));
        let mut kept = 0_usize;
        let over = all.iter().find(|(_, bytes)| {
            kept = kept.saturating_add(*bytes);
            kept > most
        });
        if let Some(&(last, _)) = over {
            self.retain(|answer| answer.used.steady() > last);
        }
    }

    fn retain(&self, keeps: impl Fn(&Answer) -> bool) {
        let mut tenants = self.tenants.write().unwrap_or_else(PoisonError::into_inner);
        tenants.retain(|_, opened| {
            let mut place = opened.write();
            if place.as_mut().is_some_and(|answers| answers.retain(&keeps)) {
                *place = None;
            }
            place.is_some()
        });
    }

    fn all(&self) -> Vec<Arc<OpenedTenant>> {
        let tenants = self.tenants.read().unwrap_or_else(PoisonError::into_inner);
        tenants.values().map(Arc::clone).collect()
    }

    fn known(&self, tenant: Partition) -> Option<Arc<OpenedTenant>> {
        let tenants = self.tenants.read().unwrap_or_else(PoisonError::into_inner);
        tenants.get(&tenant).map(Arc::clone)
    }

    fn place(&self, tenant: Partition) -> Arc<OpenedTenant> {
        if let Some(opened) = self.known(tenant) {
            return opened;
        }
        let mut tenants = self.tenants.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(tenants.entry(tenant).or_default())
    }

    fn counter(&self, tenant: Partition) -> &AtomicU64 {
        let [first, second @ ..] = &self.invalidations;
        let at = usize::from(tenant.0.first().copied().unwrap_or_default()) % COUNTERS;
        second.get(at.wrapping_sub(1)).unwrap_or(first)
    }
}

impl OpenedTenant {
    fn read(&self) -> RwLockReadGuard<'_, Option<Answers>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Option<Answers>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
