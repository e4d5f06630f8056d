//! Scans of one connection.

use std::iter;
use std::num::NonZeroU32;

use rusqlite::{Connection, ToSql, params};

use super::columns::{body, bytes, decode, info};
use super::failure::failed;
use crate::error::Result;
use crate::store::{Cursor, Page, Partition, RowKey, Scan};

/// Steps from one partition to the next by the index, over the rows of each.
const PARTITIONS: &str = "\
WITH RECURSIVE found(partition) AS (
    SELECT min(partition) FROM rows INDEXED BY rows_by_key WHERE partition > ?1
    UNION ALL
    SELECT (SELECT min(partition) FROM rows INDEXED BY rows_by_key
            WHERE partition > found.partition)
    FROM found WHERE found.partition IS NOT NULL
)
SELECT partition FROM found WHERE partition IS NOT NULL LIMIT ?2";

/// Lists partitions that hold rows.
pub(super) fn partitions(
    connection: &Connection,
    after: Option<Partition>,
    limit: NonZeroU32,
) -> Result<Vec<Partition>> {
    // Bytes of every length come after every number, so damaged ones are found as well.
    let after: &dyn ToSql = after.as_ref().map_or(&0, |after| &after.0);
    let mut statement = connection.prepare_cached(PARTITIONS).map_err(failed)?;
    let mut rows = statement
        .query(params![after, limit.get()])
        .map_err(failed)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        found.push(Partition(bytes(row, 0)?));
    }
    Ok(found)
}

/// Reads a page by the index that has its order: of a partition in either order, of a scope in the
/// order of keys. The order of epochs within a scope is sorted.
pub(super) fn page(connection: &Connection, partition: Partition, scan: &Scan) -> Result<Page> {
    // Every key is greater than no bytes at all, and less than these 33; one of a scope is greater
    // than the tag alone.
    let first: &[u8] = scan.scope.as_ref().map_or(&[], |scope| scope);
    let (after, epoch): (&[u8], _) = match &scan.from {
        Cursor::Key(None) => (first, None),
        Cursor::Key(Some(key)) => (first.max(key), None),
        Cursor::Epoch(epoch, None) => (&[u8::MAX; 33], Some(*epoch)),
        Cursor::Epoch(epoch, Some(key)) => (key, Some(*epoch)),
    };
    // No stored epoch is greater than i64::MAX, so nothing comes after it.
    let epoch = epoch.map(|epoch| i64::try_from(epoch).unwrap_or(i64::MAX));
    let (start, order) = if epoch.is_some() {
        ("(epoch, key) > (:epoch, :after)", "epoch, key")
    } else {
        ("key > :after", "key")
    };
    // One lower bound of the key for each statement: SQLite begins at one of them and reads past
    // the rest.
    let (index, scoped) = match (scan.scope, epoch) {
        (None, None) => ("rows_by_key", ""),
        (None, Some(_)) => ("rows_by_epoch", ""),
        (Some(_), None) => ("rows_by_key", "key <= :last AND"),
        (Some(_), Some(_)) => ("rows_by_key", "key > :first AND key <= :last AND"),
    };
    let mut statement = connection
        .prepare_cached(&format!(
            "SELECT key, epoch, {}, CASE WHEN :bodies THEN {} ELSE x'' END FROM rows INDEXED BY \
             {index} WHERE partition = :partition AND {scoped} kind = :kind AND {start} ORDER BY \
             {order} LIMIT :limit",
            info!(),
            body!(),
        ))
        .map_err(failed)?;
    let (kind_number, limit) = (scan.kind.number(), scan.size.rows.get());
    let mut values: Vec<(&str, &dyn ToSql)> = vec![
        (":partition", &partition.0),
        (":bodies", &scan.bodies),
        (":kind", &kind_number),
        (":after", &after),
        (":limit", &limit),
    ];
    let last = scan.scope.map(last_of);
    if let Some(last) = &last {
        values.push((":last", last));
    }
    if let Some(epoch) = &epoch {
        values.push((":epoch", epoch));
        if scan.scope.is_some() {
            values.push((":first", &first));
        }
    }
    let mut rows = statement.query(values.as_slice()).map_err(failed)?;
    let key = |key| RowKey {
        kind: scan.kind,
        key,
    };
    let next = || match rows.next().map_err(failed) {
        Ok(None) => None,
        Ok(Some(row)) => Some(bytes(row, 0).and_then(|bytes| decode(key(bytes), row, 1))),
        Err(error) => Some(Err(error)),
    };
    Page::collect(iter::from_fn(next), scan.from, scan.size)
}

/// The greatest key that begins with the tag of a scope.
fn last_of(scope: [u8; 16]) -> [u8; 32] {
    let mut last = [u8::MAX; 32];
    last.split_at_mut(16).0.copy_from_slice(&scope);
    last
}
