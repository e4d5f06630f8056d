//! The age of what a snapshot holds.

use std::time::{Duration, Instant};

use crate::crypto::Timestamp;
use crate::vault::clock::{Clock, Now};

/// Time of a question to the store, by two clocks: the one that never goes back, which may stand
/// still while the machine sleeps, and the one of the vault.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    at: Instant,
    /// The vault's clock; `None` if it was too far off to be read.
    reading: Option<Timestamp>,
}

impl Asked {
    /// The time now. Read it before the store is asked.
    pub(super) fn now(clock: &Clock) -> Self {
        Self {
            at: Instant::now(),
            reading: Timestamp::of(clock.reading()).ok(),
        }
    }

    /// Returns true if less than `age` has passed by both clocks, and the vault's did not go back.
    pub(super) fn is_within(self, age: Duration, now: Now) -> bool {
        let passed = self
            .reading
            .and_then(|asked| now.reading.time().duration_since(asked.time()).ok());
        passed.is_some_and(|passed| passed < age) && self.at.elapsed() < age
    }
}
