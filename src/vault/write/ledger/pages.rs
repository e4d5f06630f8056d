//! A scope of a ledger, page by page.

use super::entry::Was;
use super::transaction::Ledger;
use crate::crypto::{InfoState as State, SealedInfo};
use crate::error::Result;
use crate::store::{Kind, Row};
use crate::vault::hashed_scope::HashedScope;
use crate::vault::rows::corrupt;
use crate::vault::stored::Stored;
use crate::vault::walk::Walk;

/// The secrets of a scope, with their newest values.
pub(in crate::vault::write) struct ScopePages<'p> {
    scope: &'p HashedScope,
    walk: Walk,
    /// The key of the last row.
    last: Option<[u8; 32]>,
}

impl<'p> ScopePages<'p> {
    pub(in crate::vault::write) fn of(scope: &'p HashedScope) -> Self {
        let walk = Walk::of_scope(Kind::Secret, scope.scope_tag, true);
        Self {
            scope,
            walk,
            last: None,
        }
    }
}

impl Ledger<'_> {
    /// Reads the next page of a scope, without the deleted secrets; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](crate::ErrorKind::Corrupt) for rows that are not of this scope, or out of order.
    pub(in crate::vault::write) fn next_page(
        &mut self,
        pages: &mut ScopePages<'_>,
    ) -> Result<Option<Vec<Stored>>> {
        let Some(rows) = pages.walk.step_in(self.tx)?.page()? else {
            return Ok(None);
        };
        let mut page = Vec::with_capacity(rows.len());
        for row in rows {
            let key = row.key.key;
            page.push((key, self.open_scanned(pages.scope, row)?));
        }
        let last = page.last().map(|(key, _)| *key);
        let until = last.filter(|_| !pages.walk.is_over());
        let found = page
            .iter()
            .map(|(key, was)| (*key, &was.stored.info, &was.commitment));
        let bounds = (pages.last.as_ref(), until.as_ref());
        self.guard
            .check_page(self.core, pages.scope, bounds, found)?;
        pages.last = last.or(pages.last);
        let stored = page.into_iter().map(|(_, was)| was.stored);
        Ok(Some(
            stored
                .filter(|stored| stored.info.state != State::Deleted)
                .collect(),
        ))
    }

    fn open_scanned(&mut self, scope: &HashedScope, row: Row) -> Result<Was> {
        let sealed = SealedInfo::parse(&row.info)?;
        let key = self.key_of(sealed.key_id())?;
        let info = self.core.open_info(&row, &sealed, &key)?;
        // The key of the row is made of scope and name, and sealed with the info.
        if info.scope != scope.scope {
            return Err(corrupt("a scope has a secret of another one"));
        }
        let body = row.body;
        Ok(Was::new(Stored { info, body }, &sealed))
    }
}
