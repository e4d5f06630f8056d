//! The high-water mark: the newest head of each tenant that an open vault has seen. An older one
//! was put back from a copy.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use super::random_bytes::RandomBytes;
use crate::crypto::{Envelope, Head, KeyId};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Partition, Row};

/// The newest authenticated head of each tenant in use: some 100 bytes for each. Only heads that
/// this vault sealed get here, so there are never more than the vault has tenants. The directory of
/// the key slots is the head of the vault's own rows.
#[derive(Default)]
pub(super) struct HighWater {
    seen: RwLock<HashMap<Partition, Seen, BuildHasherDefault<RandomBytes>>>,
    /// The number of times that all of it was forgotten.
    era: AtomicU64,
    /// The number of writes that may have been committed although they failed.
    doubts: AtomicU64,
}

/// Facts of the newest head of a tenant.
#[derive(Clone, Copy)]
struct Seen {
    mark: Mark,
    active_key: KeyId,
}

/// One authenticated head: its epoch, and the commitment that tells it from another head of the
/// same epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    epoch: u64,
    commitment: [u8; 32],
}

impl Mark {
    pub(super) fn of(row: &Row, head: &Head) -> Result<Self> {
        Self::at(row, head.epoch)
    }

    /// The mark of a head of an epoch, as it is sealed in a row.
    pub(super) fn at(row: &Row, epoch: u64) -> Result<Self> {
        let commitment = *Envelope::parse(&row.info)?.commitment();
        Ok(Self { epoch, commitment })
    }

    /// The head that a row claims to be, to be compared with one that was opened: nothing is read
    /// in it.
    pub(super) fn claimed_by(row: &Row) -> Result<Self> {
        Self::at(row, row.epoch)
    }

    /// The mark of a head that was seen before this vault was opened.
    pub(super) fn from_parts(epoch: u64, commitment: [u8; 32]) -> Self {
        Self { epoch, commitment }
    }

    pub(super) fn parts(self) -> (u64, [u8; 32]) {
        (self.epoch, self.commitment)
    }

    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }
}

impl HighWater {
    /// The newest head seen so far. Ask before a view of the store begins: what was seen by then,
    /// the view must have.
    pub(super) fn of(&self, tenant: Partition) -> Option<Mark> {
        self.get(tenant).map(|seen| seen.mark)
    }

    /// The data key that sealed last, as the newest head says.
    pub(super) fn active_key(&self, tenant: Partition) -> Option<KeyId> {
        self.get(tenant).map(|seen| seen.active_key)
    }

    fn get(&self, tenant: Partition) -> Option<Seen> {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        seen.get(&tenant).copied()
    }

    /// Returns true if a head is older than the one that was `seen` before it was read, or if it is
    /// another one of the same epoch as one that was seen.
    pub(super) fn is_older(&self, tenant: Partition, mark: Mark, seen: Option<Mark>) -> bool {
        let is_fork = |known: Mark| known.epoch == mark.epoch && known != mark;
        seen.is_some_and(|seen| seen.epoch > mark.epoch || is_fork(seen))
            || self.of(tenant).is_some_and(is_fork)
    }

    /// Notes a head that was committed.
    pub(super) fn note(&self, tenant: Partition, mark: Mark, active_key: KeyId) {
        // Nearly always it is known, and readers need not wait for each other.
        if self
            .of(tenant)
            .is_some_and(|known| known.epoch >= mark.epoch)
        {
            return;
        }
        let mut all = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        let now = Seen { mark, active_key };
        let known = all.entry(tenant).or_insert(now);
        if known.mark.epoch < mark.epoch {
            *known = now;
        }
    }

    /// The tenants whose heads were seen.
    pub(super) fn tenants(&self) -> Vec<Partition> {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        let tenants = seen.keys().filter(|known| **known != Partition::VAULT);
        tenants.copied().collect()
    }

    /// Returns what was seen so far, for a copy of the store.
    pub(super) fn copy(&self) -> Self {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        Self {
            seen: RwLock::new(seen.clone()),
            ..Self::default()
        }
    }

    /// A number that changes when what was seen no longer counts.
    pub(super) fn era(&self) -> u64 {
        self.era.load(Ordering::SeqCst)
    }

    /// A number that changes when there may be a newer head that was not noted.
    pub(super) fn doubts(&self) -> u64 {
        self.doubts.load(Ordering::SeqCst)
    }

    /// Notes a write that may have been committed.
    pub(super) fn doubt(&self) {
        self.doubts.fetch_add(1, Ordering::SeqCst);
    }

    /// Forgets all of it.
    pub(super) fn clear(&self) {
        self.era.fetch_add(1, Ordering::SeqCst);
        self.seen
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

/// The error for rows that are older than others that were seen. Gives no detail of those, and says
/// what to do.
pub(super) fn rolled_back() -> Error {
    Error::new(
        ErrorKind::Tampered,
        "stored rows are older than those that this process has seen: somebody put back an older \
         copy; verify tells more, and after a restored backup or a failover that lost writes call \
         accept_rollback",
    )
}
