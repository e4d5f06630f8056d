//! The columns of a row, as a statement gives them.

use super::failure::{damaged, failed};
use crate::error::Result;
use crate::store::{Row, RowKey};

// SQLite knows how long a blob is before it loads it: one that no vault wrote is NULL here.

macro_rules! info {
    () => {
        "CASE WHEN length(info) <= 1048576 THEN info END"
    };
}

macro_rules! body {
    () => {
        "CASE WHEN length(body) <= 1179648 THEN body END"
    };
}

pub(super) use {body, info};

const _: () = assert!(Row::MAX_INFO == 1_048_576 && Row::MAX_BODY == 1_179_648);

/// A row out of the columns epoch, info and body, the first of which is column `at`.
pub(super) fn decode(key: RowKey, row: &rusqlite::Row<'_>, at: usize) -> Result<Row> {
    Ok(Row {
        key,
        epoch: stored_epoch(row, at)?,
        info: blob(row, at + 1)?.to_vec(),
        body: blob(row, at + 2)?.to_vec(),
    })
}

fn stored_epoch(row: &rusqlite::Row<'_>, at: usize) -> Result<u64> {
    let epoch = row
        .get_ref(at)
        .map_err(failed)?
        .as_i64()
        .map_err(|_| damaged())?;
    u64::try_from(epoch).map_err(|_| damaged())
}

pub(super) fn bytes<const N: usize>(row: &rusqlite::Row<'_>, at: usize) -> Result<[u8; N]> {
    blob(row, at)?.try_into().map_err(|_| damaged())
}

fn blob<'row>(row: &'row rusqlite::Row<'_>, at: usize) -> Result<&'row [u8]> {
    row.get_ref(at)
        .map_err(failed)?
        .as_blob()
        .map_err(|_| damaged())
}
