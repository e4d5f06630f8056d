//! Pages that become a list which is held.

use std::sync::Arc;

use crate::crypto::Info;
use crate::error::Result;
use crate::record::SecretInfo;
use crate::vault::core::Core;
use crate::vault::guarded::{InfoPage, PageHead, RowPlace};
use crate::vault::hashed_scope::HashedScope;
use crate::vault::stored;
use crate::vault::tenant_view::{ListedRow, OpenedTenants, Reading};

/// The pages of a scope so far.
pub(super) struct Gathered {
    /// Begun before the first page was read.
    reading: Reading,
    /// The head of all pages; `None` before the first.
    head: Option<PageHead>,
    rows: Vec<ListedRow>,
    bytes: usize,
    /// True if they cannot be held: pages of two heads, damage, or too much.
    is_given_up: bool,
}

impl Gathered {
    /// Nothing yet. Begin before the store is asked.
    pub(super) fn new(core: &Core, opened: &OpenedTenants, scope: &HashedScope) -> Self {
        Self {
            reading: opened.begin(scope.partition, &core.clock, &core.seen),
            head: None,
            rows: Vec::new(),
            bytes: 0,
            is_given_up: false,
        }
    }

    /// Adds a page, and returns what a list shows of it.
    pub(super) fn add(&mut self, page: InfoPage, most: usize) -> Vec<Result<Arc<SecretInfo>>> {
        self.is_given_up |= self.head.is_some() && self.head != page.head;
        self.head = page.head;
        let mut shown = Vec::with_capacity(page.infos.len());
        for (place, info) in page.places.into_iter().zip(page.infos) {
            match info {
                Ok(info) => {
                    let row = listed(&place, info);
                    shown.extend(row.info.clone().map(Ok));
                    self.bytes = self.bytes.saturating_add(row.bytes);
                    self.is_given_up |= self.bytes > most;
                    if !self.is_given_up {
                        self.rows.push(row);
                    }
                }
                Err(error) => {
                    self.is_given_up = true;
                    shown.push(Err(error));
                }
            }
        }
        shown
    }

    /// Holds the list, once the last page was added.
    pub(super) fn hold(self, core: &Core, opened: &OpenedTenants, scope: &HashedScope) {
        let Some(head) = self.head.filter(|_| !self.is_given_up) else {
            return;
        };
        let Ok(now) = core.clock.now() else {
            return;
        };
        let tick = opened.tick(now);
        let listing = opened.new_listing(self.rows, head.erased_before, tick);
        let read = (&self.reading, head.mark);
        opened.hold_listing(scope.partition, read, scope.scope_tag, &listing);
    }
}

/// The row of a list.
pub(super) fn listed(place: &RowPlace, info: Info) -> ListedRow {
    ListedRow {
        key: place.key,
        info: stored::describe(info).map(Arc::new),
        bytes: 2 * place.sealed + size_of::<SecretInfo>(),
    }
}
