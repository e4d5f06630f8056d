//! Writes whose connection is lost.

use std::thread;
use std::time::Duration;

use super::cut::{Faults, Place};
use super::kit::{Broken, HEAD, TENANT, all_secrets, ensure, epoch_of, head, key, row, same};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Kind, ReadTx, Row, SecretStore, WriteTx};

/// Rows of a partition to begin with: none, or those of one write.
pub(super) const BEGINS: [u64; 2] = [0, 1];

/// The rows after so many writes, the head at the end.
pub(super) fn rows_after(writes: u64) -> Vec<Row> {
    let newest = Row {
        epoch: writes,
        ..row(2)
    };
    let own = (1..=writes).map(row_of);
    let there = [newest].into_iter().chain(own).chain([head(writes)]);
    there
        .take(if writes == 0 { 0 } else { usize::MAX })
        .collect()
}

/// The row that one write puts, and no other.
fn row_of(write: u64) -> Row {
    Row {
        key: key(Kind::Secret, 100 + u32::try_from(write).unwrap_or(u32::MAX)),
        epoch: write,
        ..row(0)
    }
}

fn rows_in<T: ReadTx + ?Sized>(tx: &mut T) -> Result<Vec<Row>> {
    let mut rows = tx.scan(&all_secrets())?.rows;
    rows.extend(tx.get(&[HEAD])?.into_iter().flatten());
    Ok(rows)
}

/// One write: the next epoch. It replaces a row, puts one that no other write puts, and deletes one
/// that it puts itself. `at` is called in between.
fn step(first: &[Option<Row>], tx: &mut dyn WriteTx, at: &mut dyn FnMut(Place)) -> Result<()> {
    let now = epoch_of(first) + 1;
    at(Place::FirstInWork);
    tx.put(&row(7))?;
    tx.put(&Row {
        epoch: now,
        ..row(2)
    })?;
    at(Place::InWork);
    tx.get(&[row(7).key])?;
    tx.delete(&row(7).key)?;
    tx.put(&row_of(now))?;
    tx.put(&head(now))?;
    at(Place::LastInWork);
    Ok(())
}

/// A write during which the connection is lost. What is said of it must be true, and the next write
/// must work.
pub(super) fn write(
    store: &dyn SecretStore,
    begin: u64,
    place: Place,
    cut: &dyn Fn(),
) -> std::result::Result<Faults, Broken> {
    for _ in 0..begin {
        next(store)?;
    }
    let (mut is_cut, mut is_run) = (place == Place::Before, false);
    if is_cut {
        cut();
    }
    let written = store.write(TENANT, &[HEAD], &mut |first, tx| {
        step(&first, tx, &mut |now| {
            if now == place && !is_cut {
                is_cut = true;
                cut();
            }
        })?;
        is_run = true;
        Ok(())
    });
    // Only who has the lock knows that nothing of it is still under way.
    let before = next(store)?;
    let is_there = before == rows_after(begin + 1);
    ensure(
        is_there || before == rows_after(begin),
        "it was made more than once, or a part of it",
    )?;
    let faults = Faults::of(&written)?;
    match written.map_err(|error| error.kind()) {
        Ok(()) => ensure(is_there, "it is lost, but was said to be done")?,
        Err(ErrorKind::Unsettled) => {
            ensure(is_run, "it was called unsettled, but no commit was sent")?;
        }
        Err(_) => ensure(!is_there, "it was made, but was said to have failed")?,
    }
    let after = calm(|| {
        let mut rows = Vec::new();
        store.read(TENANT, &mut |tx| {
            rows = rows_in(tx)?;
            Ok(())
        })?;
        Ok(rows)
    })?;
    same(
        &after,
        &rows_after(begin + u64::from(is_there) + 1),
        "the next write is lost, or was made twice",
    )?;
    Ok(faults)
}

/// A write whose connection nobody cuts. Returns the rows that it found.
pub(super) fn next(store: &dyn SecretStore) -> Result<Vec<Row>> {
    calm(|| {
        let mut found = Vec::new();
        store.write(TENANT, &[HEAD], &mut |first, tx| {
            found = rows_in(tx)?;
            step(&first, tx, &mut |_| {})
        })?;
        Ok(found)
    })
}

/// Returns true for an error after which nothing is written, and that does not last.
pub(super) fn is_passing(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::Busy)
}

impl Faults {
    fn of(written: &Result<()>) -> std::result::Result<Self, Broken> {
        let mut faults = Self::default();
        *match written {
            Ok(()) => &mut faults.done,
            Err(error) if is_passing(error) => &mut faults.unavailable,
            Err(error) if error.kind() == ErrorKind::Unsettled => &mut faults.unsettled,
            Err(error) => {
                return Err(Broken(format!(
                    "it failed as {:?}, not as Unavailable or Unsettled",
                    error.kind()
                )));
            }
        } = 1;
        Ok(faults)
    }
}

/// Does something until it is there again, for a while: a store may need time to connect.
pub(super) fn calm<T>(work: impl Fn() -> Result<T>) -> Result<T> {
    let mut tries = 0;
    loop {
        tries += 1;
        match work() {
            Err(error) if is_passing(&error) && tries < 30 => {
                thread::sleep(Duration::from_millis(20 * tries.min(10)));
            }
            done => return done,
        }
    }
}
