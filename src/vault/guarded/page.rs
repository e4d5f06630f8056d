//! Pages of a scope, held against the view.

use super::current::Current;
use super::refusal::tampered;
use crate::crypto::{Head, Info, SealedInfo};
use crate::error::Result;
use crate::store::{Kind, Partition, ReadTx, Row};
use crate::vault::core::Core;
use crate::vault::hashed_scope::{HashedScope, head_row};
use crate::vault::high_water::Mark;
use crate::vault::rows::get_one_in;
use crate::vault::tenant_view::{ProvenRow, View};
use crate::vault::walk::Walk;

/// A walk over the secrets of a scope, opened but for their values.
#[derive(Debug)]
pub(in crate::vault) struct InfoWalk {
    walk: Walk,
    /// The key of the last row.
    last: Option<[u8; 32]>,
}

/// Secrets of a page; an error for one that cannot be read.
type Infos = Vec<Result<Info>>;

/// A page of secrets, and the head that it was read with.
pub(in crate::vault) struct InfoPage {
    /// `None` for a tenant without a head, and if it was not asked for.
    pub(in crate::vault) head: Option<PageHead>,
    /// The places of the secrets, in the same order.
    pub(in crate::vault) places: Vec<RowPlace>,
    pub(in crate::vault) infos: Infos,
}

/// Facts of a head.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::vault) struct PageHead {
    pub(in crate::vault) mark: Mark,
    /// The generation of data keys before which everything was erased.
    pub(in crate::vault) erased_before: u32,
}

/// The place of a row.
pub(in crate::vault) struct RowPlace {
    pub(in crate::vault) key: [u8; 32],
    /// The number of sealed bytes of its info.
    pub(in crate::vault) sealed: usize,
}

impl PageHead {
    pub(in crate::vault) fn of(row: Option<&Row>, head: Option<&Head>) -> Result<Option<Self>> {
        let (Some(row), Some(head)) = (row, head) else {
            return Ok(None);
        };
        Ok(Some(Self {
            mark: Mark::of(row, head)?,
            erased_before: head.erased_before,
        }))
    }
}

impl RowPlace {
    pub(in crate::vault) fn of(row: &Row) -> Self {
        Self {
            key: row.key.key,
            sealed: row.info.len(),
        }
    }
}

impl InfoWalk {
    pub(in crate::vault) fn of(scope: &HashedScope) -> Self {
        Self::after(scope, None)
    }

    /// A walk over the secrets behind a key.
    pub(in crate::vault) fn after(scope: &HashedScope, key: Option<[u8; 32]>) -> Self {
        Self {
            walk: Walk::of_scope_after(Kind::Secret, scope.scope_tag, key, false),
            last: key,
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
        if self.views.is_some() {
            return Ok(self
                .next_compared(scope, walk, false)?
                .map(|page| page.infos));
        }
        let rows = walk.walk.step_from(&*self.store, scope.partition)?.page()?;
        Ok(rows.map(|rows| self.open_page(scope, &rows)))
    }

    /// Reads the next page as [`next_infos`](Core::next_infos) does, with the head of its moment.
    ///
    /// # Errors
    ///
    /// Those of it, and of [`admit_head`](Core::admit_head).
    pub(in crate::vault) fn next_page(
        &self,
        scope: &HashedScope,
        walk: &mut InfoWalk,
    ) -> Result<Option<InfoPage>> {
        if walk.walk.is_over() {
            return Ok(None);
        }
        if self.views.is_some() {
            return self.next_compared(scope, walk, true);
        }
        let (seen, place) = (self.seen.of(scope.partition), walk.walk.clone());
        let mut done = None;
        self.store.read(scope.partition, &mut |tx| {
            let mut next = place.clone();
            let head = get_one_in(tx, head_row(scope.partition))?;
            done = Some((head, next.step_in(tx)?.page()?, next));
            Ok(())
        })?;
        let Some((row, Some(rows), next)) = done else {
            return Ok(None);
        };
        let head = self.admit_head(scope.partition, row.as_ref(), seen)?;
        walk.walk = next;
        Ok(Some(InfoPage {
            head: PageHead::of(row.as_ref(), head.as_ref())?,
            places: rows.iter().map(RowPlace::of).collect(),
            infos: self.open_page(scope, &rows),
        }))
    }

    fn open_page(&self, scope: &HashedScope, rows: &[Row]) -> Infos {
        let open = |row: &Row| self.open_listed(scope.partition, row);
        rows.iter().map(open).collect()
    }

    fn next_compared(
        &self,
        scope: &HashedScope,
        walk: &mut InfoWalk,
        is_placed: bool,
    ) -> Result<Option<InfoPage>> {
        let Some(views) = &self.views else {
            return Ok(None);
        };
        let (place, last) = (walk.walk.clone(), walk.last);
        let read = &mut |tx: &mut dyn ReadTx| {
            let mut next = place.clone();
            let rows = next.step_in(tx)?.page()?;
            let head = if is_placed {
                get_one_in(tx, head_row(scope.partition))?
            } else {
                None
            };
            Ok((rows, next, head))
        };
        let (page, next) = self.read_compared(views, scope.partition, read, |read, current| {
            let (rows, next, head) = read;
            let Some(rows) = rows else {
                return Ok(Some((None, InfoWalk { walk: next, last })));
            };
            let is_over = next.is_over();
            let infos = self.compared_page(scope, &rows, (last, is_over), current)?;
            let last = rows.last().map(|row| row.key.key).or(last);
            let Some(infos) = infos else {
                return Ok(None);
            };
            let opened = head
                .as_ref()
                .map(|head| self.open_head(scope.partition, head))
                .transpose()?;
            let page = InfoPage {
                head: PageHead::of(head.as_ref(), opened.as_ref())?,
                places: rows.iter().map(RowPlace::of).collect(),
                infos,
            };
            Ok(Some((Some(page), InfoWalk { walk: next, last })))
        })?;
        *walk = next;
        Ok(page)
    }

    /// Opens the rows of a page behind `after`, up to the end of the scope if it `is_last`; `None`
    /// if the view went on meanwhile.
    fn compared_page(
        &self,
        scope: &HashedScope,
        rows: &[Row],
        (after, is_last): (Option<[u8; 32]>, bool),
        current: Option<&Current>,
    ) -> Result<Option<Infos>> {
        let Some(current) = current else {
            // A tenant without a head has no rows.
            return if rows.is_empty() {
                Ok(Some(Vec::new()))
            } else {
                Err(tampered())
            };
        };
        let (mut infos, mut proven) = (Vec::new(), Vec::new());
        for row in rows {
            let sealed = SealedInfo::parse(&row.info).map_err(|_| tampered())?;
            let info = self.open_listed(scope.partition, row)?;
            proven.push(self.proven(row, &sealed, &info));
            infos.push(Ok(info));
        }
        let until = proven.last().map(|row| row.key).filter(|_| !is_last);
        let is_same = current
            .compare(|view| is_page(view, scope, after.as_ref(), until.as_ref(), &proven))?;
        Ok(is_same.then_some(infos))
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
