//! The newest head of each tenant that an open vault has seen. An older one was put back from a
//! copy.
//!
//! Every path that reads a head goes through [`Core::admit_head`]: writes, snapshots, verification,
//! and whatever keeps rows in memory. A plain resolve reads no head; it reads its rows each time.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use super::Core;
use super::sealed::head_row;
use crate::crypto::{Head, commitment};
use crate::error::{Error, ErrorKind, Result};
use crate::store::Row;

/// The newest authenticated head of each tenant in use: some 100 bytes for each. Only heads that
/// this vault sealed get here, so there are never more than the vault has tenants.
#[derive(Default)]
pub(super) struct HighWater {
    marks: RwLock<HashMap<[u8; 16], Mark>>,
    /// The number of times that all of it was forgotten.
    era: AtomicU64,
}

/// One authenticated head: its epoch, and what tells it from another head of the same epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    epoch: u64,
    commitment: [u8; 32],
}

impl Mark {
    pub(super) fn of(row: &Row, head: &Head) -> Result<Self> {
        Ok(Self {
            epoch: head.epoch,
            commitment: commitment(&row.info)?,
        })
    }
}

impl HighWater {
    /// The newest head seen so far. Ask before a view of the store begins: what was seen by then,
    /// the view must have.
    pub(super) fn of(&self, tenant: [u8; 16]) -> Option<Mark> {
        self.marks
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&tenant)
            .copied()
    }

    /// Notes a head that was committed.
    pub(super) fn note(&self, tenant: [u8; 16], mark: Mark) {
        // Nearly always it is known, and readers need not wait for each other.
        if self
            .of(tenant)
            .is_some_and(|known| known.epoch >= mark.epoch)
        {
            return;
        }
        let mut marks = self.marks.write().unwrap_or_else(PoisonError::into_inner);
        let known = marks.entry(tenant).or_insert(mark);
        if known.epoch < mark.epoch {
            *known = mark;
        }
    }

    /// The tenants whose heads were seen.
    pub(super) fn tenants(&self) -> Vec<[u8; 16]> {
        self.marks
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .keys()
            .copied()
            .collect()
    }

    /// A number that changes when what was seen no longer counts.
    pub(super) fn era(&self) -> u64 {
        self.era.load(Ordering::SeqCst)
    }

    /// Forgets all of it.
    pub(super) fn clear(&self) {
        self.era.fetch_add(1, Ordering::SeqCst);
        self.marks
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

impl Core {
    /// Returns true if a row claims to be the very head that was seen last, which then need not be
    /// opened again: nothing is read in it.
    pub(super) fn is_newest_head(&self, tenant: [u8; 16], row: &Row) -> bool {
        let Ok(commitment) = commitment(&row.info) else {
            return false;
        };
        row.key == head_row(tenant)
            && self.seen.of(tenant)
                == Some(Mark {
                    epoch: row.epoch,
                    commitment,
                })
    }

    /// Opens the head of a tenant as a view of the store has it, and notes it. `seen` is what was
    /// seen before the view began.
    ///
    /// # Errors
    ///
    /// [`Tampered`](ErrorKind::Tampered) when it is gone, older than the one that was seen, or
    /// another one of the same epoch; [`Corrupt`](ErrorKind::Corrupt) when this vault did not seal
    /// it.
    pub(super) fn admit_head(
        &self,
        tenant: [u8; 16],
        row: Option<&Row>,
        seen: Option<Mark>,
    ) -> Result<Option<Head>> {
        let Some(row) = row else {
            return if seen.is_some() {
                Err(rolled_back())
            } else {
                Ok(None)
            };
        };
        if row.key != head_row(tenant) {
            return Err(Error::new(
                ErrorKind::Store,
                "the store gave another head than was asked for",
            ));
        }
        let head = self.open_head(row)?;
        let mark = Mark::of(row, &head)?;
        let is_fork = |known: Mark| known.epoch == mark.epoch && known != mark;
        if seen.is_some_and(|seen| seen.epoch > mark.epoch)
            || self.seen.of(tenant).is_some_and(is_fork)
        {
            return Err(rolled_back());
        }
        self.seen.note(tenant, mark);
        Ok(Some(head))
    }
}

/// Says nothing of what was seen, and what to do.
pub(super) fn rolled_back() -> Error {
    Error::new(
        ErrorKind::Tampered,
        "stored rows are older than those that this process has seen: somebody put back an older copy; \
         verify tells more, and after a restored backup or a failover that lost writes call accept_rollback",
    )
}
