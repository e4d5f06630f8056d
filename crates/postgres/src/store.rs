//! The store.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use keyslot::Result;
use keyslot::store::{HeadRead, Moment, Purge, RowKey, SelfCheck};

use crate::config::PostgresConfig;
use crate::create;
use crate::ddl;
use crate::failure::{Failure, corrupt, in_part};
use crate::moments::Moments;
use crate::pool::Pool;
use crate::reading::Reading;
use crate::rows;
use crate::settle::{Proof, settle};
use crate::sql::{LISTED_AT_ONCE, Sql};
use crate::statement::{Answer, Query, Step};
use crate::tries::Tries;
use crate::value::Value;
use crate::writing::{Committed, Writing};
use keyslot::store::{Page, Partition, ReadWork, Row, Scan, SecretStore, WriteWork};

/// Store of sealed rows in a PostgreSQL database, for any number of machines.
///
/// It works in any thread: a plain one, one of a runtime of tokio, or one of its blocking pool.
/// Calls block the thread that makes them. Dropping it never waits.
///
/// ```no_run
/// use keyslot::{RootKey, Vault};
/// use keyslot_postgres::{PostgresConfig, PostgresStore};
///
/// let config = PostgresConfig::new("postgres://app@127.0.0.1/app")?;
/// let store = PostgresStore::create(&config)?;
/// let vault = Vault::builder().store(store).open_or_create(&RootKey::generate()?)?;
/// vault.scope("acme/agents")?.put("GITHUB_TOKEN", "ghp-1")?;
/// # Ok::<(), keyslot::Error>(())
/// ```
pub struct PostgresStore {
    pool: Pool,
    sql: Sql,
    moments: Moments,
}

impl PostgresStore {
    /// The statements that make the tables, for those who run DDL themselves: `{schema}` stands for
    /// the schema. [`PostgresConfig::ddl`] fills it in.
    ///
    /// ```
    /// use keyslot_postgres::PostgresStore;
    ///
    /// assert!(PostgresStore::DDL.contains("CREATE TABLE IF NOT EXISTS {schema}.keyslot_rows"));
    /// ```
    pub const DDL: &str = ddl::TEXT;

