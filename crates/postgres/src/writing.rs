//! One atomic write.

use std::sync::Arc;

use keyslot::Result;
use keyslot::store::RowKey;

use crate::changes::Changes;
use crate::failure::Failure;
use crate::pool::{Pool, Taken};
use crate::rows;
use crate::sql::Sql;
use crate::statement::{Answer, Query, Step};
use crate::value::Value;
use keyslot::store::{Page, Partition, ReadTx, Row, Scan, WriteTx};

const LOCK: &str = "SELECT, INSERT and UPDATE on keyslot_locks";

/// The inside of a write: the partition is locked, and nothing is sent before it must be.
#[derive(Debug)]
pub(crate) struct Writing<'a> {
    taken: Taken<'a>,
    sql: &'a Sql,
    partition: Partition,
    changes: Changes,
    /// The failure that ended it, whatever the caller made of it.
    failure: Option<Failure>,
}

/// End of a commit.
#[derive(Debug)]
pub(crate) enum Committed {
    Yes,
    /// Nothing was written.
    No(Failure),
    /// The server says that it wrote less than it was sent.
    InPart,
    /// The connection was lost once the commit was sent.
    InDoubt(Changes),
}

impl<'a> Writing<'a> {
    /// Locks the partition and reads rows, in one flight; in two for the first write of all to the
    /// partition.
    pub(crate) fn begin(
        pool: &'a Pool,
        sql: &'a Sql,
        partition: Partition,
        first: &[RowKey],
    ) -> Result<(Self, Vec<Option<Row>>), Failure> {
        let mut writing = Self {
            taken: pool.take()?,
            sql,
            partition,
            changes: Changes::default(),
            failure: None,
        };
        let begin = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = {}; SET LOCAL \
             idle_in_transaction_session_timeout = {}",
            pool.settings().patience.as_millis(),
            pool.settings().timeout.as_millis(),
        );
        writing.taken.begin();
        let steps = vec![Step::Batch(Arc::from(begin))];
        let (is_locked, rows) = writing.lock(steps, first)?;
        if is_locked {
            return Ok((writing, rows));
        }
        // What was read without the lock may be old.
        let make = Step::Query(Query {
            sql: Arc::clone(&sql.make_lock),
            values: vec![Value::Bytes(partition.0.to_vec())],
            rows: 0,
            bytes: 0,
            is_frequent: false,
            grant: LOCK,
        });
        let (is_locked, rows) = writing.lock(vec![make], first)?;
        if is_locked {
            Ok((writing, rows))
        } else {
            Err(Failure::Broken)
        }
    }

    fn lock(
        &mut self,
        mut steps: Vec<Step>,
        first: &[RowKey],
    ) -> Result<(bool, Vec<Option<Row>>), Failure> {
        steps.push(Step::Query(Query {
            sql: Arc::clone(&self.sql.lock),
            values: vec![Value::Bytes(self.partition.0.to_vec())],
            rows: 1,
            bytes: 64,
            is_frequent: true,
            grant: LOCK,
        }));
        if !first.is_empty() {
            steps.push(Step::Query(rows::get(self.sql, self.partition, first)));
        }
        let mut answers = self.taken.fly(steps)?;
        let rows = if first.is_empty() {
            Vec::new()
        } else {
            rows::got(first, answers.pop())?
        };
        let locked = answers.pop().ok_or(Failure::Broken)?.rows;
        for (key, row) in first.iter().zip(&rows) {
            self.changes.see(*key, row.as_ref());
        }
        Ok((!locked.is_empty(), rows))
    }

    /// The failure that ended the work.
    pub(crate) fn failure(&mut self) -> Option<Failure> {
        self.failure.take()
    }

    /// Gives up; the connection is used again if the server says that it may.
    pub(crate) fn roll_back(mut self) {
        if self
            .taken
            .fly(vec![Step::Batch(Arc::from("ROLLBACK"))])
            .is_ok()
        {
            self.taken.end();
        }
    }

    /// Sends what was not sent, and the commit, in one flight.
    pub(crate) fn commit(mut self) -> Committed {
        if self.changes.is_empty() {
            self.roll_back();
            return Committed::Yes;
        }
        let flushed = self.changes.flush(self.sql, self.partition);
        let (mut steps, counts): (Vec<_>, Vec<_>) = flushed.into_iter().unzip();
        steps.push(Step::Batch(Arc::from("COMMIT")));
        match self.taken.fly(steps) {
            Ok(answers) if is_as_sent(&answers, &counts) => {
                self.taken.end();
                Committed::Yes
            }
            // The server committed less than it was told to write.
            Ok(_) => Committed::InPart,
            Err(Failure::Lost | Failure::Broken) => Committed::InDoubt(self.changes),
            Err(failure) => {
                self.roll_back();
                Committed::No(failure)
            }
        }
    }

    fn ask<T>(
        &mut self,
        query: Query,
        read: impl FnOnce(Option<Answer>) -> Result<T, Failure>,
    ) -> Result<T> {
        let failed = self.failure.clone().map_or(Ok(()), Err);
        let answer = failed.and_then(|()| {
            let flushed = self.changes.flush(self.sql, self.partition);
            let (mut steps, counts): (Vec<_>, Vec<_>) = flushed.into_iter().unzip();
            steps.push(Step::Query(query));
            let mut answers = self.taken.fly(steps)?;
            let last = answers.pop();
            if is_as_sent(&answers, &counts) {
                read(last)
            } else {
                Err(Failure::Broken)
            }
        });
        answer.map_err(|failure| {
            self.failure = Some(failure.clone());
            failure.into_error()
        })
    }
}

/// Returns true if each statement changed as many rows as it was sent.
fn is_as_sent(answers: &[Answer], counts: &[Option<u64>]) -> bool {
    let mut pairs = answers.iter().zip(counts);
    pairs.all(|(answer, count)| count.is_none_or(|count| answer.changed == count))
}

impl ReadTx for Writing<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        let mut asked = keys.to_vec();
        asked.retain(|key| self.changes.at(key).is_none());
        let mut stored = Vec::new();
        if !asked.is_empty() {
            let query = rows::get(self.sql, self.partition, &asked);
            stored = self.ask(query, |answer| rows::got(&asked, answer))?;
        }
        for (key, row) in asked.iter().zip(&stored) {
            self.changes.see(*key, row.as_ref());
        }
        let mut stored = stored.into_iter();
        let row = |key| match self.changes.at(key) {
            Some(changed) => changed.clone(),
            None => stored.next().flatten(),
        };
        Ok(keys.iter().map(row).collect())
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        let query = rows::scan(self.sql, self.partition, scan);
        self.ask(query, |answer| rows::scanned(scan, answer))
    }
}

impl WriteTx for Writing<'_> {
    fn put(&mut self, row: &Row) -> Result<()> {
        row.check()?;
        self.changes.put(row);
        Ok(())
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        self.changes.delete(*key);
        Ok(())
    }
}
