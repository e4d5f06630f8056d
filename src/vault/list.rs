//! Going through the secrets of a scope.

use std::num::NonZeroU32;

use super::scoped::ScopedVault;
use super::sealed::Stored;
use crate::error::Result;
use crate::record::SecretInfo;
use crate::store::{Cursor, Kind, Tag};

/// How many rows are read at once.
const PAGE: NonZeroU32 = NonZeroU32::new(256).unwrap();

/// The secrets of a scope, without their values: see [`ScopedVault::list`].
///
/// Reads a page at a time. What is written while it is read may or may not be seen, as in any listing of pages.
#[derive(Debug)]
pub struct List {
    scoped: ScopedVault,
    page: std::vec::IntoIter<Result<SecretInfo>>,
    next: Option<Cursor>,
}

impl List {
    pub(super) fn new(scoped: ScopedVault) -> Self {
        Self { scoped, page: Vec::new().into_iter(), next: Some(Cursor::START) }
    }

    fn read(&self, from: Cursor) -> Result<(Vec<Result<SecretInfo>>, Option<Cursor>)> {
        let (core, place) = (self.scoped.core(), self.scoped.own());
        let page = core.store.scan(Kind::Secret, Tag::Scope(place.scope_tag), from, PAGE, false)?;
        let infos = page.rows.into_iter().filter_map(|row| core.open_listed(row).map(Stored::describe).transpose());
        Ok((infos.collect(), page.next))
    }
}

impl Iterator for List {
    type Item = Result<SecretInfo>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(info) = self.page.next() {
                return Some(info);
            }
            let from = self.next.take()?;
            match self.read(from) {
                Ok((page, next)) => (self.page, self.next) = (page.into_iter(), next),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
