//! The data keys of rows, which are read when they are met for the first time.

use std::borrow::Cow;
use std::sync::Arc;

use smallvec::SmallVec;

use super::core::Core;
use super::keyring::data_key_row;
use super::rows::corrupt;
use super::tenant_key::TenantKey;
use crate::crypto::{DataKeyRecord, KeyId};
use crate::error::Result;
use crate::store::{Partition, Row, RowKey};

/// The data keys of some rows of a tenant, nearly always one. A key that cannot be had is kept as
/// its error, so that rows which name keys of nobody cost no read each.
pub(super) struct DataKeys {
    tenant: Partition,
    keys: SmallVec<[(KeyId, Result<Arc<TenantKey>>); 1]>,
}

impl DataKeys {
    /// No keys yet, for rows of a tenant.
    pub(super) fn none(tenant: Partition) -> Self {
        Self {
            tenant,
            keys: SmallVec::new(),
        }
    }

    fn get(&self, id: KeyId) -> Option<&Result<Arc<TenantKey>>> {
        let known = self.keys.iter().find(|(known, _)| *known == id);
        known.map(|(_, key)| key)
    }
}

impl Core {
    /// The data keys of these names. Those that are not known yet are read with one `get`.
    pub(super) fn data_keys(
        &self,
        tenant: Partition,
        ids: impl Iterator<Item = KeyId>,
    ) -> Result<DataKeys> {
        let mut unknown = Vec::new();
        let mut keys = DataKeys::none(tenant);
        for id in ids {
            if keys.get(id).is_none() {
                match self.keys.known(id) {
                    Some(key) => keys.keys.push((id, Ok(key))),
                    None => unknown.push(id),
                }
            }
        }
        if unknown.is_empty() {
            return Ok(keys);
        }
        unknown.sort_unstable_by_key(|id| id.0);
        unknown.dedup();
        let rows: Vec<RowKey> = unknown.iter().copied().map(data_key_row).collect();
        let rows = self.get(tenant, &rows)?;
        // A damaged key leaves its secrets unreadable, each with its own error.
        let opened = rows.iter().map(|row| self.open_found(row.as_ref()));
        keys.keys.extend(unknown.into_iter().zip(opened));
        Ok(keys)
    }

    /// The data key of a name, if it is among those that were read for the rows; else as
    /// [`key_for`](Core::key_for) finds it.
    pub(super) fn key_among<'k>(
        &self,
        keys: &'k DataKeys,
        id: KeyId,
    ) -> Result<Cow<'k, Arc<TenantKey>>> {
        match keys.get(id) {
            Some(Ok(key)) => Ok(Cow::Borrowed(key)),
            Some(Err(error)) => Err(error.clone()),
            None => self.key_for(keys.tenant, id).map(Cow::Owned),
        }
    }

    /// The data key of a name.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](crate::ErrorKind::Corrupt) when it is missing or does not open, or why the store
    /// cannot be read.
    pub(super) fn key_for(&self, tenant: Partition, id: KeyId) -> Result<Arc<TenantKey>> {
        if let Some(key) = self.keys.known(id) {
            return Ok(key);
        }
        self.open_found(self.get_one(tenant, data_key_row(id))?.as_ref())
    }

    /// Name and record of a data key, from its row among those of a tenant; `None` if it cannot be
    /// read or is another tenant's, whose row opens here as well.
    pub(super) fn data_key_record(
        &self,
        tenant: Partition,
        row: &Row,
    ) -> Option<(KeyId, DataKeyRecord)> {
        let id = KeyId::from_row_key(&row.key.key).ok()?;
        let about = self.keys.open_data_key_record(row).ok()?;
        let is_own = self.keys.sub().tenant_tag(&about.tenant) == tenant.0;
        is_own.then_some((id, about))
    }

    /// Opens the row of a data key that was looked for, and keeps the key.
    pub(super) fn open_found(&self, row: Option<&Row>) -> Result<Arc<TenantKey>> {
        let row = row.ok_or_else(|| corrupt("the data key of this secret is missing"))?;
        let key = self.keys.open_data_key(row);
        Ok(self.keys.learn(key.map_err(|error| self.explained(error))?))
    }
}
