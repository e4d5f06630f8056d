//! The age of what a snapshot holds.

use std::time::{Duration, Instant};

use crate::crypto::Timestamp;
use crate::vault::clock::Now;
use crate::vault::core::Core;

/// Time of a question to the store, by two clocks: the one that never goes back, which may stand
/// still while the machine sleeps, and the one of the vault.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    at: Instant,
    /// The vault's clock; `None` if it was too far off to be read.
    reading: Option<Timestamp>,
    /// The number of writes of this open vault that may have been committed although they failed.
    doubts: u64,
}

impl Asked {
    /// The time now. Read it before the store is asked.
    pub(super) fn now(core: &Core) -> Self {
        Self {
            at: Instant::now(),
            reading: Timestamp::of(core.clock.reading()).ok(),
            doubts: core.seen.doubts(),
        }
    }

    /// Returns true if less than `age` has passed by both clocks, the vault's did not go back, and
    /// no doubtful write came since.
    pub(super) fn is_within(self, age: Duration, now: Now, core: &Core) -> bool {
        let passed = self
            .reading
            .and_then(|asked| now.reading.time().duration_since(asked.time()).ok());
        passed.is_some_and(|passed| passed < age)
            && self.at.elapsed() < age
            && self.doubts == core.seen.doubts()
    }
}
