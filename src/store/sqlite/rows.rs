//! Rows as one connection reads them.

use rusqlite::Connection;

use super::columns::{body, decode, info};
use super::failure::failed;
use super::scans;
use crate::error::Result;
use crate::store::{Page, Partition, ReadTx, Row, RowKey, Scan};

/// Reads one row.
const GET: &str = concat!(
    "SELECT epoch, ",
    info!(),
    ", ",
    body!(),
    " FROM rows WHERE partition = ?1 AND kind = ?2 AND key = ?3"
);

/// Reads rows of one moment: several selects share a read transaction, which also makes each of
/// them cheaper. After an error the transaction may still be open.
pub(super) fn get(
    connection: &Connection,
    partition: Partition,
    keys: &[RowKey],
) -> Result<Vec<Option<Row>>> {
    if keys.len() < 2 {
        return select(connection, partition, keys);
    }
    of_one_moment(connection, || select(connection, partition, keys))
}

/// Runs reads that share a transaction. After an error it may still be open.
pub(super) fn of_one_moment<T>(
    connection: &Connection,
    read: impl FnOnce() -> Result<T>,
) -> Result<T> {
    execute(connection, "BEGIN")?;
    let found = read()?;
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

/// Reads rows within a transaction, or one row without.
pub(super) fn select(
    connection: &Connection,
    partition: Partition,
    keys: &[RowKey],
) -> Result<Vec<Option<Row>>> {
    let mut statement = connection.prepare_cached(GET).map_err(failed)?;
    keys.iter()
        .map(|key| {
            let mut rows = statement
                .query((
                    partition.0.as_slice(),
                    key.kind.number(),
                    key.key.as_slice(),
                ))
                .map_err(failed)?;
            rows.next()
                .map_err(failed)?
                .map(|row| decode(*key, row, 0))
                .transpose()
        })
        .collect()
}

/// The reads of a transaction.
#[derive(Debug)]
pub(super) struct Reads<'a> {
    pub(super) connection: &'a Connection,
    pub(super) partition: Partition,
}

impl ReadTx for Reads<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        select(self.connection, self.partition, keys)
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        scans::page(self.connection, self.partition, scan)
    }
}

/// Returns true if a row has a key or a partition of another length than all rows have. Goes
/// through the table itself, and loads neither.
pub(super) fn has_long_columns(connection: &Connection) -> Result<bool> {
    const LONG: &str = "SELECT EXISTS(SELECT 1 FROM rows NOT INDEXED WHERE length(key) <> 32 OR \
                        length(partition) <> 16)";
    connection
        .query_row(LONG, (), |row| row.get(0))
        .map_err(failed)
}
