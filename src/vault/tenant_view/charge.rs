//! Memory that is counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The number of bytes that are held.
#[derive(Clone, Default)]
pub(super) struct Total(Arc<AtomicUsize>);

/// Some bytes of the total, until it is dropped.
pub(super) struct Charge {
    total: Total,
    bytes: usize,
}

impl Total {
    pub(super) fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn charge(&self, bytes: usize) -> Charge {
        self.0.fetch_add(bytes, Ordering::Relaxed);
        let total = self.clone();
        Charge { total, bytes }
    }
}

impl Charge {
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.total.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
