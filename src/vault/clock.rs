//! The clock of a vault.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

use crate::crypto::Timestamp;
use crate::error::Result;

#[derive(Clone)]
pub(super) struct Clock {
    read: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    /// The latest moment ever read, in microseconds.
    latest: Arc<AtomicI64>,
}

/// The time of the clock, and the latest that it ever told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    /// The time of the clock.
    pub(super) reading: Timestamp,
    /// The latest moment that it ever told this vault: a clock that jumps back brings nothing back
    /// that had expired.
    pub(super) latest: Timestamp,
}

impl Clock {
    pub(super) fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self {
            read: Arc::new(now),
            latest: Arc::default(),
        }
    }

    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when the clock is so far off that the time
    /// cannot be stored.
    pub(super) fn now(&self) -> Result<Now> {
        let reading = Timestamp::of((self.read)())?;
        let before = self.latest.fetch_max(reading.micros(), Ordering::Relaxed);
        Ok(Now {
            reading,
            latest: Timestamp::of_micros(before).map_or(reading, |before| before.max(reading)),
        })
    }

    /// The reading of the clock alone, which decides nothing.
    pub(super) fn reading(&self) -> SystemTime {
        (self.read)()
    }

    /// Begins anew: the latest moment is what the clock says next.
    pub(super) fn forget_latest(&self) {
        self.latest.store(0, Ordering::Relaxed);
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new(SystemTime::now)
    }
}
