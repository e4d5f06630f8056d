//! Where the vault asks for the time.

use std::sync::Arc;
use std::time::SystemTime;

use crate::crypto::Timestamp;
use crate::error::Result;

#[derive(Clone)]
pub(super) struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    pub(super) fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when the clock is so far off that the time cannot be stored.
    pub(super) fn now(&self) -> Result<Timestamp> {
        Timestamp::of((self.0)())
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new(SystemTime::now)
    }
}
