//! Rows of a store that may be anybody's. An answer of another shape than the question is an error,
//! because a row that is missing from it would look like a secret that does not exist.

use crate::crypto::SealedPlace;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Partition, ReadTx, Row, RowKey, SecretStore};

/// Reads rows by key.
///
/// # Errors
///
/// Those of the store, also for other rows than were asked for. Never
/// [`NotFound`](ErrorKind::NotFound), which a chain of resolvers would take for an answer.
pub(super) fn get_from(
    store: &dyn SecretStore,
    partition: Partition,
    keys: &[RowKey],
) -> Result<Vec<Option<Row>>> {
    answered(keys, store.get(partition, keys))
}

/// Reads rows as [`get_from`] does, inside of a transaction.
pub(super) fn get_in<T: ReadTx + ?Sized>(tx: &mut T, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
    answered(keys, tx.get(keys))
}

/// Reads one row inside of a transaction.
pub(super) fn get_one_in<T: ReadTx + ?Sized>(tx: &mut T, key: RowKey) -> Result<Option<Row>> {
    Ok(get_in(tx, &[key])?.pop().flatten())
}

/// Makes a row of sealed bytes, which are bound to the place that is given with it.
pub(super) fn sealed_row(
    partition: Partition,
    key: RowKey,
    epoch: u64,
    seal: impl FnOnce(&SealedPlace) -> Result<Vec<u8>>,
) -> Result<(Row, SealedPlace)> {
    let mut row = Row {
        key,
        epoch,
        info: Vec::new(),
        body: Vec::new(),
    };
    let place = place_of(partition, &row);
    row.info = seal(&place)?;
    Ok((row, place))
}

/// The place of a row, to which its sealed bytes are bound.
pub(super) fn place_of(partition: Partition, row: &Row) -> SealedPlace {
    SealedPlace {
        partition: partition.0,
        row_key: row.key.key,
        epoch: row.epoch,
    }
}

fn answered(keys: &[RowKey], answer: Result<Vec<Option<Row>>>) -> Result<Vec<Option<Row>>> {
    let rows = answer.map_err(|error| match error.kind() {
        ErrorKind::NotFound => Error::new(
            ErrorKind::Store,
            "the store failed a read with not_found; a store answers with None for a row that is \
             absent",
        )
        .with_source(error),
        _ => error,
    })?;
    checked(keys, rows)
}

/// Rows that a store gave for keys, one for each.
pub(super) fn checked(keys: &[RowKey], rows: Vec<Option<Row>>) -> Result<Vec<Option<Row>>> {
    let asked =
        |(key, row): (&RowKey, &Option<Row>)| row.as_ref().is_none_or(|row| row.key == *key);
    if rows.len() != keys.len() || !keys.iter().zip(&rows).all(asked) {
        return Err(Error::new(
            ErrorKind::Store,
            "the store gave other rows than were asked for",
        ));
    }
    Ok(rows)
}

/// An error that says which stored thing is damaged, and what helps.
pub(super) fn corrupt(message: &str) -> Error {
    Error::new(
        ErrorKind::Corrupt,
        format!("{message}; restore the vault from a backup"),
    )
}
