//! The data keys of a tenant, as they are stored.

use std::collections::{HashMap, HashSet};

use crate::crypto::{DataKeyState, Head, KeyId};
use crate::store::{Kind, Partition, Row};
use crate::vault::core::Core;
use crate::vault::key_uses::keys_of;
use crate::vault::tenant_key::TenantKey;

/// The data keys of a tenant that are stored now: one that is only remembered is lost with the
/// process.
#[derive(Default)]
pub(in crate::vault) struct StoredKeys {
    keys: HashMap<KeyId, TenantKey>,
    /// Those that may seal.
    active: HashSet<KeyId>,
    /// Those that an erasure destroyed.
    destroyed: HashSet<KeyId>,
    /// The generation of the first data key after the last erasure; 0 without one.
    erased_before: u32,
    /// The lowest generation of those that open.
    first: Option<u32>,
}

impl StoredKeys {
    /// No keys yet, of a tenant with this head.
    pub(in crate::vault) fn of(head: Option<&Head>) -> Self {
        Self {
            erased_before: head.map_or(0, |head| head.erased_before),
            ..Self::default()
        }
    }

    /// Takes note of the row of a data key. Returns false if it is not as it should be.
    pub(in crate::vault) fn take(&mut self, core: &Core, tenant: Partition, row: &Row) -> bool {
        self.try_take(core, tenant, row).is_some()
    }

    fn try_take(&mut self, core: &Core, tenant: Partition, row: &Row) -> Option<()> {
        let (id, about) = core.data_key_record(tenant, row)?;
        if about.state == DataKeyState::Destroyed {
            if about.generation < self.erased_before {
                self.destroyed.insert(id);
            }
            return row.body.is_empty().then_some(());
        }
        let key = core.keys.open_data_key(row).ok()?;
        if key.state() == DataKeyState::Active {
            self.active.insert(key.id());
        }
        let first = self
            .first
            .map_or(about.generation, |first| first.min(about.generation));
        self.first = Some(first);
        self.keys.insert(key.id(), key);
        Some(())
    }

    pub(in crate::vault) fn get(&self, id: KeyId) -> Option<&TenantKey> {
        self.keys.get(&id)
    }

    /// Returns true if a key may seal.
    pub(in crate::vault) fn is_active(&self, id: KeyId) -> bool {
        self.active.contains(&id)
    }

    /// Returns true if the row of a key is of before the head.
    pub(in crate::vault) fn are_stale(&self) -> bool {
        self.active.len() > 1 || self.first.is_some_and(|first| first < self.erased_before)
    }

    /// Returns true if an erasure destroyed one.
    pub(in crate::vault) fn were_erased(&self) -> bool {
        !self.destroyed.is_empty()
    }

    /// Returns true if a row is sealed with a key that an erasure destroyed.
    pub(in crate::vault) fn is_erased(&self, row: &Row) -> bool {
        let [info, value] = keys_of(row);
        let key = if row.key.kind == Kind::Secret {
            info
        } else {
            value
        };
        key.is_some_and(|key| self.destroyed.contains(&key))
    }
}
