//! The rows of a scan.

use std::ops::RangeInclusive;

use crate::error::Result;
use crate::store::{Cursor, Page, Row, RowKey, Scan};

/// The keys that a scan has to look at.
pub(super) fn range(scan: &Scan) -> RangeInclusive<RowKey> {
    let (mut first, mut last) = match scan.scope {
        Some(scope) => (bounded(scope, 0), bounded(scope, u8::MAX)),
        None => ([0; 32], [u8::MAX; 32]),
    };
    if let Cursor::Key(Some(after)) = scan.from {
        // What begins behind its end holds nothing; a range must not.
        first = first.max(after);
        last = last.max(first);
    }
    let key = |key| RowKey {
        kind: scan.kind,
        key,
    };
    key(first)..=key(last)
}

/// A key of a scope, filled up with a byte.
fn bounded(scope: [u8; 16], rest: u8) -> [u8; 32] {
    let mut key = [rest; 32];
    key.split_at_mut(16).0.copy_from_slice(&scope);
    key
}

/// Returns true for a row in the range that the scan asks for.
pub(super) fn wanted(row: &Row, scan: &Scan) -> bool {
    scan.scope.is_none_or(|scope| row.key.scope() == scope)
        && match scan.from {
            Cursor::Key(after) => after.is_none_or(|after| row.key.key > after),
            Cursor::Epoch(epoch, None) => row.epoch > epoch,
            Cursor::Epoch(epoch, Some(after)) => (row.epoch, row.key.key) > (epoch, after),
        }
}

/// The first page of rows that come in the order of keys.
pub(super) fn page<'a>(found: impl Iterator<Item = &'a Row>, scan: &Scan) -> Result<Page> {
    let copied = copier(scan.bodies);
    match scan.from {
        Cursor::Key(_) => Page::collect(found.map(copied), scan.from, scan.size),
        Cursor::Epoch(..) => {
            let mut found: Vec<&Row> = found.collect();
            found.sort_unstable_by_key(|row| (row.epoch, row.key));
            Page::collect(found.into_iter().map(copied), scan.from, scan.size)
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
