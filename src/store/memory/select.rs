//! The rows of a scan.

use std::ops::RangeInclusive;

use crate::error::Result;
use crate::store::{Cursor, Kind, Page, PageSize, Row, RowKey, Tag};

/// The keys that a scan has to look at.
pub(super) fn range(kind: Kind, tag: Tag, from: Cursor) -> RangeInclusive<RowKey> {
    let (mut first, mut last) = match tag {
        Tag::Scope(scope) => (bounded(scope, 0), bounded(scope, u8::MAX)),
        Tag::Any | Tag::Tenant(_) => ([0; 32], [u8::MAX; 32]),
    };
    if let Cursor::Key(Some(after)) = from {
        // What begins behind its end holds nothing; a range must not.
        first = first.max(after);
        last = last.max(first);
    }
    RowKey { kind, key: first }..=RowKey { kind, key: last }
}

/// A key of a scope, filled up with a byte.
fn bounded(scope: [u8; 16], rest: u8) -> [u8; 32] {
    let mut key = [rest; 32];
    key.split_at_mut(16).0.copy_from_slice(&scope);
    key
}

/// Returns true for a row that the scan asks for.
pub(super) fn wanted(row: &Row, tag: Tag, from: Cursor) -> bool {
    let tagged = match tag {
        Tag::Any => true,
        Tag::Scope(scope) => row.key.scope() == scope,
        Tag::Tenant(tenant) => row.tenant == tenant,
    };
    tagged
        && match from {
            Cursor::Key(after) => after.is_none_or(|after| row.key.key > after),
            Cursor::Epoch(epoch, None) => row.epoch > epoch,
            Cursor::Epoch(epoch, Some(after)) => (row.epoch, row.key.key) > (epoch, after),
        }
}

/// The first page of rows that come in the order of keys.
pub(super) fn page<'a>(
    found: impl Iterator<Item = &'a Row>,
    from: Cursor,
    size: PageSize,
    bodies: bool,
) -> Result<Page> {
    match from {
        Cursor::Key(_) => Page::collect(found.map(copier(bodies)), from, size),
        Cursor::Epoch(..) => {
            let mut found: Vec<&Row> = found.collect();
            found.sort_unstable_by_key(|row| (row.epoch, row.key));
            Page::collect(found.into_iter().map(copier(bodies)), from, size)
        }
    }
}

/// Copies a row for a page.
pub(super) fn copier(bodies: bool) -> impl Fn(&Row) -> Result<Row> {
    move |row| {
        Ok(Row {
            info: row.info.clone(),
            body: if bodies { row.body.clone() } else { Vec::new() },
            ..*row
        })
    }
}
