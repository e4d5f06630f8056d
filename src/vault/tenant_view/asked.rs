//! The age of what is held.

use std::time::{Duration, Instant};

use crate::crypto::Timestamp;
use crate::vault::clock::{Clock, Now};
use crate::vault::high_water::HighWater;

/// Time of a question to the store, by two clocks: the one that never goes back, which may stand
/// still while the machine sleeps, and the one of the vault.
#[derive(Clone, Copy)]
pub(in crate::vault) struct Asked {
    at: Instant,
    /// The vault's clock; `None` if it was too far off to be read.
    reading: Option<Timestamp>,
    /// The number of writes of this open vault that may have been committed although they failed.
    doubts: u64,
}

impl Asked {
    /// The time now. Read it before the store is asked.
    pub(in crate::vault) fn now(clock: &Clock, seen: &HighWater) -> Self {
        Self {
            at: Instant::now(),
            reading: Timestamp::of(clock.reading()).ok(),
            doubts: seen.doubts(),
        }
    }

    /// Returns true if less than `age` has passed by both clocks, the vault's did not go back, and
    /// no doubtful write came since.
    pub(in crate::vault) fn is_within(
        self,
        age: Duration,
        (now, at): (Now, Instant),
        seen: &HighWater,
    ) -> bool {
        let passed = self
            .reading
            .and_then(|asked| now.reading.micros().checked_sub(asked.micros()))
            .and_then(|micros| u64::try_from(micros).ok());
        passed.is_some_and(|micros| Duration::from_micros(micros) < age)
            && at.duration_since(self.at) < age
            && self.doubts == seen.doubts()
    }

    /// Returns true if it came after another one.
    pub(super) fn is_later_than(self, other: Self) -> bool {
        self.at > other.at
    }
}
