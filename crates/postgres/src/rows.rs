//! Queries for rows, and rows out of their answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use keyslot::store::{Cursor, Kind, RowKey};
use tokio_postgres::types::FromSql;

use crate::failure::Failure;
use crate::sql::Sql;
use crate::statement::{Answer, Query};
use crate::value::Value;
use keyslot::store::{Page, Partition, Row, Scan};

const SELECT: &str = "SELECT on keyslot_rows";

const LONGEST_ROW: u64 = (Row::MAX_INFO + Row::MAX_BODY) as u64;

/// The query for rows by key.
pub(crate) fn get(sql: &Sql, partition: Partition, keys: &[RowKey]) -> Query {
    let kinds: BTreeSet<Kind> = keys.iter().map(|key| key.kind).collect();
    let distinct: BTreeSet<[u8; 32]> = keys.iter().map(|key| key.key).collect();
    // Each kind with each key: pairs that were not asked for may come too.
    let rows = kinds.len().saturating_mul(distinct.len());
    Query {
        sql: Arc::clone(&sql.get),
        values: vec![
            Value::Bytes(partition.0.to_vec()),
            Value::Kinds(kinds.into_iter().map(number).collect()),
            Value::ManyBytes(distinct.into_iter().map(Vec::from).collect()),
        ],
        rows,
        bytes: (rows as u64).saturating_mul(LONGEST_ROW),
        is_frequent: true,
        grant: SELECT,
    }
}

/// One answer for each key, in the order of the keys.
pub(crate) fn got(keys: &[RowKey], answer: Option<Answer>) -> Result<Vec<Option<Row>>, Failure> {
    let asked: BTreeSet<&RowKey> = keys.iter().collect();
    let mut found = BTreeMap::new();
    for row in answer.ok_or(Failure::Broken)?.rows {
        let kind: i16 = column(&row, 0)?;
        let kind = u8::try_from(kind).ok().and_then(Kind::from_number);
        let key = RowKey {
            kind: kind.ok_or(Failure::Broken)?,
            key: exact(&row, 1)?,
        };
        // What was not asked for is not looked at.
        if asked.contains(&key) && found.insert(key, decode(key, &row, 2)?).is_some() {
            return Err(Failure::Broken);
        }
    }
    Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
}

/// The query for a page.
pub(crate) fn scan(sql: &Sql, partition: Partition, scan: &Scan) -> Query {
    // Every key is greater than no bytes at all, and less than these 33; one of a scope is greater
    // than the tag alone.
    let first = scan.scope.map_or_else(Vec::new, Vec::from);
    let (after, epoch) = match scan.from {
        Cursor::Key(None) => (first.clone(), None),
        Cursor::Key(Some(key)) => (first.clone().max(key.to_vec()), None),
        Cursor::Epoch(epoch, None) => (vec![u8::MAX; 33], Some(epoch)),
        Cursor::Epoch(epoch, Some(key)) => (key.to_vec(), Some(epoch)),
    };
    let rows = i64::from(scan.size.rows.get());
    let bytes = i64::try_from(scan.size.bytes).unwrap_or(i64::MAX);
    let mut values = vec![
        Value::Bytes(partition.0.to_vec()),
        Value::Kind(number(scan.kind)),
        Value::Number(rows),
        Value::Number(bytes),
        Value::Bytes(after),
    ];
    if let Some(scope) = scan.scope {
        let mut last = [u8::MAX; 32];
        last.split_at_mut(16).0.copy_from_slice(&scope);
        values.push(Value::Bytes(last.to_vec()));
    }
    if let Some(epoch) = epoch {
        // No stored epoch is greater than i64::MAX, so nothing comes after it.
        values.push(Value::Number(i64::try_from(epoch).unwrap_or(i64::MAX)));
        if scan.scope.is_some() {
            values.push(Value::Bytes(first));
        }
    }
    Query {
        sql: Arc::clone(sql.scan(scan.scope.is_some(), epoch.is_some(), scan.bodies)),
        values,
        rows: usize::try_from(rows).unwrap_or(usize::MAX),
        // The first row may be longer than the page, and one follows it.
        bytes: (scan.size.bytes as u64)
            .max(LONGEST_ROW)
            .saturating_add(LONGEST_ROW),
        is_frequent: true,
        grant: SELECT,
    }
}

/// The page out of its answer, which must be in order.
pub(crate) fn scanned(scan: &Scan, answer: Option<Answer>) -> Result<Page, Failure> {
    let mut rows: Vec<Row> = Vec::new();
    for row in answer.ok_or(Failure::Broken)?.rows {
        let key = RowKey {
            kind: scan.kind,
            key: exact(&row, 0)?,
        };
        let row = decode(key, &row, 1)?;
        if !(follows(scan.from, &row) && is_of(scan, &row)) {
            return Err(Failure::Broken);
        }
        if let Some(last) = rows.last() {
            let behind = match scan.from {
                Cursor::Key(_) => Cursor::Key(Some(last.key.key)),
                Cursor::Epoch(..) => Cursor::Epoch(last.epoch, Some(last.key.key)),
            };
            if !follows(behind, &row) {
                return Err(Failure::Broken);
            }
        }
        rows.push(row);
    }
    Ok(Page::collect(
        rows.into_iter().map(Ok),
        scan.from,
        scan.size,
    )?)
}

fn is_of(scan: &Scan, row: &Row) -> bool {
    scan.scope.is_none_or(|scope| row.key.scope() == scope) && (scan.bodies || row.body.is_empty())
}

fn follows(cursor: Cursor, row: &Row) -> bool {
    match cursor {
        Cursor::Key(None) => true,
        Cursor::Key(Some(key)) => row.key.key > key,
        Cursor::Epoch(epoch, None) => row.epoch > epoch,
        Cursor::Epoch(epoch, Some(key)) => (row.epoch, row.key.key) > (epoch, key),
    }
}

/// A row out of the columns epoch, info and body, the first of which is column `at`.
fn decode(key: RowKey, row: &tokio_postgres::Row, at: usize) -> Result<Row, Failure> {
    let epoch: i64 = column(row, at)?;
    let info: &[u8] = column(row, at + 1)?;
    let body: &[u8] = column(row, at + 2)?;
    if info.len() > Row::MAX_INFO || body.len() > Row::MAX_BODY {
        return Err(Failure::Broken);
    }
    Ok(Row {
        key,
        epoch: u64::try_from(epoch).map_err(|_| Failure::Broken)?,
        info: info.to_vec(),
        body: body.to_vec(),
    })
}

/// A column that must be there, of the right type, and not NULL.
pub(crate) fn column<'a, T: FromSql<'a>>(
    row: &'a tokio_postgres::Row,
    at: usize,
) -> Result<T, Failure> {
    row.try_get(at).map_err(|_| Failure::Broken)
}

/// A column of exactly so many bytes.
pub(crate) fn exact<const N: usize>(
    row: &tokio_postgres::Row,
    at: usize,
) -> Result<[u8; N], Failure> {
    let bytes: &[u8] = column(row, at)?;
    bytes.try_into().map_err(|_| Failure::Broken)
}

/// The number of a kind, as a column has it.
pub(crate) fn number(kind: Kind) -> i16 {
    i16::from(kind.number())
}
