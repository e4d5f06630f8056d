//! Pages of a scope, held against the view.

use super::current::Compared;
use super::refusal::{restless, tampered};
use crate::crypto::{Info, SealedInfo};
use crate::error::Result;
use crate::store::{Kind, Partition, Row};
use crate::vault::core::Core;
use crate::vault::hashed_scope::HashedScope;
use crate::vault::tenant_view::{Digest, ProvenRow, View, Views};
use crate::vault::walk::Walk;

/// Attempts while others change the view.
const ATTEMPTS: usize = 16;

/// A walk over the secrets of a scope, opened but for their values.
#[derive(Debug)]
pub(in crate::vault) struct InfoWalk {
    walk: Walk,
    /// The key of the last row.
    last: Option<[u8; 32]>,
}

/// Secrets of a page; an error for one that cannot be read.
type Infos = Vec<Result<Info>>;

/// Outcome of an attempt to read a page.
enum Attempt {
    /// The page; `None` at the end.
    Done(Option<Infos>),
    /// The view was changed meanwhile.
    Again,
}

impl InfoWalk {
    pub(in crate::vault) fn of(scope: &HashedScope) -> Self {
        Self {
            walk: Walk::of_scope(Kind::Secret, scope.scope_tag, false),
            last: None,
        }
    }

    /// Reads the next page like one that nobody may see: at the cost of the store alone. Returns
    /// false at the end.
    ///
    /// # Errors
    ///
    /// Those of the store; [`Corrupt`](crate::ErrorKind::Corrupt) for rows out of order.
    pub(in crate::vault) fn skip(&mut self, core: &Core, tenant: Partition) -> Result<bool> {
        let page = self.walk.step_from(&*core.store, tenant)?.page()?;
        Ok(page.is_some())
    }
}

impl Core {
    /// Reads the next page of a scope; `None` at the end. A secret that cannot be read is an error
    /// in it. With a guard the pages are all secrets that the view has.
    ///
    /// # Errors
    ///
    /// Those of the store; [`Corrupt`](crate::ErrorKind::Corrupt) for rows out of order, and with
    /// a guard [`Tampered`](crate::ErrorKind::Tampered) for other rows than the view has.
    pub(in crate::vault) fn next_infos(
        &self,
        scope: &HashedScope,
        walk: &mut InfoWalk,
    ) -> Result<Option<Infos>> {
        if walk.walk.is_over() {
            return Ok(None);
        }
        let Some(views) = &self.views else {
            let rows = walk.walk.step_from(&*self.store, scope.partition)?.page()?;
            return Ok(rows.map(|rows| {
                let open = |row: &Row| self.open_listed(scope.partition, row);
                rows.iter().map(open).collect()
            }));
        };
        for _ in 0..ATTEMPTS {
            if let Attempt::Done(page) = self.guarded_infos(views, scope, walk)? {
                return Ok(page);
            }
        }
        Err(restless())
    }

    /// The next page, if the view stayed as it was meanwhile.
    fn guarded_infos(
        &self,
        views: &Views,
        scope: &HashedScope,
        walk: &mut InfoWalk,
    ) -> Result<Attempt> {
        let (step, current) = self.read_current(views, scope.partition, &mut |tx| {
            let mut next = walk.walk.clone();
            let rows = next.step_in(tx)?.page()?;
            Ok((rows, next))
        })?;
        let (rows, next) = step;
        let Some(current) = current else {
            // A tenant without a head has no rows.
            walk.walk = next;
            return match rows {
                Some(rows) if !rows.is_empty() => Err(tampered()),
                rows => Ok(Attempt::Done(rows.map(|_| Vec::new()))),
            };
        };
        let (mut infos, mut proven) = (Vec::new(), Vec::new());
        for row in rows.iter().flatten() {
            let sealed = SealedInfo::parse(&row.info).map_err(|_| tampered())?;
            let info = self.open_listed(scope.partition, row)?;
            proven.push(ProvenRow {
                key: row.key.key,
                digest: Digest::of(self.keys.sub(), &info, sealed.commitment()),
            });
            infos.push(Ok(info));
        }
        let last = proven.last().map(|row| row.key);
        let until = last.filter(|_| !next.is_over());
        let compared = current
            .compare(|view| is_page(view, scope, walk.last.as_ref(), until.as_ref(), &proven))?;
        if compared == Compared::Moved {
            return Ok(Attempt::Again);
        }
        walk.walk = next;
        walk.last = last.or(walk.last);
        Ok(Attempt::Done(rows.map(|_| infos)))
    }
}

/// Returns true if rows are all that the view has of a scope behind one key, up to another or to
/// the end.
pub(super) fn is_page(
    view: &View,
    scope: &HashedScope,
    after: Option<&[u8; 32]>,
    until: Option<&[u8; 32]>,
    rows: &[ProvenRow],
) -> bool {
    view.count(scope.scope_tag, after, until) == rows.len() && rows.iter().all(|row| view.has(row))
}
