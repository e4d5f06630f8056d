//! Rows in and out of one connection.

use std::iter;

use rusqlite::{Connection, ToSql, params};

use super::failure::{damaged, failed};
use crate::error::Result;
use crate::store::{Cursor, Kind, Page, PageSize, Row, RowKey, Tag, WriteTx};

/// SQLite knows how long a blob is before it loads it: one that no vault wrote is NULL here.
macro_rules! no_longer_than_a_row {
    ($column:literal, $longest:literal) => {
        concat!(
            "CASE WHEN length(",
            $column,
            ") <= ",
            $longest,
            " THEN ",
            $column,
            " END"
        )
    };
}

macro_rules! info {
    () => {
        no_longer_than_a_row!("info", 1_048_576)
    };
}

macro_rules! body {
    () => {
        no_longer_than_a_row!("body", 1_179_648)
    };
}

const _: () = assert!(Row::MAX_INFO == 1_048_576 && Row::MAX_BODY == 1_179_648);

const GET: &str = concat!(
    "SELECT tenant, epoch, ",
    info!(),
    ", ",
    body!(),
    " FROM rows WHERE kind = ?1 AND key = ?2"
);

const PUT: &str = "INSERT INTO rows(kind, key, tenant, epoch, info, body) VALUES(?1, ?2, ?3, ?4, \
                   ?5, ?6) ON CONFLICT(kind, key) DO UPDATE SET tenant = ?3, epoch = ?4, info = \
                   ?5, body = ?6";

const HAS_BODY: &str = "SELECT 1 FROM rows WHERE kind = ?1 AND key = ?2 AND length(body) > 0";

const DELETE: &str = "DELETE FROM rows WHERE kind = ?1 AND key = ?2";

/// All of one moment: several selects share a read transaction, which also makes each of them
/// cheaper. After an error the transaction may still be open.
pub(super) fn get(connection: &Connection, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
    if keys.len() < 2 {
        return select(connection, keys);
    }
    execute(connection, "BEGIN")?;
    let found = select(connection, keys)?;
    execute(connection, "COMMIT")?;
    Ok(found)
}

fn execute(connection: &Connection, sql: &str) -> Result<()> {
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.execute(()))
        .map(drop)
        .map_err(failed)
}

fn select(connection: &Connection, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
    let mut statement = connection.prepare_cached(GET).map_err(failed)?;
    keys.iter()
        .map(|key| {
            let mut rows = statement
                .query((key.kind.number(), key.key.as_slice()))
                .map_err(failed)?;
            rows.next()
                .map_err(failed)?
                .map(|row| decode(*key, row, 0))
                .transpose()
        })
        .collect()
}

/// Walks the index that has the tag and the order: all rows or a scope in the order of keys, a
/// tenant in the order of epochs. Elsewhere it sorts the rows with the tag.
pub(super) fn scan(
    connection: &Connection,
    kind: Kind,
    tag: Tag,
    from: Cursor,
    size: PageSize,
    bodies: bool,
) -> Result<Page> {
    // Every key is greater than no bytes at all, and less than these 33; one of a scope is greater
    // than the tag alone.
    let first: &[u8] = if let Tag::Scope(scope) = &tag {
        scope
    } else {
        &[]
    };
    let (after, epoch): (&[u8], _) = match &from {
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
    let (index, tagged) = match (tag, epoch) {
        (Tag::Any, _) => ("rows_by_key", ""),
        (Tag::Scope(_), None) => ("rows_by_key", "key <= :last AND"),
        (Tag::Scope(_), Some(_)) => ("rows_by_key", "key > :first AND key <= :last AND"),
        (Tag::Tenant(_), _) => ("rows_by_tenant", "tenant = :tenant AND"),
    };
    let mut statement = connection
        .prepare_cached(&format!(
            "SELECT key, tenant, epoch, {}, CASE WHEN :bodies THEN {} ELSE x'' END FROM rows \
             INDEXED BY {index} WHERE {tagged} kind = :kind AND {start} ORDER BY {order} LIMIT \
             :limit",
            info!(),
            body!(),
        ))
        .map_err(failed)?;
    let (kind_number, limit) = (kind.number(), size.rows.get());
    let mut values: Vec<(&str, &dyn ToSql)> = vec![
        (":bodies", &bodies),
        (":kind", &kind_number),
        (":after", &after),
        (":limit", &limit),
    ];
    let last = last_of(tag);
    match &tag {
        Tag::Any => {}
        Tag::Scope(_) => values.push((":last", &last)),
        Tag::Tenant(tenant) => values.push((":tenant", tenant)),
    }
    if epoch.is_some() && matches!(tag, Tag::Scope(_)) {
        values.push((":first", &first));
    }
    if let Some(epoch) = &epoch {
        values.push((":epoch", epoch));
    }
    let mut rows = statement.query(values.as_slice()).map_err(failed)?;
    let next = || match rows.next().map_err(failed) {
        Ok(None) => None,
        Ok(Some(row)) => Some(bytes(row, 0).and_then(|key| decode(RowKey { kind, key }, row, 1))),
        Err(error) => Some(Err(error)),
    };
    Page::collect(iter::from_fn(next), from, size)
}

/// Returns true if a row has a key or a tenant tag of another length than all rows have. Goes
/// through the table itself, and loads neither.
pub(super) fn has_long_columns(connection: &Connection) -> Result<bool> {
    const LONG: &str = "SELECT EXISTS(SELECT 1 FROM rows NOT INDEXED WHERE length(key) <> 32 OR \
                        length(tenant) <> 16)";
    connection
        .query_row(LONG, (), |row| row.get(0))
        .map_err(failed)
}

/// The greatest key that begins with the tag of a scope.
fn last_of(tag: Tag) -> [u8; 32] {
    let mut last = [u8::MAX; 32];
    if let Tag::Scope(scope) = tag {
        last.split_at_mut(16).0.copy_from_slice(&scope);
    }
    last
}

/// The inside of a write transaction.
#[derive(Debug)]
pub(super) struct Changes<'a> {
    connection: &'a Connection,
    /// True if a row with a body was put: a value, or a key.
    gives: bool,
    /// True if a row was deleted, or the value of a secret was taken from it.
    erases: bool,
}

