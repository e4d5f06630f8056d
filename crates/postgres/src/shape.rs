//! Shape of the tables, which a store checks when it is opened.

use std::collections::BTreeMap;
use std::sync::Arc;

use keyslot::{Error, ErrorKind};

use crate::failure::{Failure, corrupt};
use crate::pool::Pool;
use crate::rows::column;
use crate::sql::Sql;
use crate::statement::{Answer, Query, Step};
use crate::value::Value;

/// Format that this crate reads and writes.
const FORMAT: i64 = 1;

const CATALOG: &str = "SELECT on the catalogue pg_catalog";

const COLUMNS: &str = "SELECT c.relname::text, c.relkind::text, a.attnum, a.attname::text, \
    format_type(a.atttypid, NULL)::text, a.attnotnull FROM pg_catalog.pg_class c JOIN \
    pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute a ON \
    a.attrelid = c.oid WHERE n.nspname = $1 AND c.relname IN ('keyslot_rows', 'keyslot_locks', \
    'keyslot_meta') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum";

const KEYS: &str = "SELECT c.relname::text, i.indkey::text FROM pg_catalog.pg_index i JOIN \
    pg_catalog.pg_class c ON c.oid = i.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = \
    c.relnamespace WHERE n.nspname = $1 AND c.relname IN ('keyslot_rows', 'keyslot_locks', \
    'keyslot_meta') AND i.indisprimary";

/// Name and type of a column.
type Column = (&'static str, &'static str);

/// Tables with the length of their primary key and their columns; those of the key lead, in the
/// order of the key.
const TABLES: [(&str, usize, &[Column]); 3] = [
    ("keyslot_locks", 1, &[("partition", "bytea")]),
    (
        "keyslot_meta",
        1,
        &[("id", "smallint"), ("format", "bigint")],
    ),
    (
        "keyslot_rows",
        3,
        &[
            ("partition", "bytea"),
            ("kind", "smallint"),
            ("key", "bytea"),
            ("epoch", "bigint"),
            ("info", "bytea"),
            ("body", "bytea"),
        ],
    ),
];

/// Checks the tables and their format, in one flight.
///
/// # Errors
///
/// `VaultNotFound` if a table or the format lacks, `Corrupt` for tables of another shape,
/// `UnsupportedFormat` for those of a newer version.
pub(crate) fn check(pool: &Pool, sql: &Sql) -> Result<(), Failure> {
    let schema = pool.settings().schema.name();
    let query = |sql: &str, rows| {
        Step::Query(Query {
            sql: Arc::from(sql),
            values: vec![Value::Text(schema.to_owned())],
            rows,
            bytes: 64 << 10,
            is_frequent: false,
            grant: CATALOG,
        })
    };
    let format = Step::Query(Query {
        sql: Arc::clone(&sql.format),
        values: vec![Value::Kind(1)],
        rows: 1,
        bytes: 64,
        is_frequent: false,
        grant: "SELECT on keyslot_meta",
    });
    let mut taken = pool.take()?;
    let shape = || vec![query(COLUMNS, 64), query(KEYS, 8)];
    let mut steps = shape();
    steps.push(format);
    match taken.fly(steps).as_deref() {
        Ok([columns, keys, format]) => {
            check_shape(columns, keys)?;
            check_format(format)
        }
        Err(Failure::Refused(state, _)) if state.is_no_table() => {
            // Some may be there, of another shape.
            if let [columns, keys] = taken.fly(shape())?.as_slice() {
                check_shape(columns, keys)?;
            }
            Err(not_found())
        }
        Err(failure) => Err(failure.clone()),
        Ok(_) => Err(Failure::Broken),
    }
}

fn check_shape(columns: &Answer, keys: &Answer) -> Result<(), Failure> {
    let mut tables: BTreeMap<&str, Vec<(i16, &str, &str)>> = BTreeMap::new();
    for row in &columns.rows {
        let (kind, is_filled): (&str, bool) = (column(row, 1)?, column(row, 5)?);
        // A table, or one in parts.
        if !matches!(kind, "r" | "p") || !is_filled {
            return Err(other_shape());
        }
        let of = (column(row, 2)?, column(row, 3)?, column(row, 4)?);
        tables.entry(column(row, 0)?).or_default().push(of);
    }
    let mut primary: BTreeMap<&str, &str> = BTreeMap::new();
    for row in &keys.rows {
        primary.insert(column(row, 0)?, column(row, 1)?);
    }
    let mut is_whole = true;
    for (table, key, expected) in TABLES {
        let Some(found) = tables.get(table) else {
            is_whole = false;
            continue;
        };
        let mut wanted = expected.to_vec();
        wanted.sort_unstable();
        let mut named: Vec<(&str, &str)> = found.iter().map(|of| (of.1, of.2)).collect();
        named.sort_unstable();
        let number = |name: &str| {
            found
                .iter()
                .find(|of| of.1 == name)
                .map(|of| of.0.to_string())
        };
        let numbers = expected
            .iter()
            .take(key)
            .filter_map(|(name, _)| number(name));
        let numbers: Vec<String> = numbers.collect();
        if named != wanted || primary.get(table) != Some(&numbers.join(" ").as_str()) {
            return Err(other_shape());
        }
    }
    if is_whole { Ok(()) } else { Err(not_found()) }
}

fn check_format(format: &Answer) -> Result<(), Failure> {
    let Some(row) = format.rows.first() else {
        return Err(not_found());
    };
    match column::<i64>(row, 0)? {
        FORMAT => Ok(()),
        newer if newer > FORMAT => Err(Failure::Made(Error::new(
            ErrorKind::UnsupportedFormat,
            "the tables are of a newer version of keyslot-postgres; update this program",
        ))),
        _ => Err(other_shape()),
    }
}

fn not_found() -> Failure {
    Failure::Made(Error::new(
        ErrorKind::VaultNotFound,
        "the tables of keyslot are not in this schema; PostgresStore::create makes them",
    ))
}

fn other_shape() -> Failure {
    Failure::Made(corrupt())
}
