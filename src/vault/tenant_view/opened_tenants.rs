//! All that the cache holds, of all tenants.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::answer::{Answer, OpenedSecret};
use super::answers::Held;
use super::asked::Asked;
use super::charge::Total;
use super::last_use::{LastUse, Tick, Ticker};
use super::listing::{ListedRow, Listing};
use super::opened_tenant::OpenedTenant;
use super::reading::{Reading, Since};
use super::stamp::Stamp;
use crate::reference::Reference;
use crate::store::Partition;
use crate::vault::cache::Cache;
use crate::vault::clock::{Clock, Now};
use crate::vault::high_water::{HighWater, Mark};
use crate::vault::random_bytes::RandomBytes;

/// Counters of invalidations; tenants share one at odds of one to this number.
const COUNTERS: usize = 64;

/// All that the cache holds, of all tenants, within its bounds. Locked for work in
/// memory alone, never while a store is asked.
pub(in crate::vault) struct OpenedTenants {
    bounds: Cache,
    /// Only tenants whose head this vault sealed get here.
    tenants: RwLock<HashMap<Partition, Arc<OpenedTenant>, BuildHasherDefault<RandomBytes>>>,
    /// The number of writes of this open vault that ended.
    invalidations: [AtomicU64; COUNTERS],
    total: Total,
    ticker: Ticker,
    swept: LastUse,
}

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
            self.retain(|used| !used.is_older(tick, self.bounds.idle));
        }
        tick
    }

    /// Begins a read of a tenant whose rows are to be held.
    pub(in crate::vault) fn begin(
        &self,
        tenant: Partition,
        clock: &Clock,
        seen: &HighWater,
    ) -> Reading {
        Reading {
            since: self.since(tenant),
            era: seen.era(),
            asked: Asked::now(clock, seen),
        }
    }

    /// The number of invalidations.
    fn since(&self, tenant: Partition) -> Since {
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
        let idle = self.bounds.idle;
        let tenants = self.tenants.read().unwrap_or_else(PoisonError::into_inner);
        let answers = tenants.get(&tenant)?.answers();
        answers.as_ref()?.of(chain, references, tick, idle)
    }

    /// The list of a scope, if it is held.
    pub(in crate::vault) fn listing(
        &self,
        tenant: Partition,
        scope: &[u8; 16],
        tick: Tick,
    ) -> Option<(Stamp, Arc<Listing>)> {
        let (stamp, listing) = self.known(tenant)?.listing(scope)?;
        if listing.used.is_older(tick, self.bounds.idle) {
            return None;
        }
        listing.used.touch(tick);
        Some((stamp, listing))
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

    /// Makes a list of rows in the order of keys, whose memory counts from now on.
    pub(in crate::vault) fn new_listing(
        &self,
        rows: Vec<ListedRow>,
        erased_before: u32,
        tick: Tick,
    ) -> Arc<Listing> {
        let bytes = rows.iter().map(|row| row.bytes + size_of::<ListedRow>());
        let charge = self.total.charge(bytes.sum());
        let used = LastUse::new(tick);
        Arc::new(Listing::new(rows, erased_before, used, charge))
    }

    /// The most bytes of a list that may be held.
    pub(in crate::vault) fn largest_listing(&self) -> usize {
        self.bounds.bytes / 2
    }

    /// Notes that the store gave the same head at a later question.
    pub(in crate::vault) fn confirm(&self, tenant: Partition, stamp: &Stamp) {
        if let Some(opened) = self.known(tenant) {
            opened.confirm_answers(stamp);
        }
    }

    /// The same for the list of a scope.
    pub(in crate::vault) fn confirm_listing(
        &self,
        tenant: Partition,
        scope: &[u8; 16],
        stamp: &Stamp,
    ) {
        if let Some(opened) = self.known(tenant) {
            opened.confirm_listing(scope, stamp);
        }
    }

    /// Holds answers that were read with a head. Nothing is held of a head that is older
    /// than the one which is known, nor of one that was read before this open vault wrote.
    pub(in crate::vault) fn hold(
        &self,
        tenant: Partition,
        (reading, mark): (&Reading, Mark),
        chain: [u8; 16],
        answers: impl Iterator<Item = (Reference, Answer)>,
    ) {
        let is_late = || self.since(tenant) != reading.since;
        self.place(tenant)
            .hold_answers(is_late, &reading.stamp(mark), chain, answers);
        self.make_room();
    }

    /// Holds the list of a scope as [`hold`](Self::hold) does.
    pub(in crate::vault) fn hold_listing(
        &self,
        tenant: Partition,
        (reading, mark): (&Reading, Mark),
        scope: [u8; 16],
        listing: &Arc<Listing>,
    ) {
        let (is_late, stamp) = (|| self.since(tenant) != reading.since, reading.stamp(mark));
        self.place(tenant)
            .hold_listing(is_late, &stamp, scope, Arc::clone(listing));
        self.make_room();
    }

    /// Gives up all answers of a tenant. Called once a write of this open vault has ended.
    pub(in crate::vault) fn forget(&self, tenant: Partition) {
        self.counter(tenant).fetch_add(1, Ordering::SeqCst);
        if let Some(opened) = self.known(tenant) {
            opened.forget_answers();
        }
    }

    /// Gives up everything.
    pub(in crate::vault) fn clear(&self) {
        for counter in &self.invalidations {
            counter.fetch_add(1, Ordering::SeqCst);
        }
        self.retain(|_| false);
    }

    /// Gives up what was not used for the longest, and a little more than needed, so that this is
    /// not done at every use.
    fn make_room(&self) {
        if self.total.bytes() <= self.bounds.bytes {
            return;
        }
        let most = self.bounds.bytes - self.bounds.bytes / 8;
        let mut all = Vec::new();
        for opened in self.all() {
            opened.weigh(&mut all);
        }
        all.sort_unstable_by_key(|(used, _)| std::cmp::Reverse(*used));
        let mut kept = 0_usize;
        let over = all.iter().find(|(_, bytes)| {
            kept = kept.saturating_add(*bytes);
            kept > most
        });
        if let Some(&(last, _)) = over {
            self.retain(|used| used.steady() > last);
        }
    }

    /// Keeps some of it, by the last use.
    fn retain(&self, keeps: impl Fn(&LastUse) -> bool) {
        let mut tenants = self.tenants.write().unwrap_or_else(PoisonError::into_inner);
        tenants.retain(|_, opened| !opened.retain(&keeps));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::SecretName;

    const TENANT: Partition = Partition([7; 16]);
    const CHAIN: [u8; 16] = [1; 16];

    struct Given {
        opened: OpenedTenants,
        clock: Clock,
        seen: HighWater,
    }

    impl Given {
        fn new() -> Self {
            let clock = Clock::default();
            let now = clock.now().unwrap();
            Self {
                opened: OpenedTenants::new(Cache::new(), now),
                clock,
                seen: HighWater::default(),
            }
        }

        /// A read that began at a certain number of invalidations.
        fn reading(&self, since: Since, era: u64) -> Reading {
            Reading {
                since,
                era,
                asked: Asked::now(&self.clock, &self.seen),
            }
        }

        fn tick(&self) -> Tick {
            self.opened.tick(self.clock.now().unwrap())
        }

        fn hold(&self, since: Since, era: u64, epoch: u64) {
            let answer = self.opened.answer(None, 0, self.tick());
            let reading = self.reading(since, era);
            let read = (&reading, Mark::from_parts(epoch, [9; 32]));
            let answers = std::iter::once((reference(), answer));
            self.opened.hold(TENANT, read, CHAIN, answers);
            let listing = self.opened.new_listing(Vec::new(), 0, self.tick());
            let opened = &self.opened;
            opened.hold_listing(TENANT, read, CHAIN, &listing);
        }

        /// Era and epoch of the answers and of the list that are held.
        fn held(&self) -> [Option<(u64, u64)>; 2] {
            let at = |stamp: &Stamp| (stamp.era, stamp.mark.epoch());
            let answers = self.opened.of(TENANT, &CHAIN, &[reference()], self.tick());
            let listing = self.opened.listing(TENANT, &CHAIN, self.tick());
            [
                answers.map(|held| at(&held.stamp)),
                listing.map(|(stamp, _)| at(&stamp)),
            ]
        }
    }

    fn reference() -> Reference {
        Reference::secret(SecretName::new("A").unwrap())
    }

    #[test]
    fn nothing_older_takes_the_place_of_what_is_held() {
        let given = Given::new();
        let since = given.opened.since(TENANT);
        for (era, epoch, expected) in [
            (0, 5, (0, 5)),
            (0, 4, (0, 5)),
            (0, 5, (0, 5)),
            (0, 6, (0, 6)),
            (1, 2, (1, 2)),
            (0, 9, (1, 2)),
        ] {
            given.hold(since, era, epoch);
            assert_eq!(given.held(), [Some(expected); 2], "{era} {epoch}");
        }
    }

    #[test]
    fn what_was_read_before_a_write_ended_is_not_held_after_it() {
        let given = Given::new();
        let since = given.opened.since(TENANT);
        given.hold(since, 0, 5);
        given.opened.forget(TENANT);
        // A list goes on to the next head.
        assert_eq!(given.held(), [None, Some((0, 5))]);
        given.hold(since, 0, 6);
        assert_eq!(given.held(), [None, Some((0, 5))]);
        given.hold(given.opened.since(TENANT), 0, 6);
        assert_eq!(given.held(), [Some((0, 6)); 2], "the control");
        given.opened.clear();
        assert_eq!(given.held(), [None; 2]);
        given.hold(since, 0, 7);
        assert_eq!(given.held(), [None; 2]);
    }

    #[test]
    fn memory_is_counted_until_it_is_dropped() {
        let given = Given::new();
        assert_eq!(given.opened.total.bytes(), 0);
        given.hold(given.opened.since(TENANT), 0, 5);
        let held = given.opened.total.bytes();
        assert!(held > 0);
        given.hold(given.opened.since(TENANT), 0, 5);
        assert_eq!(given.opened.total.bytes(), held, "in place of the same");
        given.opened.clear();
        assert_eq!(given.opened.total.bytes(), 0);
        assert!(given.opened.tenants.read().unwrap().is_empty());
    }
}
