//! Reads of one moment, while somebody writes.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use super::kit::{ALL, Broken, HandleCase, Verdict, ensure, joined, put, row, tag};
use crate::error::Result;
use crate::store::{Cursor, Kind, Row, RowKey, SecretStore, Tag};

pub(super) const HANDLE_CASES: &[HandleCase] = &[
    ("a get is of one moment", get),
    ("a page of a scan is of one moment", page),
];

fn get(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    let keys: Vec<RowKey> = rows(4, 0).into_iter().map(|row| row.key).collect();
    one_moment(one, 4, || {
        let found = other.get(&keys)?;
        Ok(found.into_iter().flatten().collect())
    })
}

/// In the order of keys, and in that of epochs, in which each write moves all rows.
fn page(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    let mut turn = (0..).zip(
        [
            (Tag::Any, Cursor::START),
            (Tag::Tenant(tag(1)), Cursor::Epoch(0, Some([0; 32]))),
            (Tag::Tenant(tag(1)), Cursor::START),
            (Tag::Any, Cursor::Epoch(0, Some([0; 32]))),
        ]
        .into_iter()
        .cycle(),
    );
    one_moment(one, 48, || {
        let (bodies, (tag, from)) = turn.next().map_or_else(
            || (true, (Tag::Any, Cursor::START)),
            |(number, scan): (u32, _)| (number % 8 < 4, scan),
        );
        Ok(other.scan(Kind::Secret, tag, from, ALL, bodies)?.rows)
    })
}

fn rows(count: u32, epoch: u64) -> Vec<Row> {
    (0..count)
        .map(|number| Row {
            epoch,
            ..row(number)
        })
        .collect()
}

/// Reads rows of which each write replaces all.
fn one_moment(
    store: &dyn SecretStore,
    count: u32,
    mut read: impl FnMut() -> Result<Vec<Row>>,
) -> Verdict {
    put(store, &rows(count, 0))?;
    let (written, enough) = (AtomicU64::new(0), AtomicBool::new(false));
    thread::scope(|threads| {
        let writer = threads.spawn(|| {
            while !enough.load(Ordering::Relaxed) {
                put(
                    store,
                    &rows(count, 1 + written.fetch_add(1, Ordering::Relaxed)),
                )?;
                // This is not about who starves whom.
                thread::sleep(Duration::from_millis(5));
            }
            Ok::<(), Broken>(())
        });
        let is_enough = || written.load(Ordering::Relaxed) >= 20 || writer.is_finished();
        let read = read_until(count, &mut read, is_enough);
        enough.store(true, Ordering::Relaxed);
        joined(writer)?;
        read
    })
}

/// Reads many times, and until it is enough.
fn read_until(
    count: u32,
    read: &mut impl FnMut() -> Result<Vec<Row>>,
    enough: impl Fn() -> bool,
) -> Verdict {
    let mut reads = 0;
    while reads < 200 || !enough() {
        let found = read()?;
        let first = found.first().map(|row| row.epoch);
        let is_together = found.iter().all(|row| Some(row.epoch) == first);
        ensure(
            is_together && u32::try_from(found.len()) == Ok(count),
            "rows of one write were seen beside rows of another",
        )?;
        reads += 1;
    }
    Ok(())
}
