//! The changes of a write.

use std::collections::BTreeMap;

use super::memory_store::MemoryStore;
use super::select::{page, range, wanted};
use crate::error::Result;
use crate::store::{Cursor, Kind, Page, PageSize, Row, RowKey, SecretStore, Tag, WriteTx};

/// The changes of a write before its commit, which nobody else sees.
pub(super) struct Changes<'a> {
    pub(super) store: &'a MemoryStore,
    pub(super) changed: BTreeMap<RowKey, Option<Row>>,
}

impl WriteTx for Changes<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        let rows = &self.store.rows().by_key;
        Ok(keys
            .iter()
            .map(|key| {
                self.changed
                    .get(key)
                    .cloned()
                    .unwrap_or_else(|| rows.get(key).cloned())
            })
            .collect())
    }

    fn put(&mut self, row: &Row) -> Result<()> {
        row.check()?;
        self.changed.insert(row.key, Some(row.clone()));
        Ok(())
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        self.changed.insert(*key, None);
        Ok(())
    }

    fn scan(
        &mut self,
        kind: Kind,
        tag: Tag,
        from: Cursor,
        size: PageSize,
        bodies: bool,
    ) -> Result<Page> {
        if self.changed.is_empty() {
            return self.store.scan(kind, tag, from, size, bodies);
        }
        let rows = &self.store.rows().by_key;
        let range = range(kind, tag, from);
        let kept = rows
            .range(range.clone())
            .filter(|(key, _)| !self.changed.contains_key(key))
            .map(|(_, row)| row);
        let put = self
            .changed
            .range(range)
            .filter_map(|(_, row)| row.as_ref());
        let mut found: Vec<&Row> = kept
            .chain(put)
            .filter(|row| wanted(row, tag, from))
            .collect();
        found.sort_unstable_by_key(|row| row.key);
        page(found.into_iter(), from, size, bodies)
    }
}
