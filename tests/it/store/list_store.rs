//! A store that is a list of rows.

use std::sync::{Arc, Mutex, PoisonError};

use keyslot::store::{
    Cursor, HeadRead, Kind, Moment, Page, PageSize, Purge, Row, RowKey, SecretStore, SelfCheck,
    Tag, WriteTx,
};
use keyslot::{Error, ErrorKind, Result};

/// A store as somebody else would write it: a list of rows, exchanged whole.
#[derive(Debug, Default)]
pub(super) struct ListStore {
    rows: Mutex<Arc<Vec<Row>>>,
    writer: Mutex<()>,
}

impl ListStore {
    fn rows(&self) -> Arc<Vec<Row>> {
        Arc::clone(&self.rows.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl SecretStore for ListStore {
    fn get(&self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        ListTx(self.rows().to_vec()).get(keys)
    }

    fn scan(
        &self,
        kind: Kind,
        tag: Tag,
        from: Cursor,
        size: PageSize,
        bodies: bool,
    ) -> Result<Page> {
        ListTx(self.rows().to_vec()).scan(kind, tag, from, size, bodies)
    }

    fn write(
        &self,
        _lock: &RowKey,
        work: &mut dyn FnMut(&mut dyn WriteTx) -> Result<()>,
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
        let mut tx = ListTx(self.rows().to_vec());
        work(&mut tx)?;
        *self.rows.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(tx.0);
        Ok(())
    }

    /// It cannot tell whether anything was committed.
    fn head(&self, tenant: &RowKey, _known: Option<Moment>) -> Result<HeadRead> {
        Ok(HeadRead::Read {
            row: self.rows().iter().find(|row| row.key == *tenant).cloned(),
            moment: None,
        })
    }

    fn purge(&self) -> Result<Purge> {
        Ok(Purge::Done)
    }

    fn self_check(&self) -> Result<SelfCheck> {
        Ok(SelfCheck::Sound)
    }
}

/// The rows as a write sees them.
pub(super) struct ListTx(pub(super) Vec<Row>);

impl WriteTx for ListTx {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        Ok(keys
            .iter()
            .map(|key| self.0.iter().find(|row| row.key == *key).cloned())
            .collect())
    }

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

    fn scan(
        &mut self,
        kind: Kind,
        tag: Tag,
        from: Cursor,
        size: PageSize,
        bodies: bool,
    ) -> Result<Page> {
        let mut rows: Vec<Row> = self.0.clone();
        rows.retain(|row| {
            row.key.kind == kind
                && match tag {
                    Tag::Any => true,
                    Tag::Scope(scope) => row.key.scope() == scope,
                    Tag::Tenant(tenant) => row.tenant == tenant,
                }
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
        if !bodies {
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
