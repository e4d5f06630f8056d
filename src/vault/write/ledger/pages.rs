//! A scope of a ledger, page by page.

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
}

impl<'p> ScopePages<'p> {
    pub(in crate::vault::write) fn of(scope: &'p HashedScope) -> Self {
        let walk = Walk::of_scope(Kind::Secret, scope.scope_tag, true);
        Self { scope, walk }
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
            let stored = self.open_scanned(pages.scope, row)?;
            if stored.info.state != State::Deleted {
                page.push(stored);
            }
        }
        Ok(Some(page))
    }

    fn open_scanned(&mut self, scope: &HashedScope, row: Row) -> Result<Stored> {
        let sealed = SealedInfo::parse(&row.info)?;
        let key = self.key_of(sealed.key_id())?;
        let info = self.core.open_info(&row, &sealed, &key)?;
        // The key of the row is made of scope and name, and sealed with the info.
        if info.scope != scope.scope {
            return Err(corrupt("a scope has a secret of another one"));
        }
        let body = row.body;
        Ok(Stored { info, body })
    }
}
