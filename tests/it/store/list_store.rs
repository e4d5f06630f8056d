//! A store that is a list of rows.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use keyslot::store::{
    Cursor, HeadRead, Moment, Page, Partition, Purge, ReadTx, ReadWork, Row, RowKey, Scan,
    SecretStore, SelfCheck, WriteTx, WriteWork,
};
use keyslot::{Error, ErrorKind, Result};

/// A store as somebody else would write it: a list of rows, exchanged whole.
#[derive(Debug, Default)]
pub(super) struct ListStore {
    rows: Mutex<Arc<Vec<(Partition, Row)>>>,
    writer: Mutex<()>,
}

impl ListStore {
    fn rows(&self) -> Arc<Vec<(Partition, Row)>> {
        Arc::clone(&self.rows.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The rows of a partition.
    fn begin(&self, partition: Partition) -> ListTx {
        let rows = self.rows();
        let own = rows.iter().filter(|(its, _)| *its == partition);
        ListTx(own.map(|(_, row)| row.clone()).collect())
    }
}

impl SecretStore for ListStore {
    fn get(&self, partition: Partition, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.begin(partition).get(keys)
    }

    fn scan(&self, partition: Partition, scan: &Scan) -> Result<Page> {
        self.begin(partition).scan(scan)
    }

    fn read(&self, partition: Partition, work: &mut ReadWork<'_>) -> Result<()> {
        work(&mut self.begin(partition))
    }

    fn write(
        &self,
        partition: Partition,
        first: &[RowKey],
        work: &mut WriteWork<'_>,
    ) -> Result<()> {
        let start = std::time::Instant::now();
        let _writer = loop {
            match self.writer.try_lock() {
                Ok(writer) => break writer,
                Err(std::sync::TryLockError::Poisoned(poisoned)) => break poisoned.into_inner(),
                Err(_) if start.elapsed().as_millis() > 300 => {
                    return Err(Error::new(ErrorKind::Busy, "try again"));
                }
                Err(_) => std::thread::yield_now(),
            }
        };
        let mut tx = self.begin(partition);
        work(tx.get(first)?, &mut tx)?;
        let mut rows = self.rows().to_vec();
        rows.retain(|(its, _)| *its != partition);
        rows.extend(tx.0.into_iter().map(|row| (partition, row)));
        *self.rows.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(rows);
        Ok(())
    }

    /// It cannot tell whether anything was committed.
    fn head(&self, partition: Partition, head: &RowKey, _: Option<Moment>) -> Result<HeadRead> {
        Ok(HeadRead::Read {
            row: self.begin(partition).get(&[*head])?.remove(0),
            moment: None,
        })
    }

    fn partitions(&self, after: Option<Partition>, limit: NonZeroU32) -> Result<Vec<Partition>> {
        let rows = self.rows();
        let mut found: Vec<Partition> = rows.iter().map(|(partition, _)| *partition).collect();
        found.retain(|partition| Some(*partition) > after);
        found.sort();
        found.dedup();
        found.truncate(limit.get() as usize);
        Ok(found)
    }

    fn purge(&self) -> Result<Purge> {
        Ok(Purge::Done)
    }

    fn self_check(&self) -> Result<SelfCheck> {
        Ok(SelfCheck::Sound)
    }
}

/// The rows of a partition as one read or write sees them.
pub(super) struct ListTx(pub(super) Vec<Row>);

impl ReadTx for ListTx {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        Ok(keys
            .iter()
            .map(|key| self.0.iter().find(|row| row.key == *key).cloned())
            .collect())
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        let (from, size) = (scan.from, scan.size);
        let mut rows: Vec<Row> = self.0.clone();
        rows.retain(|row| {
            row.key.kind == scan.kind
                && scan.scope.is_none_or(|scope| row.key.scope() == scope)
                && match from {
                    Cursor::Key(after) => Some(row.key.key) > after,
                    Cursor::Epoch(epoch, after) => {
                        row.epoch > epoch
                            || (row.epoch == epoch
                                && after.is_some_and(|after| row.key.key > after))
                    }
                }
        });
        let by_epoch = matches!(from, Cursor::Epoch(..));
        rows.sort_by_key(|row| (if by_epoch { row.epoch } else { 0 }, row.key));
        if !scan.bodies {
            for row in &mut rows {
                row.body.clear();
            }
        }
        // Unlike our own stores this one knows when a full page is the last one.
        let mut bytes = 0;
        let fits = |row: &&Row| {
            bytes += row.size();
            bytes <= size.bytes
        };
        let count = rows
            .iter()
            .take(size.rows.get() as usize)
            .take_while(fits)
            .count()
            .max(1);
        let more = rows.len() > count;
        rows.truncate(count);
        let next = rows.last().filter(|_| more).map(|row| {
            if by_epoch {
                Cursor::Epoch(row.epoch, Some(row.key.key))
            } else {
                Cursor::Key(Some(row.key.key))
            }
        });
        Ok(Page { rows, next })
    }
}

impl WriteTx for ListTx {
    fn put(&mut self, row: &Row) -> Result<()> {
        row.check()?;
        self.delete(&row.key)?;
        self.0.push(row.clone());
        Ok(())
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        self.0.retain(|row| row.key != *key);
        Ok(())
    }
}
