//! The account of a tenant during a write.

use std::sync::Arc;

use crate::crypto::{Head, Timestamp};
use crate::error::Result;
use crate::store::Row;
use crate::vault::core::Core;
use crate::vault::hashed_scope::HashedScope;
use crate::vault::high_water::Mark;
use crate::vault::numbers::{exhausted, next_epoch};
use crate::vault::rows::corrupt;
use crate::vault::stored::Stored;
use crate::vault::tenant_key::TenantKey;

/// The head of a tenant, and the key to seal with.
pub(super) struct Account {
    pub(super) head: Head,
    pub(super) key: Arc<TenantKey>,
    /// The row of the key, of a tenant that is not stored yet.
    pub(super) first_key: Option<Row>,
    /// True if the key was made by this write.
    pub(super) is_new_key: bool,
}

/// Facts that hold once a write is committed.
pub(super) struct Written {
    pub(super) mark: Mark,
    /// The data key that seals now.
    pub(super) key: Arc<TenantKey>,
    /// True if the key was made by this write.
    pub(super) is_new: bool,
}

impl Account {
    /// The account of a tenant that is stored, with the row of its data key. It is read for each
    /// write: a value that is sealed with a key that is stored no more could be read by nobody
    /// else.
    pub(super) fn stored(core: &Core, head: Head, row: Option<Row>) -> Result<Self> {
        let row = row.ok_or_else(|| corrupt("the data key of a tenant is missing"))?;
        Ok(Self {
            key: core.keys.active_key(head.active_key, &row)?,
            head,
            first_key: None,
            is_new_key: false,
        })
    }

    /// The account of a tenant that is not stored yet. Nobody knows its key until it is committed.
    pub(super) fn first(core: &Core, scope: &HashedScope, now: Timestamp) -> Result<Self> {
        let tenant = scope.scope.tenant();
        let (key, row) = core.keys.new_data_key(tenant, 1, now, 1)?;
        Ok(Self {
            head: Head::first(tenant, key.id()),
            key: Arc::new(key),
            first_key: Some(row),
            is_new_key: true,
        })
    }

    /// Begins the next epoch.
    pub(super) fn next_epoch(&mut self) -> Result<()> {
        self.head.epoch = next_epoch(self.head.epoch)?;
        Ok(())
    }

    /// Takes a record out of the account.
    pub(super) fn withdraw(
        &mut self,
        core: &Core,
        stored: &Stored,
        commitment: &[u8; 32],
    ) -> Result<()> {
        let count = self.count(stored);
        *count = count
            .checked_sub(1)
            .ok_or_else(|| corrupt("a tenant's head counts fewer secrets than there are"))?;
        self.toggle(core, stored, commitment);
        Ok(())
    }

    /// Enters a record into the account.
    pub(super) fn enter(
        &mut self,
        core: &Core,
        stored: &Stored,
        commitment: &[u8; 32],
    ) -> Result<()> {
        let count = self.count(stored);
        *count = count.checked_add(1).ok_or_else(exhausted)?;
        self.toggle(core, stored, commitment);
        Ok(())
    }

    fn toggle(&mut self, core: &Core, stored: &Stored, commitment: &[u8; 32]) {
        let (record, revision) = (stored.info.record, stored.info.revision);
        let sub = core.keys.sub();
        self.head
            .toggle(&sub.accumulator_entry(record, revision, commitment));
    }

    fn count(&mut self, stored: &Stored) -> &mut u64 {
        if stored.info.state.is_live() {
            &mut self.head.live
        } else {
            &mut self.head.tombstones
        }
    }
}
