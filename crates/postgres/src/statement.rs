//! Statements, and what their answers may hold.

use std::sync::Arc;

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::value::Value;

/// Bytes of an answer beside its rows.
pub(crate) const FRAME: u64 = 16 << 10;

/// One message of a flight.
#[derive(Debug)]
pub(crate) enum Step {
    /// Statements without values and without rows.
    Batch(Arc<str>),
    /// A statement with values.
    Query(Query),
}

/// Statement with its values, and the bounds of its answer.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) sql: Arc<str>,
    pub(crate) values: Vec<Value>,
    /// The most rows of the answer.
    pub(crate) rows: usize,
    /// The most bytes of all rows.
    pub(crate) bytes: u64,
    /// True for one that is worth a name, where names are on.
    pub(crate) is_frequent: bool,
    /// The grant that it needs.
    pub(crate) grant: &'static str,
}

/// Answer to a [`Query`].
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) rows: Vec<Row>,
    /// Rows that were written.
    pub(crate) changed: u64,
}

impl Query {
    pub(crate) fn types(&self) -> Vec<Type> {
        self.values.iter().map(Value::sql_type).collect()
    }
}

impl Step {
    /// Bytes that the answer may have.
    pub(crate) fn allowance(&self) -> u64 {
        match self {
            Self::Batch(_) => FRAME,
            Self::Query(query) => {
                let frames = (query.rows as u64).saturating_mul(256);
                query.bytes.saturating_add(frames).saturating_add(FRAME)
            }
        }
    }
}
