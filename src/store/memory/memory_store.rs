//! The store in memory.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use super::changes::Changes;
use super::rows::Rows;
use crate::error::Result;
use crate::store::turn::Turn;
use crate::store::{
    HeadRead, Moment, Page, Partition, Purge, ReadWork, Row, RowKey, Scan, SecretStore, SelfCheck,
    WriteWork,
};

/// Longest time that a write waits for the one before it.
const PATIENCE: Duration = Duration::from_secs(5);

/// A store in memory. Clones share the same rows, which are gone with the last clone.
///
/// Reads wait for no `work`: a write collects its changes aside and applies them in one step. A
/// write inside the `work` of another write of the same rows fails as
/// [`Busy`](crate::ErrorKind::Busy), and so does one that waited five seconds. A write to a
/// partition that somebody [reads](SecretStore::read) copies it once.
///
/// A page costs O(log n + rows of the page), for a partition of n rows. The order of epochs within
/// a scope sorts what it finds, and so does a scan in a write that has changed something.
///
/// ```
/// use keyslot::store::{Kind, MemoryStore, Partition, Row, RowKey, SecretStore};
///
/// let store = MemoryStore::new();
/// let (tenant, key) = (Partition([2; 16]), RowKey { kind: Kind::Secret, key: [7; 32] });
/// let row = Row { key, epoch: 1, info: vec![3], body: vec![4] };
/// store.clone().write(tenant, &[], &mut |_, tx| tx.put(&row))?;
/// assert_eq!(store.get(tenant, &[key])?, [Some(row)]);
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Shared>);

#[derive(Default)]
struct Shared {
    tables: RwLock<Tables>,
    turn: Turn,
}

#[derive(Default)]
struct Tables {
    /// The partitions that hold rows. A reader of many rows keeps its own as it was.
    partitions: BTreeMap<Partition, Arc<Rows>>,
    /// The number of writes.
    commits: u64,
}

impl MemoryStore {
    /// Returns an empty store.
    ///
    /// ```
    /// use keyslot::store::{Kind, MemoryStore, Partition, RowKey, SecretStore};
    ///
    /// let key = RowKey { kind: Kind::Secret, key: [7; 32] };
    /// assert_eq!(MemoryStore::new().get(Partition([2; 16]), &[key])?, [None]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Rows are replaced in one step that cannot fail half-way, so a poisoned lock protects whole
    /// rows all the same.
    fn tables(&self) -> RwLockReadGuard<'_, Tables> {
        self.0.tables.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rows of a partition, as they are now and for as long as they are held.
    fn rows(&self, partition: Partition) -> Arc<Rows> {
        let tables = self.tables();
        let rows = tables.partitions.get(&partition);
        rows.cloned().unwrap_or_default()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tables = self.tables();
        let rows = tables.partitions.values().map(|rows| rows.by_key.len());
        f.debug_struct("MemoryStore")
            .field("rows", &rows.sum::<usize>())
            .finish()
    }
}

impl SecretStore for MemoryStore {
    fn get(&self, partition: Partition, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        Ok(match self.tables().partitions.get(&partition) {
            Some(rows) => rows.get(keys),
            None => vec![None; keys.len()],
        })
    }

    fn scan(&self, partition: Partition, scan: &Scan) -> Result<Page> {
        self.rows(partition).scan(scan)
    }

    fn read(&self, partition: Partition, work: &mut ReadWork<'_>) -> Result<()> {
        work(&mut &*self.rows(partition))
    }

    fn write(
        &self,
        partition: Partition,
        first: &[RowKey],
        work: &mut WriteWork<'_>,
    ) -> Result<()> {
        let _taken = self.0.turn.take(PATIENCE)?;
        let rows = self.rows(partition);
        let mut tx = Changes {
            rows: &rows,
            changed: BTreeMap::new(),
        };
        work(rows.get(first), &mut tx)?;
        let changed = tx.changed;
        // Or the rows would be copied before they are changed.
        drop(rows);
        let mut tables = self
            .0
            .tables
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        tables.commits += 1;
        let rows = Arc::make_mut(tables.partitions.entry(partition).or_default());
        for (key, row) in changed {
            rows.set(key, row);
        }
        if rows.by_key.is_empty() {
            tables.partitions.remove(&partition);
        }
        Ok(())
    }

    fn head(&self, partition: Partition, head: &RowKey, known: Option<Moment>) -> Result<HeadRead> {
        let tables = self.tables();
        let now = Moment(tables.commits);
        if known == Some(now) {
            return Ok(HeadRead::Unchanged);
        }
        let rows = tables.partitions.get(&partition);
        Ok(HeadRead::Read {
            row: rows.and_then(|rows| rows.by_key.get(head).cloned()),
            moment: Some(now),
        })
    }

    fn partitions(&self, after: Option<Partition>, limit: NonZeroU32) -> Result<Vec<Partition>> {
        let tables = self.tables();
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let found = tables.partitions.range((from, Bound::Unbounded));
        let most = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        Ok(found.map(|(partition, _)| *partition).take(most).collect())
    }

    fn purge(&self) -> Result<Purge> {
        Ok(Purge::Done)
    }

    fn self_check(&self) -> Result<SelfCheck> {
        Ok(SelfCheck::Sound)
    }
}
