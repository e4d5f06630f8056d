//! A store in memory: for tests, and for secrets that live as long as the process.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::{Bound, RangeInclusive};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use super::turn::Turn;
use super::{
    Cursor, HeadRead, Kind, Moment, Page, PageSize, Purge, Row, RowKey, SecretStore, SelfCheck,
    Tag, WriteTx,
};
use crate::error::Result;

/// Longest time that a write waits for the one before it.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Default)]
struct Rows {
    by_key: BTreeMap<RowKey, Row>,
    /// The rows of each tenant in the order of epochs.
    by_tenant: BTreeSet<([u8; 16], Kind, u64, [u8; 32])>,
    /// The number of writes.
    commits: u64,
}

impl Rows {
    fn set(&mut self, key: RowKey, row: Option<Row>) {
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
    fn of_tenant(
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

/// Keeps rows in memory. Clones share the same rows, which are gone with the last clone.
///
/// Reads wait for no `work`: a write collects its changes aside and applies them in one step. A
/// write inside the `work` of another write of the same rows fails as
/// [`Busy`](crate::ErrorKind::Busy), and so does one that waited five seconds.
///
/// A page costs O(log n + rows of the page) of a scope in the order of keys, and of a tenant in the
/// order of epochs. Other filters pass over rows, the order of epochs without a tenant sorts what
/// it finds, and so does a scan in a write that has changed something.
///
/// ```
/// use keyslot::store::{Kind, MemoryStore, Row, RowKey, SecretStore};
///
/// let store = MemoryStore::new();
/// let key = RowKey { kind: Kind::Secret, key: [7; 32] };
/// let row = Row { key, tenant: [2; 16], epoch: 1, info: vec![3], body: vec![4] };
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

    /// Rows are replaced in one step that cannot fail half-way, so a poisoned lock protects whole
    /// rows all the same.
    fn rows(&self) -> RwLockReadGuard<'_, Rows> {
        self.0.rows.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("rows", &self.rows().by_key.len())
            .finish()
    }
}

impl SecretStore for MemoryStore {
    fn get(&self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        let rows = &self.rows().by_key;
        Ok(keys.iter().map(|key| rows.get(key).cloned()).collect())
    }

    fn scan(
        &self,
        kind: Kind,
        tag: Tag,
        from: Cursor,
        size: PageSize,
        bodies: bool,
    ) -> Result<Page> {
        let shared = self.rows();
        if let (Tag::Tenant(tenant), Cursor::Epoch(epoch, key)) = (tag, from) {
            return Page::collect(
                shared
                    .of_tenant(tenant, kind, epoch, key)
                    .map(copier(bodies)),
                from,
                size,
            );
        }
        let rows = shared
            .by_key
            .range(range(kind, tag, from))
            .map(|(_, row)| row);
        page(
            rows.filter(|row| wanted(row, tag, from)),
            from,
            size,
            bodies,
        )
    }

    fn write(
        &self,
        _lock: &RowKey,
        work: &mut dyn FnMut(&mut dyn WriteTx) -> Result<()>,
    ) -> Result<()> {
        let _taken = self.0.turn.take(PATIENCE)?;
        let mut tx = Changes {
            store: self,
            changed: BTreeMap::new(),
        };
        work(&mut tx)?;
        let changed = tx.changed;
        let mut shared = self.0.rows.write().unwrap_or_else(PoisonError::into_inner);
        shared.commits += 1;
        for (key, row) in changed {
            shared.set(key, row);
        }
        Ok(())
    }

    fn head(&self, tenant: &RowKey, known: Option<Moment>) -> Result<HeadRead> {
        let shared = self.rows();
        let now = Moment(shared.commits);
        if known == Some(now) {
            return Ok(HeadRead::Unchanged);
        }
        Ok(HeadRead::Read {
            row: shared.by_key.get(tenant).cloned(),
            moment: Some(now),
        })
    }

    fn purge(&self) -> Result<Purge> {
        Ok(Purge::Done)
    }

    fn self_check(&self) -> Result<SelfCheck> {
        Ok(SelfCheck::Sound)
    }
}

/// The changes of a write before its commit, which nobody else sees.
struct Changes<'a> {
    store: &'a MemoryStore,
    changed: BTreeMap<RowKey, Option<Row>>,
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

/// The keys that a scan has to look at.
fn range(kind: Kind, tag: Tag, from: Cursor) -> RangeInclusive<RowKey> {
    let (mut first, mut last) = match tag {
        Tag::Scope(scope) => (bounded(scope, 0), bounded(scope, u8::MAX)),
        Tag::Any | Tag::Tenant(_) => ([0; 32], [u8::MAX; 32]),
    };
    if let Cursor::Key(Some(after)) = from {
        // What begins behind its end holds nothing; a range must not.
        first = first.max(after);
        last = last.max(first);
    }
    RowKey { kind, key: first }..=RowKey { kind, key: last }
}

/// A key of a scope, filled up with a byte.
fn bounded(scope: [u8; 16], rest: u8) -> [u8; 32] {
    let mut key = [rest; 32];
    key.split_at_mut(16).0.copy_from_slice(&scope);
    key
}

fn wanted(row: &Row, tag: Tag, from: Cursor) -> bool {
    let tagged = match tag {
        Tag::Any => true,
        Tag::Scope(scope) => row.key.scope() == scope,
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
fn page<'a>(
    found: impl Iterator<Item = &'a Row>,
    from: Cursor,
    size: PageSize,
    bodies: bool,
) -> Result<Page> {
    match from {
        Cursor::Key(_) => Page::collect(found.map(copier(bodies)), from, size),
        Cursor::Epoch(..) => {
            let mut found: Vec<&Row> = found.collect();
            found.sort_unstable_by_key(|row| (row.epoch, row.key));
            Page::collect(found.into_iter().map(copier(bodies)), from, size)
        }
    }
}

/// Copies a row for a page.
fn copier(bodies: bool) -> impl Fn(&Row) -> Result<Row> {
    move |row| {
        Ok(Row {
            info: row.info.clone(),
            body: if bodies { row.body.clone() } else { Vec::new() },
            ..*row
        })
    }
}
