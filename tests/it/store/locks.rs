//! Locks of partitions.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use keyslot::store::Partition;
use keyslot::{Error, ErrorKind, Result};

/// The partitions that somebody has locked.
#[derive(Debug, Default)]
pub(super) struct Locks(Mutex<Vec<Partition>>);

/// A lock that is taken until this is dropped.
pub(super) struct Locked<'a>(&'a Locks, Partition);

impl Locks {
    fn taken(&self) -> MutexGuard<'_, Vec<Partition>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a lock, and leaves all others alone.
    pub(super) fn take(&self, partition: Partition) -> Result<Locked<'_>> {
        let start = Instant::now();
        loop {
            let mut taken = self.taken();
            if !taken.contains(&partition) {
                taken.push(partition);
                return Ok(Locked(self, partition));
            }
            drop(taken);
            if start.elapsed() > Duration::from_millis(300) {
                return Err(Error::new(ErrorKind::Busy, "try again"));
            }
            std::thread::yield_now();
        }
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        self.0.taken().retain(|partition| *partition != self.1);
    }
}
