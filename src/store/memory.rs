//! A store in memory: for tests, and for secrets that live as long as the process.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use super::turn::Turn;
use super::{Cursor, Kind, Page, Purge, Row, RowKey, SecretStore, Tag, Token, WriteTx};
use crate::error::Result;

/// How long a write waits for the one before it.
const PATIENCE: Duration = Duration::from_secs(5);

type Rows = BTreeMap<RowKey, Row>;

/// Keeps rows in memory. Clones share the same rows, which are gone with the last clone.
///
/// Reads wait for no `work`: a write collects its changes aside and applies them in one step. A write inside the `work` of
/// another write of the same rows fails as [`Busy`](crate::ErrorKind::Busy), and so does one that waited five seconds.
///
/// A scan costs O(log n + rows passed over) in the order of keys; in the order of epochs it sorts all rows of the kind.
///
/// ```
/// use keyslot::store::{Kind, MemoryStore, Row, RowKey, SecretStore};
///
/// let store = MemoryStore::new();
/// let key = RowKey { kind: Kind::Secret, key: [7; 32] };
/// let row = Row { key, scope: [1; 16], tenant: [2; 16], epoch: 1, info: vec![3], body: vec![4] };
/// store.clone().write(&key, &mut |tx| tx.put(&row))?;
/// assert_eq!(store.get(&[key])?, [Some(row)]);
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Shared>);

#[derive(Default)]
struct Shared {
    rows: RwLock<Rows>,
    turn: Turn,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Rows are replaced in one step that cannot fail half-way, so a poisoned lock protects whole rows all the same.
    fn rows(&self) -> RwLockReadGuard<'_, Rows> {
        self.0.rows.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("rows", &self.rows().len()).finish()
    }
}

impl SecretStore for MemoryStore {
    fn get(&self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        let rows = self.rows();
        Ok(keys.iter().map(|key| rows.get(key).cloned()).collect())
    }

    fn scan(&self, kind: Kind, tag: Tag, from: Cursor, limit: NonZeroU32, bodies: bool) -> Result<Page> {
        let rows = self.rows();
        let found = rows.range(range(kind, from)).map(|(_, row)| row).filter(|row| wanted(row, tag, from));
        Ok(page(found, from, limit, bodies))
    }

    fn write(&self, _lock: &RowKey, work: &mut dyn FnMut(&mut dyn WriteTx) -> Result<()>) -> Result<()> {
        let _taken = self.0.turn.take(PATIENCE)?;
        let mut tx = Changes { store: self, changed: BTreeMap::new() };
        work(&mut tx)?;
        let changed = tx.changed;
        let mut rows = self.0.rows.write().unwrap_or_else(PoisonError::into_inner);
        for (key, row) in changed {
            match row {
                Some(row) => rows.insert(key, row),
                None => rows.remove(&key),
            };
        }
        Ok(())
    }

    fn token(&self, tenant: &RowKey) -> Result<Token> {
        Ok(Token(self.rows().get(tenant).map_or(0, |head| head.epoch)))
    }

    fn purge(&self) -> Result<Purge> {
        Ok(Purge::Done)
    }
}

/// What a write wants to change, not yet seen by anybody else.
struct Changes<'a> {
    store: &'a MemoryStore,
    changed: BTreeMap<RowKey, Option<Row>>,
}

impl WriteTx for Changes<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        let rows = self.store.rows();
        Ok(keys.iter().map(|key| self.changed.get(key).cloned().unwrap_or_else(|| rows.get(key).cloned())).collect())
    }

    fn put(&mut self, row: &Row) -> Result<()> {
        row.stored_epoch()?;
        self.changed.insert(row.key, Some(row.clone()));
        Ok(())
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        self.changed.insert(*key, None);
        Ok(())
    }

    fn scan(&mut self, kind: Kind, tag: Tag, from: Cursor, limit: NonZeroU32, bodies: bool) -> Result<Page> {
        let rows = self.store.rows();
        let range = range(kind, from);
        let kept = rows.range(range.clone()).filter(|(key, _)| !self.changed.contains_key(key)).map(|(_, row)| row);
        let put = self.changed.range(range).filter_map(|(_, row)| row.as_ref());
        let mut found: Vec<&Row> = kept.chain(put).filter(|row| wanted(row, tag, from)).collect();
        found.sort_unstable_by_key(|row| row.key);
        Ok(page(found.into_iter(), from, limit, bodies))
    }
}

/// The keys that a scan has to look at.
fn range(kind: Kind, from: Cursor) -> std::ops::RangeInclusive<RowKey> {
    let first = match from {
        Cursor::Key(Some(after)) => after,
        Cursor::Key(None) | Cursor::Epoch(..) => [0; 32],
    };
    RowKey { kind, key: first }..=RowKey { kind, key: [u8::MAX; 32] }
}

fn wanted(row: &Row, tag: Tag, from: Cursor) -> bool {
    let tagged = match tag {
        Tag::Any => true,
        Tag::Scope(scope) => row.scope == scope,
        Tag::Tenant(tenant) => row.tenant == tenant,
    };
    tagged
        && match from {
            Cursor::Key(after) => after.is_none_or(|after| row.key.key > after),
            Cursor::Epoch(epoch, None) => row.epoch > epoch,
            Cursor::Epoch(epoch, Some(after)) => (row.epoch, row.key.key) > (epoch, after),
        }
}

/// The first page of rows that come in the order of keys.
fn page<'a>(found: impl Iterator<Item = &'a Row>, from: Cursor, limit: NonZeroU32, bodies: bool) -> Page {
    let at_most = usize::try_from(limit.get()).unwrap_or(usize::MAX);
    let copy =
        |row: &Row| Row { info: row.info.clone(), body: if bodies { row.body.clone() } else { Vec::new() }, ..*row };
    let rows = match from {
        Cursor::Key(_) => found.take(at_most).map(copy).collect(),
        Cursor::Epoch(..) => {
            let mut found: Vec<&Row> = found.collect();
            found.sort_unstable_by_key(|row| (row.epoch, row.key));
            found.into_iter().take(at_most).map(copy).collect()
        }
    };
    Page::new(rows, from, limit)
}
