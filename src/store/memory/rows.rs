//! Rows in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use crate::store::{Kind, Row, RowKey};

/// All rows, by key and by tenant.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) by_key: BTreeMap<RowKey, Row>,
    /// The rows of each tenant in the order of epochs.
    by_tenant: BTreeSet<([u8; 16], Kind, u64, [u8; 32])>,
    /// The number of writes.
    pub(super) commits: u64,
}

impl Rows {
    /// Puts or deletes a row.
    pub(super) fn set(&mut self, key: RowKey, row: Option<Row>) {
        let place = |row: &Row| (row.tenant, row.key.kind, row.epoch, row.key.key);
        if let Some(row) = &row {
            self.by_tenant.insert(place(row));
        }
        let before = match row {
            Some(row) => self.by_key.insert(key, row),
            None => self.by_key.remove(&key),
        };
        if let Some(before) = before.filter(|before| {
            self.by_key
                .get(&key)
                .is_none_or(|now| place(now) != place(before))
        }) {
            self.by_tenant.remove(&place(&before));
        }
    }

    /// The rows of a tenant in the order of epochs, behind a place.
    pub(super) fn of_tenant(
        &self,
        tenant: [u8; 16],
        kind: Kind,
        epoch: u64,
        key: Option<[u8; 32]>,
    ) -> impl Iterator<Item = &Row> {
        // Behind all keys of the epoch, if no key is given.
        let first = (tenant, kind, epoch, key.unwrap_or([u8::MAX; 32]));
        let last = (tenant, kind, u64::MAX, [u8::MAX; 32]);
        let places = self
            .by_tenant
            .range((Bound::Excluded(first), Bound::Unbounded));
        let places = places.take_while(move |place| **place <= last);
        places.filter_map(|(_, kind, _, key)| {
            self.by_key.get(&RowKey {
                kind: *kind,
                key: *key,
            })
        })
    }
}
