//! Rows of one partition in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::select::{copier, page, range, wanted};
use crate::error::Result;
use crate::store::{Cursor, Kind, Page, ReadTx, Row, RowKey, Scan};

/// The rows of a partition, by key and in the order of epochs.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    pub(super) by_key: BTreeMap<RowKey, Row>,
    by_epoch: BTreeSet<(Kind, u64, [u8; 32])>,
}

impl Rows {
    pub(super) fn get(&self, keys: &[RowKey]) -> Vec<Option<Row>> {
        keys.iter()
            .map(|key| self.by_key.get(key).cloned())
            .collect()
    }

    pub(super) fn scan(&self, scan: &Scan) -> Result<Page> {
        if let (None, Cursor::Epoch(epoch, key)) = (scan.scope, scan.from) {
            let rows = self.since(scan.kind, epoch, key);
            return Page::collect(rows.map(copier(scan.bodies)), scan.from, scan.size);
        }
        let rows = self.by_key.range(range(scan)).map(|(_, row)| row);
        page(rows.filter(|row| wanted(row, scan)), scan)
    }

    /// Puts or deletes a row.
    pub(super) fn set(&mut self, key: RowKey, row: Option<Row>) {
        let place = |row: &Row| (row.key.kind, row.epoch, row.key.key);
        let now = row.as_ref().map(place);
        let before = match row {
            Some(row) => self.by_key.insert(key, row),
            None => self.by_key.remove(&key),
        };
        if let Some(before) = before {
            self.by_epoch.remove(&place(&before));
        }
        self.by_epoch.extend(now);
    }

    /// The rows of a kind in the order of epochs, behind a place.
    fn since(&self, kind: Kind, epoch: u64, key: Option<[u8; 32]>) -> impl Iterator<Item = &Row> {
        // Behind all keys of the epoch, if no key is given.
        let first = (kind, epoch, key.unwrap_or([u8::MAX; 32]));
        let last = (kind, u64::MAX, [u8::MAX; 32]);
        let places = self
            .by_epoch
            .range((Bound::Excluded(first), Bound::Unbounded));
        let places = places.take_while(move |place| **place <= last);
        places.filter_map(|&(kind, _, key)| self.by_key.get(&RowKey { kind, key }))
    }
}

/// A partition as it was at some moment: writers change a copy of it.
impl ReadTx for &Rows {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        Ok(Rows::get(self, keys))
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        Rows::scan(self, scan)
    }
}
