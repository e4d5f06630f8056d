//! The views of the tenants in use.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::slot::Slot;
use crate::error::{Error, ErrorKind, Result};
use crate::store::Partition;

/// The views of the tenants in use, within a bound of memory. The one that was not used for the
/// longest is given up first.
pub(in crate::vault) struct Views {
    most: usize,
    slots: RwLock<HashMap<Partition, Arc<Slot>>>,
    uses: AtomicU64,
}

impl Views {
    /// No views yet, and never of more than `most` rows together.
    pub(in crate::vault) fn new(most: usize) -> Self {
        Self {
            most,
            slots: RwLock::default(),
            uses: AtomicU64::new(0),
        }
    }

    /// The most rows of all views together.
    pub(in crate::vault) fn most(&self) -> usize {
        self.most
    }

    /// The place of a tenant that has one.
    pub(in crate::vault) fn known(&self, tenant: Partition) -> Option<Arc<Slot>> {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        let slot = slots.get(&tenant)?;
        slot.used
            .store(self.uses.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        Some(Arc::clone(slot))
    }

    /// The place of a tenant. Only for one whose head this vault sealed, so that there are never
    /// more than the vault has tenants.
    pub(in crate::vault) fn of(&self, tenant: Partition) -> Arc<Slot> {
        if let Some(slot) = self.known(tenant) {
            return slot;
        }
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(tenant).or_default())
    }

    /// Makes room for a view that was changed.
    ///
    /// # Errors
    ///
    /// [`TooLarge`](ErrorKind::TooLarge) when it alone is over the bound; then it is given up.
    pub(in crate::vault) fn make_room(&self, tenant: Partition, slot: &Slot) -> Result<()> {
        if slot.weigh() > self.most && slot.slim() > self.most {
            self.forget(tenant);
            return Err(too_many_rows());
        }
        let total = |slots: &HashMap<Partition, Arc<Slot>>| {
            let weights = slots
                .values()
                .map(|slot| slot.weight.load(Ordering::Relaxed));
            weights.fold(0, usize::saturating_add)
        };
        if total(&self.slots.read().unwrap_or_else(PoisonError::into_inner)) <= self.most {
            return Ok(());
        }
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        let mut others: Vec<(u64, Partition)> = slots
            .iter()
            .filter(|(other, _)| **other != tenant)
            .map(|(other, slot)| (slot.used.load(Ordering::Relaxed), *other))
            .collect();
        others.sort_unstable();
        for (_, other) in others {
            if total(&slots) <= self.most {
                break;
            }
            slots.remove(&other);
        }
        Ok(())
    }

    fn forget(&self, tenant: Partition) {
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        slots.remove(&tenant);
    }
}

/// The error for a tenant that is larger than the bound.
pub(in crate::vault) fn too_many_rows() -> Error {
    Error::new(
        ErrorKind::TooLarge,
        "the organization has more secrets than the guard may hold; give VaultBuilder::guard a \
         higher number",
    )
}
