//! All secrets of a tenant, held against the view.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::current::Current;
use super::gather::open_in;
use super::refusal::{of_damage, tampered};
use crate::crypto::{Info, InfoState as State, SealedInfo};
use crate::error::Result;
use crate::scope::Scope;
use crate::store::{Kind, Partition, ReadTx, Row};
use crate::vault::core::Core;
use crate::vault::tenant_view::ProvenRow;
use crate::vault::walk::Walk;

/// The scopes that rows of a tenant are of, as far as they were read.
#[derive(Default)]
struct Scopes {
    found: BTreeSet<Scope>,
    known: HashSet<[u8; 16]>,
    /// The number of rows by the tags of their scopes.
    rows: HashMap<[u8; 16], usize>,
    /// The keys of rows that were not opened, and the rows that were.
    unopened: Vec<[u8; 32]>,
    opened: Vec<ProvenRow>,
}

impl Core {
    /// The scopes of a tenant that hold secrets, sorted.
    ///
    /// # Errors
    ///
    /// Those of the store; with a guard [`Tampered`](crate::ErrorKind::Tampered) for other rows
    /// than the view has.
    pub(in crate::vault) fn scopes_guarded(&self, tenant: Partition) -> Result<BTreeSet<Scope>> {
        let Some(views) = &self.views else {
            let (mut scopes, mut walk) = (Scopes::default(), Walk::of_all(Kind::Secret, false));
            while let Some(rows) = walk.step_from(&*self.store, tenant)?.page()? {
                scopes.take(self, &rows, |row| self.open_listed(tenant, row))?;
                scopes.rows.clear();
                scopes.opened.clear();
                scopes.unopened.clear();
            }
            return Ok(scopes.found);
        };
        let read = &mut |tx: &mut dyn ReadTx| {
            let (mut scopes, mut walk) = (Scopes::default(), Walk::of_all(Kind::Secret, false));
            while let Some(rows) = walk.step_in(tx)?.page()? {
                let open = |row: &Row| open_in(self, tx, row);
                scopes.take(self, &rows, open).map_err(of_damage)?;
            }
            Ok(scopes)
        };
        self.read_compared(views, tenant, read, |scopes, current| match current {
            Some(current) => Ok(scopes.compare(current)?.then_some(scopes.found)),
            None if scopes.is_empty() => Ok(Some(scopes.found)),
            None => Err(tampered()),
        })
    }
}

impl Scopes {
    /// Opens rows of scopes that are not known yet.
    fn take(
        &mut self,
        core: &Core,
        rows: &[Row],
        mut open: impl FnMut(&Row) -> Result<Info>,
    ) -> Result<()> {
        for row in rows {
            let tag = row.key.scope();
            // A key that was changed hides a scope from this list, as deleting its rows would.
            // Verify finds both, and so does a guard.
            *self.rows.entry(tag).or_default() += 1;
            if self.known.contains(&tag) {
                self.unopened.push(row.key.key);
                continue;
            }
            let info = open(row)?;
            let sealed = SealedInfo::parse(&row.info)?;
            let (keys, commitment) = (core.keys.sub(), sealed.commitment());
            self.opened
                .push(ProvenRow::of(keys, row.key.key, &info, commitment));
            if info.state != State::Deleted {
                self.known.insert(tag);
                self.found.insert(info.scope);
            }
        }
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Rows that were not opened may be anybody's. So each scope is counted: one that was added to
    /// it does not stand for one that is gone from another.
    fn compare(&self, current: &Current) -> Result<bool> {
        current.compare(|view| {
            let all: usize = self.rows.values().sum();
            let is_whole = |(tag, rows): (&[u8; 16], &usize)| view.count(*tag, None, None) == *rows;
            view.rows() == all
                && self.rows.iter().all(is_whole)
                && self.unopened.iter().all(|key| view.knows(key))
                && self.opened.iter().all(|row| view.has(row))
        })
    }
}
