//! A connection to read with, and since when it has seen no commit of anybody else.

use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::Connection;

use super::failure::failed;
use super::rows;
use crate::error::Result;
use crate::store::{HeadRead, Moment, Partition, RowKey};

/// The moments of one open store: a counter that all its readers share.
///
/// A reader that saw the same version of the database before some rows were read and sees it now
/// has proved that nothing was committed in between, whoever read them. The counter orders the two:
/// it is taken *after* a version was first seen and *before* rows are read.
#[derive(Debug, Default)]
pub(super) struct Moments(AtomicU64);

impl Moments {
    fn begin(&self) -> Moment {
        Moment(self.0.fetch_add(1, Ordering::SeqCst) + 1)
    }

    fn now(&self) -> Moment {
        Moment(self.0.load(Ordering::SeqCst))
    }
}

/// A connection to read with.
#[derive(Debug)]
pub(super) struct ReadConnection {
    pub(super) connection: Connection,
    /// The version of the database that was seen last, and a moment after it was first seen.
    seen: Option<(i64, Moment)>,
}

impl ReadConnection {
    pub(super) fn new(connection: Connection) -> Self {
        Self {
            connection,
            seen: None,
        }
    }

    /// Ends a transaction that an error left open.
    pub(super) fn end(&self) -> Result<()> {
        if self.connection.is_autocommit() {
            return Ok(());
        }
        self.connection.execute_batch("ROLLBACK").map_err(failed)
    }

    /// Reads a head, unless nothing was committed since a known moment.
    pub(super) fn head(
        &mut self,
        partition: Partition,
        head: &RowKey,
        known: Option<Moment>,
        moments: &Moments,
    ) -> Result<HeadRead> {
        let since = self.unchanged_since(moments)?;
        if known.is_some_and(|known| since <= known) {
            return Ok(HeadRead::Unchanged);
        }
        let moment = Some(moments.now());
        let row = rows::select(&self.connection, partition, &[*head])?
            .pop()
            .flatten();
        Ok(HeadRead::Read { row, moment })
    }

    /// Asks SQLite whether anybody else committed: the answer changes with every commit of another
    /// connection, and this one makes none (<https://sqlite.org/pragma.html#pragma_data_version>).
    fn unchanged_since(&mut self, moments: &Moments) -> Result<Moment> {
        let version: i64 = self
            .connection
            .prepare_cached("PRAGMA data_version")
            .and_then(|mut statement| statement.query_row((), |row| row.get(0)))
            .map_err(failed)?;
        match self.seen {
            Some((seen, since)) if seen == version => Ok(since),
            _ => {
                let since = moments.begin();
                self.seen = Some((version, since));
                Ok(since)
            }
        }
    }
}
