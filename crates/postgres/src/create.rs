//! Making the tables.

use std::sync::Arc;

use keyslot::{ErrorKind, Result};

use crate::ddl;
use crate::failure::Failure;
use crate::pool::Pool;
use crate::rows::column;
use crate::shape;
use crate::sql::Sql;
use crate::statement::{Query, Step};
use crate::tries::{Tries, pause};
use crate::value::Value;

/// Tries of a statement while others make the same tables.
const TRIES: u32 = 10;

/// Makes what lacks, so that it may be called again, also after it failed halfway.
pub(crate) fn create(pool: &Pool, sql: &Sql) -> Result<()> {
    match check(pool, sql) {
        Err(error) if error.kind() == ErrorKind::VaultNotFound => {}
        checked => return checked,
    }
    let made = make_schema(pool).and_then(|()| {
        let mut statements = ddl::statements(&pool.settings().schema).into_iter();
        statements.try_for_each(|statement| run(pool, &statement))
    });
    made.map_err(Failure::into_error)?;
    check(pool, sql)
}

/// Checks the tables; runs no statement but reads.
pub(crate) fn check(pool: &Pool, sql: &Sql) -> Result<()> {
    let mut tries = Tries::of_read(pool);
    loop {
        match shape::check(pool, sql) {
            Ok(()) => return Ok(()),
            Err(failure) => tries.again(failure)?,
        }
    }
}

fn make_schema(pool: &Pool) -> Result<(), Failure> {
    let schema = &pool.settings().schema;
    let count = Step::Query(Query {
        sql: Arc::from("SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = $1"),
        values: vec![Value::Text(schema.name().to_owned())],
        rows: 1,
        bytes: 64,
        is_frequent: false,
        grant: "SELECT on the catalogue pg_catalog",
    });
    let answers = pool.take()?.fly(vec![count])?;
    let row = answers.first().and_then(|answer| answer.rows.first());
    if column::<i64>(row.ok_or(Failure::Broken)?, 0)? > 0 {
        return Ok(());
    }
    run(pool, &schema.fill("CREATE SCHEMA IF NOT EXISTS {schema}"))
}

fn run(pool: &Pool, statement: &str) -> Result<(), Failure> {
    let mut tries = 0;
    loop {
        tries += 1;
        let step = Step::Query(Query {
            sql: Arc::from(statement),
            values: Vec::new(),
            rows: 0,
            bytes: 0,
            is_frequent: false,
            grant: "CREATE on the schema, or on the database if it has no such schema",
        });
        match pool.take()?.fly(vec![step]) {
            Err(Failure::Refused(state, _)) if state.is_made_by_another() && tries < TRIES => {
                pause(tries);
            }
            run => return run.map(drop),
        }
    }
}
