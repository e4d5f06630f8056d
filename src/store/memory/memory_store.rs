//! The store in memory.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use super::changes::Changes;
use super::rows::Rows;
use super::select::{copier, page, range, wanted};
use crate::error::Result;
use crate::store::turn::Turn;
use crate::store::{
    Cursor, HeadRead, Kind, Moment, Page, PageSize, Purge, Row, RowKey, SecretStore, SelfCheck,
    Tag, WriteTx,
};

/// Longest time that a write waits for the one before it.
const PATIENCE: Duration = Duration::from_secs(5);

/// A store in memory. Clones share the same rows, which are gone with the last clone.
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
    /// Returns an empty store.
    ///
    /// ```
    /// use keyslot::store::{Kind, MemoryStore, RowKey, SecretStore};
    ///
    /// let key = RowKey { kind: Kind::Secret, key: [7; 32] };
    /// assert_eq!(MemoryStore::new().get(&[key])?, [None]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Rows are replaced in one step that cannot fail half-way, so a poisoned lock protects whole
    /// rows all the same.
    pub(super) fn rows(&self) -> RwLockReadGuard<'_, Rows> {
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
