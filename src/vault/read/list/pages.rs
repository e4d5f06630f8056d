//! The pages of a listing.

use std::vec::IntoIter;

use crate::error::Result;
use crate::record::SecretInfo;
use crate::store::Kind;
use crate::vault::hashed_scope::HashedScope;
use crate::vault::permissions::Permissions;
use crate::vault::scoped::ScopedVault;
use crate::vault::stored;
use crate::vault::walk::Walk;

/// The secrets of one scope as they are read.
#[derive(Debug)]
pub(super) struct Pages {
    page: IntoIter<Result<SecretInfo>>,
    /// The walk over the scope; `None` before the first page.
    walk: Option<Walk>,
    /// True once the store could not be read on.
    pub(super) failed: bool,
}

impl Pages {
    pub(super) fn new() -> Self {
        Self {
            page: Vec::new().into_iter(),
            walk: None,
            failed: false,
        }
    }

    pub(super) fn next(
        &mut self,
        scoped: &ScopedVault,
        scope: &HashedScope,
    ) -> Option<Result<SecretInfo>> {
        loop {
            if let Some(info) = self.page.next() {
                return Some(info);
            }
            if self.failed {
                return None;
            }
            let walk = self
                .walk
                .get_or_insert_with(|| Walk::of_scope(Kind::Secret, scope.scope_tag, false));
            match read(scoped, walk) {
                Ok(page) => self.page = page?.into_iter(),
                Err(error) => {
                    self.failed = true;
                    return Some(Err(error));
                }
            }
        }
    }
}

/// The secrets of the next page; `None` when there are no more pages.
fn read(scoped: &ScopedVault, walk: &mut Walk) -> Result<Option<Vec<Result<SecretInfo>>>> {
    let core = scoped.core();
    let Some(rows) = walk.step_from(&*core.store, scoped.partition())?.page()? else {
        return Ok(None);
    };
    // Without the permission nothing is there, at the same cost.
    let visible = if scoped.may(Permissions::READ) {
        rows
    } else {
        Vec::new()
    };
    let infos = visible.into_iter().filter_map(|row| {
        core.open_listed(scoped.partition(), &row)
            .map(stored::describe)
            .transpose()
    });
    Ok(Some(infos.collect()))
}
