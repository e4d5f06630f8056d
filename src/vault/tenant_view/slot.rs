//! The place of one tenant's view.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::view::View;

/// The place of one tenant's view, which threads share. The view is locked for work in memory
/// alone, never while a store is asked: a write that holds its tenant's lock may wait for it.
#[derive(Default)]
pub(in crate::vault) struct Slot {
    view: RwLock<Option<View>>,
    /// Held by a reader that brings the view up to date, so that many do it once.
    reading: Mutex<()>,
    /// The time of the last use, as the views count it.
    pub(super) used: AtomicU64,
    /// Memory of the view, as a number of rows.
    pub(super) weight: AtomicUsize,
}

impl Slot {
    pub(in crate::vault) fn view(&self) -> RwLockReadGuard<'_, Option<View>> {
        self.view.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::vault) fn view_mut(&self) -> RwLockWriteGuard<'_, Option<View>> {
        self.view.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until no other reader brings the view up to date.
    pub(in crate::vault) fn one_at_a_time(&self) -> MutexGuard<'_, ()> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives up what only saves work, and measures the view again.
    pub(super) fn slim(&self) -> usize {
        if let Some(view) = self.view_mut().as_mut() {
            view.slim();
        }
        self.weigh()
    }

    /// Measures the view after a change of it.
    pub(super) fn weigh(&self) -> usize {
        let weight = self.view().as_ref().map_or(0, View::weight);
        self.weight.store(weight, Ordering::Relaxed);
        weight
    }
}
