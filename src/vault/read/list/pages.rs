//! The pages of a listing.

use std::vec::IntoIter;

use crate::error::Result;
use crate::record::SecretInfo;
use crate::vault::guarded::InfoWalk;
use crate::vault::hashed_scope::HashedScope;
use crate::vault::permissions::Permissions;
use crate::vault::scoped::ScopedVault;
use crate::vault::stored;

/// The secrets of one scope as they are read.
#[derive(Debug)]
pub(super) struct Pages {
    page: IntoIter<Result<SecretInfo>>,
    /// The walk over the scope; `None` before the first page.
    walk: Option<InfoWalk>,
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
            let walk = self.walk.get_or_insert_with(|| InfoWalk::of(scope));
            match read(scoped, scope, walk) {
                Ok(page) => self.page = page?.into_iter(),
                Err(error) => {
                    self.failed = true;
                    return Some(Err(error));
                }
            }
        }
    }
}

/// The secrets of the next page; `None` when there are no more pages. Without the permission
/// nothing is there, at the same cost of the store.
fn read(
    scoped: &ScopedVault,
    scope: &HashedScope,
    walk: &mut InfoWalk,
) -> Result<Option<Vec<Result<SecretInfo>>>> {
    let core = scoped.core();
    if !scoped.may(Permissions::READ) {
        let has_page = walk.skip(core, scoped.partition())?;
        return Ok(has_page.then(Vec::new));
    }
    let Some(infos) = core.next_infos(scope, walk)? else {
        return Ok(None);
    };
    let shown = infos
        .into_iter()
        .filter_map(|info| info.map(stored::describe).transpose());
    Ok(Some(shown.collect()))
}
