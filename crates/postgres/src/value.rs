//! Values of the statements.

use std::error::Error;
use std::fmt;

use bytes::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

/// Value of a placeholder in a statement.
pub(crate) enum Value {
    Bytes(Vec<u8>),
    Number(i64),
    Kind(i16),
    Text(String),
    ManyBytes(Vec<Vec<u8>>),
    Kinds(Vec<i16>),
}

impl Value {
    pub(crate) fn sql_type(&self) -> Type {
        match self {
            Self::Bytes(_) => Type::BYTEA,
            Self::Number(_) => Type::INT8,
            Self::Kind(_) => Type::INT2,
            Self::Text(_) => Type::TEXT,
            Self::ManyBytes(_) => Type::BYTEA_ARRAY,
            Self::Kinds(_) => Type::INT2_ARRAY,
        }
    }
}

// The client writes the values of a statement to the log of the program.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

impl ToSql for Value {
    fn to_sql(
        &self,
        as_type: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Bytes(bytes) => bytes.to_sql(as_type, out),
            Self::Number(number) => number.to_sql(as_type, out),
            Self::Kind(number) => number.to_sql(as_type, out),
            Self::Text(text) => text.to_sql(as_type, out),
            Self::ManyBytes(all) => all.to_sql(as_type, out),
            Self::Kinds(all) => all.to_sql(as_type, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        // The one of `sql_type`, which is sent with it; `to_sql_checked` would ask the type alone.
        true
    }

    to_sql_checked!();
}
