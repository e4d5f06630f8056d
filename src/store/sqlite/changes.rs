//! The changes of a write transaction.

use rusqlite::{Connection, params};

use super::failure::failed;
use super::rows::Reads;
use crate::error::Result;
use crate::store::{Kind, Page, Partition, ReadTx, Row, RowKey, Scan, WriteTx};

const PUT: &str = "INSERT INTO rows(partition, kind, key, epoch, info, body) VALUES(?1, ?2, ?3, \
                   ?4, ?5, ?6) ON CONFLICT(partition, kind, key) DO UPDATE SET epoch = ?4, info = \
                   ?5, body = ?6";

const HAS_BODY: &str = "SELECT 1 FROM rows WHERE partition = ?1 AND kind = ?2 AND key = ?3 AND \
                        length(body) > 0";

const DELETE: &str = "DELETE FROM rows WHERE partition = ?1 AND kind = ?2 AND key = ?3";

/// The inside of a write transaction.
#[derive(Debug)]
pub(super) struct Changes<'a> {
    reads: Reads<'a>,
    /// True if a row with a body was put: a value, or a key.
    gives: bool,
    /// True if a row was deleted, or the value of a secret was taken from it.
    erases: bool,
}

impl<'a> Changes<'a> {
    pub(super) fn new(connection: &'a Connection, partition: Partition) -> Self {
        Self {
            reads: Reads {
                connection,
                partition,
            },
            gives: false,
            erases: false,
        }
    }

    /// Returns true if something was erased and nothing was stored but facts about it.
    pub(super) fn only_erases(&self) -> bool {
        self.erases && !self.gives
    }
}

impl ReadTx for Changes<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.reads.get(keys)
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        self.reads.scan(scan)
    }
}

impl WriteTx for Changes<'_> {
    fn put(&mut self, row: &Row) -> Result<()> {
        let Row {
            key: RowKey { kind, key },
            epoch: _,
            info,
            body,
        } = row;
        let (connection, partition) = (self.reads.connection, self.reads.partition.0);
        let epoch = row.check()?;
        self.gives |= !body.is_empty();
        if body.is_empty() && *kind == Kind::Secret {
            // One that had no value before only gets other facts about it.
            self.erases |= connection
                .prepare_cached(HAS_BODY)
                .and_then(|mut found| found.exists(params![partition, kind.number(), key]))
                .map_err(failed)?;
        }
        connection
            .prepare_cached(PUT)
            .and_then(|mut put| {
                put.execute(params![partition, kind.number(), key, epoch, info, body])
            })
            .map_err(failed)?;
        Ok(())
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        self.erases = true;
        let RowKey { kind, key } = key;
        self.reads
            .connection
            .prepare_cached(DELETE)
            .and_then(|mut delete| {
                delete.execute(params![self.reads.partition.0, kind.number(), key])
            })
            .map_err(failed)?;
        Ok(())
    }
}
