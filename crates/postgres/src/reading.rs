//! Many reads of one moment.

use std::sync::Arc;

use keyslot::Result;
use keyslot::store::RowKey;

use crate::failure::Failure;
use crate::pool::{Pool, Taken};
use crate::rows;
use crate::sql::Sql;
use crate::statement::{Answer, Query, Step};
use keyslot::store::{Page, Partition, ReadTx, Row, Scan};

/// The inside of a read. The moment is that of the first question.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    taken: Taken<'a>,
    sql: &'a Sql,
    partition: Partition,
    begin: Option<Arc<str>>,
    /// The failure that ended it, whatever the caller made of it.
    failure: Option<Failure>,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(pool: &'a Pool, sql: &'a Sql, partition: Partition) -> Result<Self, Failure> {
        let patience = pool.settings().timeout.as_millis();
        let begin = format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL \
             idle_in_transaction_session_timeout = {patience}"
        );
        Ok(Self {
            taken: pool.take()?,
            sql,
            partition,
            begin: Some(Arc::from(begin)),
            failure: None,
        })
    }

    /// Ends the read; gives the failure that it had.
    pub(crate) fn end(mut self) -> Result<(), Failure> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        if self.begin.is_none() {
            self.taken.fly(vec![Step::Batch(Arc::from("COMMIT"))])?;
            self.taken.end();
        }
        Ok(())
    }

    fn ask<T>(
        &mut self,
        query: Query,
        read: impl FnOnce(Option<Answer>) -> Result<T, Failure>,
    ) -> Result<T> {
        let failed = self.failure.clone().map_or(Ok(()), Err);
        let answer = failed.and_then(|()| {
            let begin = self.begin.take();
            if begin.is_some() {
                self.taken.begin();
            }
            let mut steps: Vec<Step> = begin.map(Step::Batch).into_iter().collect();
            steps.push(Step::Query(query));
            read(self.taken.fly(steps)?.pop())
        });
        answer.map_err(|failure| {
            self.failure = Some(failure.clone());
            failure.into_error()
        })
    }
}

impl ReadTx for Reading<'_> {
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let query = rows::get(self.sql, self.partition, keys);
        self.ask(query, |answer| rows::got(keys, answer))
    }

    fn scan(&mut self, scan: &Scan) -> Result<Page> {
        let query = rows::scan(self.sql, self.partition, scan);
        self.ask(query, |answer| rows::scanned(scan, answer))
    }
}
