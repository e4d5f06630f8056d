//! The time of the last use.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::vault::clock::Now;

/// A time, by the clock that never goes back and by that of the vault.
#[derive(Clone, Copy)]
pub(in crate::vault) struct Tick {
    pub(in crate::vault) at: Instant,
    /// Milliseconds since the vault was opened.
    steady: u64,
    /// Microseconds of the vault's clock.
    reading: i64,
}

/// The beginning of the steady clock.
pub(super) struct Ticker(Instant);

/// The time of the last use.
pub(super) struct LastUse {
    steady: AtomicU64,
    reading: AtomicI64,
}

impl Ticker {
    pub(super) fn new() -> Self {
        Self(Instant::now())
    }

    pub(super) fn tick(&self, now: Now) -> Tick {
        let at = Instant::now();
        let steady = at.duration_since(self.0).as_millis();
        Tick {
            at,
            steady: u64::try_from(steady).unwrap_or(u64::MAX),
            reading: now.reading.micros(),
        }
    }
}

impl LastUse {
    pub(super) fn new(tick: Tick) -> Self {
        Self {
            steady: AtomicU64::new(tick.steady),
            reading: AtomicI64::new(tick.reading),
        }
    }

    /// Notes a use. Written a few times in a second at most, so that threads do not take the line
    /// of memory from each other at every use.
    pub(super) fn touch(&self, tick: Tick) {
        if self.is_older(tick, Duration::from_millis(250)) {
            self.set(tick);
        }
    }

    pub(super) fn set(&self, tick: Tick) {
        self.steady.store(tick.steady, Ordering::Relaxed);
        self.reading.store(tick.reading, Ordering::Relaxed);
    }

    /// Returns true if this time has passed since by either clock.
    pub(super) fn is_older(&self, tick: Tick, time: Duration) -> bool {
        let steady = tick.steady.saturating_sub(self.steady());
        let reading = tick
            .reading
            .saturating_sub(self.reading.load(Ordering::Relaxed));
        Duration::from_millis(steady) >= time
            || u64::try_from(reading).is_ok_and(|micros| Duration::from_micros(micros) >= time)
    }

    /// The order in which things are given up.
    pub(super) fn steady(&self) -> u64 {
        self.steady.load(Ordering::Relaxed)
    }
}
