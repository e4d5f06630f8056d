//! The list of a scope, as it is held.

use std::sync::Arc;

use super::charge::Charge;
use super::last_use::LastUse;
use crate::record::SecretInfo;

/// All secrets of a scope without their values, of one head.
pub(in crate::vault) struct Listing {
    /// In the order of keys, which is that of the rows in a store.
    rows: Vec<ListedRow>,
    /// The generation of data keys before which everything was erased, as the head says.
    pub(in crate::vault) erased_before: u32,
    pub(super) used: LastUse,
    pub(super) charge: Charge,
}

/// The row of a secret.
#[derive(Clone)]
pub(in crate::vault) struct ListedRow {
    pub(in crate::vault) key: [u8; 32],
    /// `None` for a deleted secret.
    pub(in crate::vault) info: Option<Arc<SecretInfo>>,
    /// Bytes that it takes in memory, at most.
    pub(in crate::vault) bytes: usize,
}

impl Listing {
    pub(super) fn new(
        rows: Vec<ListedRow>,
        erased_before: u32,
        used: LastUse,
        charge: Charge,
    ) -> Self {
        Self {
            rows,
            erased_before,
            used,
            charge,
        }
    }

    /// The number of rows, those of deleted secrets included.
    pub(in crate::vault) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The secret of a row, by its number.
    pub(in crate::vault) fn get(&self, at: usize) -> Option<&Arc<SecretInfo>> {
        self.rows.get(at).and_then(|row| row.info.as_ref())
    }

    /// The number of the first row behind a key.
    pub(in crate::vault) fn first_after(&self, key: &[u8; 32]) -> usize {
        self.rows.partition_point(|row| row.key <= *key)
    }

    /// The rows with those that were written since in their places.
    pub(in crate::vault) fn with(&self, changed: Vec<ListedRow>) -> Vec<ListedRow> {
        let mut rows = self.rows.clone();
        for row in changed {
            match rows.binary_search_by_key(&row.key, |known| known.key) {
                Ok(at) => {
                    if let Some(known) = rows.get_mut(at) {
                        *known = row;
                    }
                }
                Err(at) => rows.insert(at, row),
            }
        }
        rows
    }
}
