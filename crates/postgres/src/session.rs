//! One connection: flights of statements over it.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Instant;

use futures_util::TryStreamExt;
use tokio::task::AbortHandle;
use tokio_postgres::{Client, RowStream, Statement};

use crate::driver::Driver;
use crate::failure::Failure;
use crate::metered::Allowance;
use crate::statement::{Answer, FRAME, Query, Step};
use crate::wait::Ended;

/// Bytes that a server may send beside its answers, such as notices and settings.
const BESIDE: u64 = 64 << 10;

/// Open connection. Dropping it closes it.
#[derive(Debug)]
pub(crate) struct Session {
    line: Arc<Line>,
    task: AbortHandle,
}

/// The part that flights share.
struct Line {
    client: Client,
    allowance: Arc<Allowance>,
    /// The statements with names; `None` where names are off.
    names: Option<Mutex<HashMap<Arc<str>, Statement>>>,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").finish_non_exhaustive()
    }
}

impl Session {
    pub(crate) fn new(
        client: Client,
        allowance: Arc<Allowance>,
        task: AbortHandle,
        are_named: bool,
    ) -> Self {
        let names = are_named.then(Mutex::default);
        let line = Line {
            client,
            allowance,
            names,
        };
        Self {
            line: Arc::new(line),
            task,
        }
    }

    /// Returns true once the server or the network ended the connection.
    pub(crate) fn is_closed(&self) -> bool {
        self.line.client.is_closed()
    }

    pub(crate) fn client(&self) -> &Client {
        &self.line.client
    }

    /// Sends all steps at once and gives their answers in the same order, or the first failure.
    pub(crate) fn fly(
        &self,
        driver: &Driver,
        steps: Vec<Step>,
        deadline: Instant,
    ) -> Result<Vec<Answer>, Failure> {
        let line = Arc::clone(&self.line);
        let flown = driver.run(deadline, async move { line.fly(&steps).await });
        match flown {
            Ok(flown) => flown,
            Err(Ended::Late | Ended::Gone) => Err(Failure::Lost),
        }
    }

    /// Forgets the statements with names, after the server did.
    pub(crate) fn forget_names(&self) {
        if let Some(names) = &self.line.names {
            names.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Without this, one that the server does not answer would stay open.
        self.task.abort();
    }
}

type Flight<'a> = Pin<Box<dyn Future<Output = Result<Answer, Failure>> + Send + 'a>>;

impl Line {
    async fn fly(&self, steps: &[Step]) -> Result<Vec<Answer>, Failure> {
        let flown = self.send(steps).await;
        match flown {
            Err(_) if self.allowance.was_passed() => Err(Failure::Broken),
            flown => flown,
        }
    }

    async fn send(&self, steps: &[Step]) -> Result<Vec<Answer>, Failure> {
        // One for the name of each statement, too.
        let allowed = steps
            .iter()
            .map(|step| step.allowance().saturating_add(FRAME));
        let allowed = allowed.fold(BESIDE, u64::saturating_add);
        // What TLS adds to records is less than that.
        self.allowance.set(allowed.saturating_add(allowed >> 4));

        let mut flights: Vec<Flight<'_>> = Vec::with_capacity(steps.len());
        for step in steps {
            flights.push(match step {
                Step::Batch(sql) => Box::pin(self.batch(sql)),
                Step::Query(query) => Box::pin(self.query(query)),
            });
        }
        let mut names: Vec<_> = self
            .unnamed(steps)
            .map(|query| Box::pin(self.name(query)))
            .collect();
        // The first poll of each one sends it.
        let mut early = Vec::with_capacity(flights.len());
        poll_fn(|context| {
            for flight in &mut flights {
                early.push(match flight.as_mut().poll(context) {
                    Poll::Ready(answer) => Some(answer),
                    Poll::Pending => None,
                });
            }
            // Behind the rest, and only for the next flight: a statement that waited for its name
            // would be overtaken by those that follow it.
            names.retain_mut(|name| name.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        let mut answers = Vec::with_capacity(flights.len());
        for (early, flight) in early.into_iter().zip(flights) {
            answers.push(match early {
                Some(answer) => answer?,
                None => flight.await?,
            });
        }
        for name in names {
            name.await;
        }
        Ok(answers)
    }

    async fn batch(&self, sql: &str) -> Result<Answer, Failure> {
        let done = self.client.batch_execute(sql).await;
        done.map_err(|error| Failure::of(&error, "CONNECT on the database"))?;
        Ok(Answer::default())
    }

    async fn query(&self, query: &Query) -> Result<Answer, Failure> {
        let stream = self.stream(query).await;
        let answer = match stream {
            Ok(stream) => collect(stream, query.rows).await,
            Err(error) => Err(error),
        };
        answer
            .map_err(|error| Failure::of(&error, query.grant))?
            .ok_or(Failure::Broken)
    }

    async fn stream(&self, query: &Query) -> Result<RowStream, tokio_postgres::Error> {
        if let Some(statement) = self.name_of(query) {
            return self.client.query_raw(&statement, query.values.iter()).await;
        }
        let values = query.values.iter().map(|value| (value, value.sql_type()));
        self.client.query_typed_raw(&query.sql, values).await
    }

    fn name_of(&self, query: &Query) -> Option<Statement> {
        let names = self.names.as_ref()?;
        let names = names.lock().unwrap_or_else(PoisonError::into_inner);
        names.get(&query.sql).cloned()
    }

    /// The frequent statements of a flight that have no name yet.
    fn unnamed<'a>(&self, steps: &'a [Step]) -> impl Iterator<Item = &'a Query> {
        let queries = steps.iter().filter_map(|step| match step {
            Step::Query(query) if query.is_frequent => Some(query),
            _ => None,
        });
        let mut unnamed: Vec<&Query> = Vec::new();
        if self.names.is_some() {
            for query in queries.filter(|query| self.name_of(query).is_none()) {
                if unnamed.iter().all(|other| other.sql != query.sql) {
                    unnamed.push(query);
                }
            }
        }
        unnamed.into_iter()
    }

    /// Gives a statement its name. If that fails, the statement is sent without one.
    async fn name(&self, query: &Query) {
        let prepared = self.client.prepare_typed(&query.sql, &query.types()).await;
        if let (Ok(statement), Some(names)) = (prepared, &self.names) {
            let mut names = names.lock().unwrap_or_else(PoisonError::into_inner);
            names.insert(Arc::clone(&query.sql), statement);
        }
    }
}

/// The rows of an answer; `None` if there are more of them than were asked for.
async fn collect(stream: RowStream, most: usize) -> Result<Option<Answer>, tokio_postgres::Error> {
    let mut stream = pin!(stream);
    let mut rows = Vec::new();
    while let Some(row) = stream.try_next().await? {
        if rows.len() == most {
            return Ok(None);
        }
        rows.push(row);
    }
    let changed = stream.rows_affected().unwrap_or_default();
    Ok(Some(Answer { rows, changed }))
}
