//! The data keys of rows, which are read when they are met for the first time.

use std::sync::Arc;

use smallvec::SmallVec;

use super::core::Core;
use super::keyring::data_key_row;
use super::rows::corrupt;
use super::tenant_key::TenantKey;
use crate::crypto::KeyId;
use crate::error::Result;
use crate::store::RowKey;

/// The data keys of some rows, nearly always one.
#[derive(Default)]
pub(super) struct DataKeys(SmallVec<[Arc<TenantKey>; 1]>);

impl DataKeys {
    fn get(&self, id: KeyId) -> Option<&Arc<TenantKey>> {
        self.0.iter().find(|key| key.id() == id)
    }
}

impl Core {
    /// The data keys of these names. Those that are not known yet are read with one `get`.
    pub(super) fn data_keys(&self, ids: impl Iterator<Item = KeyId>) -> Result<DataKeys> {
        let (mut keys, mut unknown) = (DataKeys::default(), Vec::new());
        for id in ids {
            if keys.get(id).is_none() {
                match self.keys.known(id) {
                    Some(key) => keys.0.push(key),
                    None => unknown.push(id),
                }
            }
        }
        if unknown.is_empty() {
            return Ok(keys);
        }
        unknown.sort_unstable_by_key(|id| id.0);
        unknown.dedup();
        let rows: Vec<RowKey> = unknown.into_iter().map(data_key_row).collect();
        for row in self.get(&rows)?.iter().flatten() {
            // A damaged key leaves its secrets unreadable, each with its own error.
            if let Ok(key) = self.keys.open_data_key(row) {
                keys.0.push(self.keys.learn(key));
            }
        }
        Ok(keys)
    }

    /// The data key of a name, if it is among those that were read for the rows; else as
    /// [`key_for`](Core::key_for) finds it.
    pub(super) fn key_among(&self, keys: &DataKeys, id: KeyId) -> Result<Arc<TenantKey>> {
        match keys.get(id) {
            Some(key) => Ok(Arc::clone(key)),
            None => self.key_for(id),
        }
    }

    /// The data key of a name.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](crate::ErrorKind::Corrupt) when it is missing or does not open, or why the store
    /// cannot be read.
    pub(super) fn key_for(&self, id: KeyId) -> Result<Arc<TenantKey>> {
        if let Some(key) = self.keys.known(id) {
            return Ok(key);
        }
        let row = self.get_one(data_key_row(id))?;
        let row = row.ok_or_else(|| corrupt("the data key of this secret is missing"))?;
        Ok(self.keys.learn(self.keys.open_data_key(&row)?))
    }
}
