//! The bytes of a vault's file.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

/// A share of the file.
pub struct Part {
    pub name: String,
    pub bytes: u64,
}

/// Number of the kind of secrets in the file.
const SECRET: u8 = 6;

/// Returns the shares of the file: the sealed columns of the secrets, their keys, each index, and
/// the space of pages that is not used.
pub fn parts(file: &Path) -> Vec<Part> {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let number = |sql: &str| -> u64 {
        let found: i64 = connection.query_row(sql, (), |row| row.get(0)).unwrap();
        u64::try_from(found).unwrap()
    };
    let sum = |what: &str| {
        number(&format!(
            "SELECT sum({what}) FROM rows WHERE kind = {SECRET}"
        ))
    };
    let pages = |what: &str, of: &str| {
        number(&format!(
            "SELECT sum({what}) FROM dbstat WHERE name = '{of}'"
        ))
    };
    let part = |name: &str, bytes| Part {
        name: name.to_owned(),
        bytes,
    };
    let (info, body) = (sum("length(info)"), sum("length(body)"));
    let keys = sum("length(partition) + length(key)");
    let table = pages("payload", "rows");
    let rest = table - info - body - keys;
    let mut parts = vec![
        part("info: the sealed record", info),
        part("body: the sealed value", body),
        part("keys in the table", keys),
        part("other rows and columns", rest),
    ];
    for index in ["rows_by_key", "rows_by_epoch"] {
        parts.push(part(index, pages("payload", index)));
    }
    let unused = number("SELECT sum(unused) FROM dbstat");
    parts.push(part("unused space of pages", unused));
    let all = number("SELECT sum(pgsize) FROM dbstat");
    let named: u64 = parts.iter().map(|part| part.bytes).sum();
    parts.push(part("pages of SQLite itself", all.saturating_sub(named)));
    parts
}