    /// Opens the tables of a database, with the settings that a configuration has from the start.
    ///
    /// ```no_run
    /// use keyslot_postgres::PostgresStore;
    ///
    /// let store = PostgresStore::connect("postgres://app@127.0.0.1/app")?;
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`PostgresConfig::new`] and [`open`](Self::open).
    pub fn connect(connection: &str) -> Result<Self> {
        Self::open(&PostgresConfig::new(connection)?)
    }

    /// Opens the tables of a database. Runs no DDL: the role needs `USAGE` on the schema, and
    /// `SELECT`, `INSERT`, `UPDATE` and `DELETE` on the tables.
    ///
    /// ```no_run
    /// use keyslot_postgres::{PostgresConfig, PostgresStore};
    ///
    /// let config = PostgresConfig::new("postgres://app@127.0.0.1/app")?.schema("secrets")?;
    /// let store = PostgresStore::open(&config)?;
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`VaultNotFound`](keyslot::ErrorKind::VaultNotFound) if the tables are not there,
    /// [`Corrupt`](keyslot::ErrorKind::Corrupt) if they have another shape,
    /// [`UnsupportedFormat`](keyslot::ErrorKind::UnsupportedFormat) if a newer version made them,
    /// [`InvalidInput`](keyslot::ErrorKind::InvalidInput) if the server refuses the connection or
    /// is not the one that its certificate should name, or if it must be encrypted and is not,
    /// [`StoreDenied`](keyslot::ErrorKind::StoreDenied) if a grant lacks,
    /// [`Unavailable`](keyslot::ErrorKind::Unavailable) if the server does not answer. The
    /// [source](std::error::Error::source) is a [`SqlState`](crate::SqlState) or nothing; no part
    /// of the connection string is in any error.
    pub fn open(config: &PostgresConfig) -> Result<Self> {
        let store = Self::new(config)?;
        create::check(&store.pool, &store.sql)?;
        Ok(store)
    }

    /// Opens the tables of a database, and makes those that lack. May be called again, by several
    /// machines at once too.
    ///
    /// The role needs `CREATE` on the schema, or on the database if it has no such schema, but only
    /// while a table lacks.
    ///
    /// ```no_run
    /// use keyslot_postgres::{PostgresConfig, PostgresStore};
    ///
    /// let config = PostgresConfig::new("postgres://owner@127.0.0.1/app")?;
    /// let store = PostgresStore::create(&config)?;
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`open`](Self::open), without `VaultNotFound`.
    pub fn create(config: &PostgresConfig) -> Result<Self> {
        let store = Self::new(config)?;
        create::create(&store.pool, &store.sql)?;
        Ok(store)
    }

    fn new(config: &PostgresConfig) -> Result<Self> {
        let settings = config.settings()?;
        let sql = Sql::new(&settings.schema);
        Ok(Self {
            pool: Pool::new(settings)?,
            sql,
            moments: Moments::default(),
        })
    }

    /// The partitions behind one, up to the most that one statement lists.
    fn next_partitions(&self, after: Option<Partition>, limit: u32) -> Result<Vec<Partition>> {
        // Every partition is greater than no bytes at all.
        let behind = after.map_or_else(Vec::new, |after| after.0.to_vec());
        let query = || Query {
            sql: Arc::clone(&self.sql.partitions),
            values: vec![
                Value::Bytes(behind.clone()),
                Value::Number(i64::from(limit)),
            ],
            rows: limit as usize,
            bytes: 0,
            is_frequent: false,
            grant: "SELECT on keyslot_rows",
        };
        self.ask(query, |answer| {
            let rows = answer.ok_or(Failure::Broken)?.rows;
            let found: Result<Vec<_>, _> = rows.iter().map(|row| rows::exact(row, 0)).collect();
            let found: Vec<Partition> = found?.into_iter().map(Partition).collect();
            let is_behind = found.is_empty() || found.first() > after.as_ref();
            if is_behind && found.is_sorted_by(|one, next| one < next) {
                Ok(found)
            } else {
                Err(Failure::Broken)
            }
        })
    }

    /// Asks one question, and once more if the connection is lost.
    fn ask<T>(
        &self,
        query: impl Fn() -> Query,
        read: impl Fn(Option<Answer>) -> Result<T, Failure>,
    ) -> Result<T> {
        self.ask_all(|| vec![query()], |mut answers, _| read(answers.pop()))
    }

    /// Asks questions in one flight, and once more if the connection is lost. `read` also gets the
    /// number of connections that were made before the questions.
    fn ask_all<T>(
        &self,
        queries: impl Fn() -> Vec<Query>,
        read: impl Fn(Vec<Answer>, u64) -> Result<T, Failure>,
    ) -> Result<T> {
        let mut tries = Tries::of_read(&self.pool);
        loop {
            let taken = self.pool.take();
            let steps = queries().into_iter().map(Step::Query).collect();
            let made = self.pool.made();
            let answers = taken.and_then(|mut taken| taken.fly(steps));
            match answers.and_then(|answers| read(answers, made)) {
                Ok(answer) => return Ok(answer),
                Err(failure) => tries.again(failure)?,
            }
        }
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PostgresStore")
            .field(self.pool.settings())
            .finish()
    }
}

impl SecretStore for PostgresStore {
    fn get(&self, partition: Partition, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        self.ask(
            || rows::get(&self.sql, partition, keys),
            |answer| rows::got(keys, answer),
        )
    }

    fn scan(&self, partition: Partition, scan: &Scan) -> Result<Page> {
        self.ask(
            || rows::scan(&self.sql, partition, scan),
            |answer| rows::scanned(scan, answer),
        )
    }

