//! Counts of the rows that are sealed with data keys.

use std::collections::HashMap;

use super::walk::Walk;
use crate::crypto::{Envelope, KeyId, SealedInfo};
use crate::error::Result;
use crate::store::{Kind, ReadTx, Row};

/// Counts of the rows of a tenant that name data keys. A row is counted for each key that its info
/// or its value names. Nothing is opened, so a name may be anybody's.
pub(super) struct KeyUses(HashMap<KeyId, u64>);

impl KeyUses {
    /// Counts for these keys, and no others: who can write the store must not fill the memory with
    /// names.
    pub(super) fn of(keys: impl IntoIterator<Item = KeyId>) -> Self {
        Self(keys.into_iter().map(|key| (key, 0)).collect())
    }

    /// The number of rows that name a key.
    pub(super) fn get(&self, key: KeyId) -> u64 {
        self.0.get(&key).copied().unwrap_or_default()
    }

    /// Counts the rows that were written after an epoch; after 0 all of them.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub(super) fn count<T: ReadTx + ?Sized>(&mut self, tx: &mut T, after: u64) -> Result<()> {
        for kind in [Kind::Secret, Kind::Version] {
            let mut walk = if after == 0 {
                Walk::of_all(kind, true)
            } else {
                Walk::of_all_since(kind, after, true)
            };
            while let Some(rows) = walk.step_in(tx)?.page()? {
                for row in &rows {
                    self.add(row);
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, row: &Row) {
        let [info, value] = keys_of(row);
        for key in [info, value.filter(|_| value != info)]
            .into_iter()
            .flatten()
        {
            if let Some(count) = self.0.get_mut(&key) {
                *count += 1;
            }
        }
    }
}

/// Names of the data keys that info and value of a row say they are sealed with.
pub(super) fn keys_of(row: &Row) -> [Option<KeyId>; 2] {
    let info = SealedInfo::parse(&row.info).ok();
    let value = Envelope::parse(&row.body).ok();
    [
        info.map(|info| info.key_id()),
        value.map(|value| value.key_id()),
    ]
}