impl<'a> Changes<'a> {
    pub(super) fn new(connection: &'a Connection) -> Self {
        Self {
            connection,
            gives: false,
            erases: false,
        }
    }

    /// Returns true if something was erased and nothing was stored but facts about it.
    pub(super) fn only_erases(&self) -> bool {
        self.erases && !self.gives
    }
}

impl WriteTx for Changes<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        select(self.connection, keys)
    }

    fn put(&mut self, row: &Row) -> Result<()> {
        let Row {
            key: RowKey { kind, key },
            tenant,
            epoch: _,
            info,
            body,
        } = row;
        let values = params![kind.number(), key, tenant, row.check()?, info, body];
        self.gives |= !body.is_empty();
        if body.is_empty() && *kind == Kind::Secret {
            // One that had no value before only gets other facts about it.
            self.erases |= self
                .connection
                .prepare_cached(HAS_BODY)
                .and_then(|mut found| found.exists((kind.number(), key.as_slice())))
                .map_err(failed)?;
        }
        self.connection
            .prepare_cached(PUT)
            .map_err(failed)?
            .execute(values)
            .map_err(failed)?;
        Ok(())
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        self.erases = true;
        let mut statement = self.connection.prepare_cached(DELETE).map_err(failed)?;
        statement
            .execute((key.kind.number(), key.key.as_slice()))
            .map_err(failed)?;
        Ok(())
    }

    fn scan(
        &mut self,
        kind: Kind,
        tag: Tag,
        from: Cursor,
        size: PageSize,
        bodies: bool,
    ) -> Result<Page> {
        scan(self.connection, kind, tag, from, size, bodies)
    }
}

/// A row out of the columns tenant, epoch, info and body, the first of which is column `at`.
fn decode(key: RowKey, row: &rusqlite::Row<'_>, at: usize) -> Result<Row> {
    Ok(Row {
        key,
        tenant: bytes(row, at)?,
        epoch: stored_epoch(row, at + 1)?,
        info: blob(row, at + 2)?.to_vec(),
        body: blob(row, at + 3)?.to_vec(),
    })
}

fn stored_epoch(row: &rusqlite::Row<'_>, at: usize) -> Result<u64> {
    let epoch = row
        .get_ref(at)
        .map_err(failed)?
        .as_i64()
        .map_err(|_| damaged())?;
    u64::try_from(epoch).map_err(|_| damaged())
}

fn bytes<const N: usize>(row: &rusqlite::Row<'_>, at: usize) -> Result<[u8; N]> {
    blob(row, at)?.try_into().map_err(|_| damaged())
}

fn blob<'row>(row: &'row rusqlite::Row<'_>, at: usize) -> Result<&'row [u8]> {
    row.get_ref(at)
        .map_err(failed)?
        .as_blob()
        .map_err(|_| damaged())
}
