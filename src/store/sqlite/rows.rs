//! Rows in and out of one connection.

use std::num::NonZeroU32;

use rusqlite::{Connection, ToSql, params};

use super::failure::{damaged, failed};
use crate::error::Result;
use crate::store::{Cursor, Kind, Page, Row, RowKey, Tag, Token, WriteTx};

const GET: &str = "SELECT scope, tenant, epoch, info, body FROM rows WHERE kind = ?1 AND key = ?2";

const PUT: &str = "INSERT INTO rows(kind, key, scope, tenant, epoch, info, body) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) \
     ON CONFLICT(kind, key) DO UPDATE SET scope = ?3, tenant = ?4, epoch = ?5, info = ?6, body = ?7";

const DELETE: &str = "DELETE FROM rows WHERE kind = ?1 AND key = ?2";

const TOKEN: &str = "SELECT epoch FROM rows WHERE kind = ?1 AND key = ?2";

/// All of one moment: several selects share a read transaction, which also makes each of them cheaper. After an error the
/// transaction may still be open.
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
    connection.prepare_cached(sql).and_then(|mut statement| statement.execute(())).map(drop).map_err(failed)
}

fn select(connection: &Connection, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
    let mut statement = connection.prepare_cached(GET).map_err(failed)?;
    keys.iter()
        .map(|key| {
            let mut rows = statement.query((key.kind.number(), key.key.as_slice())).map_err(failed)?;
            rows.next().map_err(failed)?.map(|row| decode(*key, row, 0)).transpose()
        })
        .collect()
}

/// Walks the index that has the tag and the order. Where none has both, which is a tenant in the order of keys, and all
/// rows or a scope in the order of epochs, it sorts the rows with the tag.
pub(super) fn scan(
    connection: &Connection,
    kind: Kind,
    tag: Tag,
    from: Cursor,
    limit: NonZeroU32,
    bodies: bool,
) -> Result<Page> {
    let (after, epoch): (&[u8], _) = match &from {
        // Every key is greater than no bytes at all, and less than these 33.
        Cursor::Key(None) => (&[], None),
        Cursor::Key(Some(key)) => (key, None),
        Cursor::Epoch(epoch, None) => (&[u8::MAX; 33], Some(*epoch)),
        Cursor::Epoch(epoch, Some(key)) => (key, Some(*epoch)),
    };
    // No stored epoch is greater than i64::MAX, so nothing comes after it.
    let epoch = epoch.map(|epoch| i64::try_from(epoch).unwrap_or(i64::MAX));
    let (start, order) =
        if epoch.is_some() { ("(epoch, key) > (:epoch, :after)", "epoch, key") } else { ("key > :after", "key") };
    let (index, tagged, tag) = match tag {
        Tag::Any => ("", "", None),
        Tag::Scope(scope) => ("INDEXED BY rows_by_scope", "scope = :tag AND", Some(scope)),
        Tag::Tenant(tenant) => ("INDEXED BY rows_by_tenant", "tenant = :tag AND", Some(tenant)),
    };
    let mut statement = connection
        .prepare_cached(&format!(
            "SELECT key, scope, tenant, epoch, info, CASE WHEN :bodies THEN body ELSE x'' END FROM rows {index} \
             WHERE {tagged} kind = :kind AND {start} ORDER BY {order} LIMIT :limit"
        ))
        .map_err(failed)?;
    let (kind_number, limit_number) = (kind.number(), limit.get());
    let mut values: Vec<(&str, &dyn ToSql)> =
        vec![(":bodies", &bodies), (":kind", &kind_number), (":after", &after), (":limit", &limit_number)];
    if let Some(tag) = &tag {
        values.push((":tag", tag));
    }
    if let Some(epoch) = &epoch {
        values.push((":epoch", epoch));
    }
    let mut rows = statement.query(values.as_slice()).map_err(failed)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let key = RowKey { kind, key: bytes(row, 0)? };
        found.push(decode(key, row, 1)?);
    }
    Ok(Page::new(found, from, limit))
}

pub(super) fn token(connection: &Connection, tenant: &RowKey) -> Result<Token> {
    let mut statement = connection.prepare_cached(TOKEN).map_err(failed)?;
    let mut rows = statement.query((tenant.kind.number(), tenant.key.as_slice())).map_err(failed)?;
    let epoch = rows.next().map_err(failed)?.map(|row| stored_epoch(row, 0)).transpose()?;
    Ok(Token(epoch.unwrap_or(0)))
}

/// The inside of a write transaction.
#[derive(Debug)]
pub(super) struct Changes<'a>(pub(super) &'a Connection);

impl WriteTx for Changes<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        select(self.0, keys)
    }

    fn put(&mut self, row: &Row) -> Result<()> {
        let Row { key: RowKey { kind, key }, scope, tenant, epoch: _, info, body } = row;
        let values = params![kind.number(), key, scope, tenant, row.stored_epoch()?, info, body];
        self.0.prepare_cached(PUT).map_err(failed)?.execute(values).map_err(failed)?;
        Ok(())
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        let mut statement = self.0.prepare_cached(DELETE).map_err(failed)?;
        statement.execute((key.kind.number(), key.key.as_slice())).map_err(failed)?;
        Ok(())
    }

    fn scan(&mut self, kind: Kind, tag: Tag, from: Cursor, limit: NonZeroU32, bodies: bool) -> Result<Page> {
        scan(self.0, kind, tag, from, limit, bodies)
    }
}

/// A row out of the columns scope, tenant, epoch, info and body, the first of which is column `at`.
fn decode(key: RowKey, row: &rusqlite::Row<'_>, at: usize) -> Result<Row> {
    Ok(Row {
        key,
        scope: bytes(row, at)?,
        tenant: bytes(row, at + 1)?,
        epoch: stored_epoch(row, at + 2)?,
        info: blob(row, at + 3)?.to_vec(),
        body: blob(row, at + 4)?.to_vec(),
    })
}

fn stored_epoch(row: &rusqlite::Row<'_>, at: usize) -> Result<u64> {
    let epoch = row.get_ref(at).map_err(failed)?.as_i64().map_err(|_| damaged())?;
    u64::try_from(epoch).map_err(|_| damaged())
}

fn bytes<const N: usize>(row: &rusqlite::Row<'_>, at: usize) -> Result<[u8; N]> {
    blob(row, at)?.try_into().map_err(|_| damaged())
}

fn blob<'row>(row: &'row rusqlite::Row<'_>, at: usize) -> Result<&'row [u8]> {
    row.get_ref(at).map_err(failed)?.as_blob().map_err(|_| damaged())
}
