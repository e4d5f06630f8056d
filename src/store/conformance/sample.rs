//! Rows for scans, and what a scan must find among them.

use std::num::NonZeroU32;

use super::kit::{Broken, ensure, key, row, tag};
use crate::store::{Cursor, Kind, Page, PageSize, Row, RowKey, Tag};

/// 24 secrets: scopes 1 to 3, tenants 1 and 2, epochs shared by several of them and not in the
/// order of keys. Beside them rows of another kind with the same tags, which no scan may find.
pub(super) fn sample() -> Vec<Row> {
    let secrets = (0..24_u8).map(|at| Row {
        key: in_scope(1 + at % 3, u32::from(at) << 27 | 5),
        tenant: tag(1 + at % 2),
        epoch: u64::from(at) * 7 % 5,
        ..row(0)
    });
    let others = (0..5).map(|at| Row {
        key: RowKey {
            kind: Kind::Version,
            ..in_scope(1, at)
        },
        ..row(at)
    });
    secrets.chain(others).collect()
}

/// The key of a secret of a scope.
pub(super) fn in_scope(scope: u8, number: u32) -> RowKey {
    let mut key = key(Kind::Secret, number);
    key.key.rotate_right(16);
    for byte in key.key.iter_mut().take(16) {
        *byte = scope;
    }
    key
}

pub(super) fn expected(tag: Tag, from: Cursor) -> Vec<Row> {
    let mut rows: Vec<Row> = sample()
        .into_iter()
        .filter(|row| row.key.kind == Kind::Secret)
        .filter(|row| match tag {
            Tag::Any => true,
            Tag::Scope(scope) => row.key.scope() == scope,
            Tag::Tenant(tenant) => row.tenant == tenant,
        })
        .filter(|row| match from {
            Cursor::Key(after) => after.is_none_or(|after| row.key.key > after),
            Cursor::Epoch(epoch, None) => row.epoch > epoch,
            Cursor::Epoch(epoch, Some(after)) => (row.epoch, row.key.key) > (epoch, after),
        })
        .collect();
    match from {
        Cursor::Key(_) => rows.sort_by_key(|row| row.key),
        Cursor::Epoch(..) => rows.sort_by_key(|row| (row.epoch, row.key)),
    }
    rows
}

pub(super) const TAGS: [Tag; 6] = [
    Tag::Any,
    Tag::Scope([1; 16]),
    Tag::Scope([3; 16]),
    Tag::Tenant([1; 16]),
    Tag::Tenant([2; 16]),
    // A tag that no row has.
    Tag::Scope([9; 16]),
];

pub(super) fn size(rows: u32) -> PageSize {
    PageSize {
        rows: NonZeroU32::new(rows).unwrap_or(NonZeroU32::MIN),
        bytes: usize::MAX,
    }
}

/// Reads pages until there are no more.
pub(super) fn all(
    mut read: impl FnMut(Cursor) -> Result<Page, Broken>,
    from: Cursor,
) -> Result<Vec<Row>, Broken> {
    let mut rows = Vec::new();
    let mut from = from;
    loop {
        let page = read(from)?;
        let empty = page.rows.is_empty();
        rows.extend(page.rows);
        match page.next {
            None => return Ok(rows),
            Some(next) => {
                ensure(!empty, "an empty page says that there are more")?;
                ensure(next != from, "a page says to go on where it began")?;
                ensure(
                    matches!(
                        (from, next),
                        (Cursor::Key(_), Cursor::Key(_)) | (Cursor::Epoch(..), Cursor::Epoch(..))
                    ),
                    "a page goes on in another order",
                )?;
                ensure(
                    rows.len() <= sample().len(),
                    "the pages hold more rows than the store",
                )?;
                from = next;
            }
        }
    }
}
