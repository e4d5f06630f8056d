//! The contents of a store, read and exchanged whole.

use std::num::NonZeroU32;

use keyslot::Result;
use keyslot::store::{
    Cursor, Kind, MemoryStore, PageSize, Partition, ReadTx, Row, RowKey, Scan, SecretStore,
    WriteTx, WriteWork,
};

use super::list_store::ListTx;

/// All rows of a partition of these kinds.
pub(super) fn rows(store: &MemoryStore, partition: Partition, kinds: &[Kind]) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for kind in kinds {
        let scan = Scan {
            kind: *kind,
            scope: None,
            from: Cursor::START,
            size: PageSize::MAX,
            bodies: true,
        };
        rows.extend(store.scan(partition, &scan)?.rows);
    }
    Ok(rows)
}

/// All rows of all partitions.
pub(super) fn everything(store: &MemoryStore) -> Result<Vec<(Partition, Vec<Row>)>> {
    let partitions = store.partitions(None, NonZeroU32::MAX)?;
    let all = partitions.into_iter();
    all.map(|partition| Ok((partition, rows(store, partition, &Kind::ALL)?)))
        .collect()
}

/// Puts rows in place of those of a partition.
pub(super) fn replace(store: &MemoryStore, partition: Partition, new: &[Row]) -> Result<()> {
    let now = rows(store, partition, &Kind::ALL)?;
    store.write(partition, &[], &mut |_, tx| {
        now.iter().try_for_each(|row| tx.delete(&row.key))?;
        new.iter().try_for_each(|row| tx.put(row))
    })
}

/// Runs `work` on a copy of the rows of a partition, and puts the copy in place of what is there
/// then.
pub(super) fn exchange(
    store: &MemoryStore,
    partition: Partition,
    first: &[RowKey],
    work: &mut WriteWork<'_>,
) -> Result<()> {
    let mut tx = ListTx(rows(store, partition, &Kind::ALL)?);
    work(tx.get(first)?, &mut tx)?;
    std::thread::yield_now();
    replace(store, partition, &tx.0)
}

/// A transaction in name only: each operation counts at once.
pub(super) struct Unlocked<'a>(pub(super) &'a MemoryStore, pub(super) Partition);

impl ReadTx for Unlocked<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.0.get(self.1, keys)
    }

    fn scan(&mut self, scan: &Scan) -> Result<keyslot::store::Page> {
        self.0.scan(self.1, scan)
    }
}

impl WriteTx for Unlocked<'_> {
    fn put(&mut self, row: &Row) -> Result<()> {
        self.0.write(self.1, &[], &mut |_, tx| tx.put(row))
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        self.0.write(self.1, &[], &mut |_, tx| tx.delete(key))
    }
}