    fn read(&self, partition: Partition, work: &mut ReadWork<'_>) -> Result<()> {
        let mut tries = Tries::of_read(&self.pool);
        loop {
            let read = Reading::new(&self.pool, &self.sql, partition).and_then(|mut reading| {
                let worked = work(&mut reading);
                reading.end().map(|()| worked)
            });
            match read {
                Ok(worked) => return worked,
                Err(failure) => tries.again(failure)?,
            }
        }
    }

    fn write(
        &self,
        partition: Partition,
        first: &[RowKey],
        work: &mut WriteWork<'_>,
    ) -> Result<()> {
        let mut tries = Tries::of_write(&self.pool);
        loop {
            let failure = match Writing::begin(&self.pool, &self.sql, partition, first) {
                Err(failure) => failure,
                Ok((mut writing, rows)) => {
                    let worked = work(rows, &mut writing);
                    if let Some(failure) = writing.failure() {
                        failure
                    } else if let Err(error) = worked {
                        writing.roll_back();
                        return Err(error);
                    } else {
                        match writing.commit() {
                            Committed::Yes => return Ok(()),
                            Committed::No(failure) => failure,
                            Committed::InPart => return Err(in_part()),
                            Committed::InDoubt(changes) => {
                                match settle(&self.pool, &self.sql, partition, &changes)? {
                                    Proof::Committed => return Ok(()),
                                    Proof::Undone => Failure::Lost,
                                }
                            }
                        }
                    }
                }
            };
            tries.again(failure)?;
        }
    }

    fn head(&self, partition: Partition, head: &RowKey, known: Option<Moment>) -> Result<HeadRead> {
        if !self.pool.settings().has_moments {
            // What is left to judge by are the rows themselves.
            let row = self.get(partition, &[*head])?.pop().flatten();
            return Ok(HeadRead::Read { row, moment: None });
        }
        let keys = &[*head];
        let queries = || vec![Moments::query(), rows::get(&self.sql, partition, keys)];
        self.ask_all(queries, |mut answers, made| {
            let row = rows::got(keys, answers.pop())?.pop().flatten();
            let moment = self.moments.of(answers.pop(), made)?;
            Ok(if known == Some(moment) {
                HeadRead::Unchanged
            } else {
                HeadRead::Read {
                    row,
                    moment: Some(moment),
                }
            })
        })
    }

    fn partitions(&self, after: Option<Partition>, limit: NonZeroU32) -> Result<Vec<Partition>> {
        let most = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        let mut found: Vec<Partition> = Vec::new();
        loop {
            let left = most.saturating_sub(found.len());
            let asked = u32::try_from(left).map_or(LISTED_AT_ONCE, |left| left.min(LISTED_AT_ONCE));
            let listed = self.next_partitions(found.last().copied().or(after), asked)?;
            let is_last = listed.len() < asked as usize || listed.len() == left;
            found.extend(listed);
            if is_last {
                return Ok(found);
            }
        }
    }

    fn purge(&self) -> Result<Purge> {
        // Vacuum frees what was deleted and does not overwrite it; the log of the server and its
        // backups keep it for as long as they say.
        Ok(Purge::OutOfReach)
    }

    fn self_check(&self) -> Result<SelfCheck> {
        if let Err(error) = create::check(&self.pool, &self.sql) {
            let is_damaged = error.kind() == corrupt().kind();
            return if is_damaged {
                Ok(SelfCheck::Damaged)
            } else {
                Err(error)
            };
        }
        let query = || Query {
            sql: Arc::clone(&self.sql.odd_rows),
            values: Vec::new(),
            rows: 1,
            bytes: 64,
            is_frequent: false,
            grant: "SELECT on keyslot_rows",
        };
        let odd: i64 = self.ask(query, |answer| {
            let rows = answer.ok_or(Failure::Broken)?.rows;
            rows::column(rows.first().ok_or(Failure::Broken)?, 0)
        })?;
        Ok(if odd == 0 {
            SelfCheck::Sound
        } else {
            SelfCheck::Damaged
        })
    }
}
