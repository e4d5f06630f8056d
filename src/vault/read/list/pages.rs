//! The pages of a listing.

use std::fmt;
use std::sync::Arc;
use std::vec::IntoIter;

use super::gathered::Gathered;
use super::held::held;
use crate::crypto::{Info, InfoState as State};
use crate::error::Result;
use crate::name::SecretName;
use crate::record::SecretInfo;
use crate::vault::guarded::InfoWalk;
use crate::vault::hashed_scope::HashedScope;
use crate::vault::permissions::Permissions;
use crate::vault::scoped::ScopedVault;
use crate::vault::stored;
use crate::vault::tenant_view::Listing;

/// The secrets of one scope as they are read.
pub(super) struct Pages {
    source: Source,
    /// True once the store could not be read on.
    pub(super) failed: bool,
}

/// Source of the secrets.
enum Source {
    /// Nothing was read yet: all secrets, or those behind a key.
    Unread(Option<[u8; 32]>),
    /// The rows of the store, page by page.
    Opened(IntoIter<Result<Info>>, InfoWalk),
    /// The same, and the list is held at the end.
    Gathered(IntoIter<Result<Arc<SecretInfo>>>, InfoWalk, Box<Gathered>),
    /// A list that is held, and the number of the next row.
    Held(Arc<Listing>, usize),
    /// The end.
    Over,
}

/// One secret of a listing.
#[allow(
    clippy::large_enum_variant,
    reason = "it is taken apart at once, and a box costs more than a move"
)]
pub(super) enum Item {
    Opened(Info),
    Held(Arc<SecretInfo>),
}

impl Pages {
    pub(super) fn new() -> Self {
        Self::after(None)
    }

    /// The secrets behind the row of this key.
    pub(super) fn after(key: Option<[u8; 32]>) -> Self {
        Self {
            source: Source::Unread(key),
            failed: false,
        }
    }

    /// The parts of the next secret that are shown.
    pub(super) fn next(
        &mut self,
        scoped: &ScopedVault,
        scope: &HashedScope,
    ) -> Option<Result<SecretInfo>> {
        loop {
            let item = match self.next_item(scoped, scope)? {
                Ok(item) => item,
                Err(error) => return Some(Err(error)),
            };
            if let Some(info) = item.info() {
                return Some(Ok(info));
            }
        }
    }

    /// The next secret that is not deleted.
    pub(super) fn next_item(
        &mut self,
        scoped: &ScopedVault,
        scope: &HashedScope,
    ) -> Option<Result<Item>> {
        loop {
            if let Some(item) = self.source.next() {
                return Some(item);
            }
            match self.source.read(scoped, scope) {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    self.failed = true;
                    self.source = Source::Over;
                    return Some(Err(error));
                }
            }
        }
    }
}

impl Source {
    /// The next secret of what was read.
    fn next(&mut self) -> Option<Result<Item>> {
        match self {
            Self::Unread(_) | Self::Over => None,
            Self::Opened(page, _) => page
                .find(|info| !matches!(info, Ok(info) if info.state == State::Deleted))
                .map(|info| info.map(Item::Opened)),
            Self::Gathered(page, ..) => page.next().map(|info| info.map(Item::Held)),
            Self::Held(listing, next) => {
                while *next < listing.len() {
                    let info = listing.get(*next);
                    *next += 1;
                    if let Some(info) = info {
                        return Some(Ok(Item::Held(Arc::clone(info))));
                    }
                }
                None
            }
        }
    }

    /// Reads on. Returns false at the end. Without the permission nothing is there, at the same
    /// cost of the store.
    fn read(&mut self, scoped: &ScopedVault, scope: &HashedScope) -> Result<bool> {
        let core = scoped.core();
        let may_read = scoped.may(Permissions::READ);
        match self {
            Self::Unread(after) => {
                let after = *after;
                let walk = InfoWalk::after(scope, after);
                let Some(opened) = core.opened.as_ref().filter(|_| may_read) else {
                    *self = Self::Opened(vec![].into_iter(), walk);
                    return Ok(true);
                };
                *self = match (held(core, opened, scope)?, after) {
                    (Some(listing), after) => {
                        let first = after.map_or(0, |key| listing.first_after(&key));
                        Self::Held(listing, first)
                    }
                    (None, None) => {
                        let gathered = Box::new(Gathered::new(core, opened, scope));
                        Self::Gathered(vec![].into_iter(), walk, gathered)
                    }
                    // A part of a scope is not held.
                    (None, Some(_)) => Self::Opened(vec![].into_iter(), walk),
                };
                Ok(true)
            }
            Self::Opened(_, walk) if !may_read => walk.skip(core, scoped.partition()),
            Self::Opened(page, walk) => {
                let Some(infos) = core.next_infos(scope, walk)? else {
                    return Ok(false);
                };
                *page = infos.into_iter();
                Ok(true)
            }
            Self::Gathered(page, walk, gathered) => {
                let Some(opened) = &core.opened else {
                    return Ok(false);
                };
                if let Some(next) = core.next_page(scope, walk)? {
                    *page = gathered.add(next, opened.largest_listing()).into_iter();
                    return Ok(true);
                }
                if let Self::Gathered(_, _, gathered) = std::mem::replace(self, Self::Over) {
                    gathered.hold(core, opened, scope);
                }
                Ok(false)
            }
            Self::Held(..) | Self::Over => Ok(false),
        }
    }
}

impl Item {
    pub(super) fn name(self) -> SecretName {
        match self {
            Self::Opened(info) => info.name,
            Self::Held(info) => info.name.clone(),
        }
    }

    /// The parts that are shown.
    pub(super) fn info(self) -> Option<SecretInfo> {
        match self {
            Self::Opened(info) => stored::describe(info),
            Self::Held(info) => Some(Arc::unwrap_or_clone(info)),
        }
    }
}

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}
