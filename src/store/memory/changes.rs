//! The changes of a write.

use std::collections::BTreeMap;

use super::rows::Rows;
use super::select::{page, range, wanted};
use crate::error::Result;
use crate::store::{Page, ReadTx, Row, RowKey, Scan, WriteTx};

/// The changes of a write before its commit, which nobody else sees.
pub(super) struct Changes<'a> {
    pub(super) rows: &'a Rows,
    pub(super) changed: BTreeMap<RowKey, Option<Row>>,
}

impl ReadTx for Changes<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        let now = |key| match self.changed.get(key) {
            Some(changed) => changed.clone(),
            None => self.rows.by_key.get(key).cloned(),
        };
        Ok(keys.iter().map(now).collect())
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        if self.changed.is_empty() {
            return self.rows.scan(scan);
        }
        let range = range(scan);
        let kept = self
            .rows
            .by_key
            .range(range.clone())
            .filter(|(key, _)| !self.changed.contains_key(key))
            .map(|(_, row)| row);
        let put = self
            .changed
            .range(range)
            .filter_map(|(_, row)| row.as_ref());
        let mut found: Vec<&Row> = kept.chain(put).filter(|row| wanted(row, scan)).collect();
        found.sort_unstable_by_key(|row| row.key);
        page(found.into_iter(), scan)
    }
}

impl WriteTx for Changes<'_> {
    fn put(&mut self, row: &Row) -> Result<()> {
        row.check()?;
        self.changed.insert(row.key, Some(row.clone()));
        Ok(())
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        self.changed.insert(*key, None);
        Ok(())
    }
}
