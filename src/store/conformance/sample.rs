//! Rows for scans, and what a scan must find among them.

use std::num::NonZeroU32;

use super::kit::{Broken, OTHER, Verdict, ensure, key, put, row};
use crate::store::{Cursor, Kind, Page, PageSize, Row, RowKey, SecretStore};

/// 24 secrets: scopes 1 to 3, epochs shared by several of them and not in the order of keys. Beside
/// them rows of another kind with the same scope, which no scan may find.
pub(super) fn sample() -> Vec<Row> {
    let secrets = (0..24_u8).map(|at| Row {
        key: in_scope(1 + at % 3, u32::from(at) << 27 | 5),
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

/// Puts the sample, and rows of the same keys and more into another partition, which no scan of
/// this one may find.
pub(super) fn put_sample(store: &dyn SecretStore) -> Verdict {
    put(store, &sample())?;
    let others = sample().into_iter().chain([row(1)]).map(|row| Row {
        epoch: row.epoch + 1,
        info: vec![9],
        ..row
    });
    let others: Vec<Row> = others.collect();
    store.write(OTHER, &[], &mut |_, tx| {
        others.iter().try_for_each(|row| tx.put(row))
    })?;
    Ok(())
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

pub(super) fn expected(scope: Option<[u8; 16]>, from: Cursor) -> Vec<Row> {
    let mut rows: Vec<Row> = sample()
        .into_iter()
        .filter(|row| row.key.kind == Kind::Secret)
        .filter(|row| scope.is_none_or(|scope| row.key.scope() == scope))
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

/// The last one is a scope that no row has.
pub(super) const SCOPES: [Option<[u8; 16]>; 4] =
    [None, Some([1; 16]), Some([3; 16]), Some([9; 16])];

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
