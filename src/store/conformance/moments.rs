//! Reads of one moment, while somebody writes.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use super::kit::{
    ALL, Broken, HandleCase, TENANT, Verdict, all_secrets, ensure, joined, put, row, same, secrets,
};
use super::sample::size;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Cursor, Row, RowKey, SecretStore};

pub(super) const HANDLE_CASES: &[HandleCase] = &[
    ("a get is of one moment", get),
    ("a page of a scan is of one moment", page),
    ("all reads of a read are of one moment", reads),
    (
        "writers go on during a read, which does not see it",
        long_read,
    ),
];

fn get(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    let keys: Vec<RowKey> = rows(4, 0).into_iter().map(|row| row.key).collect();
    one_moment(one, 4, || {
        let found = other.get(TENANT, &keys)?;
        Ok(found.into_iter().flatten().collect())
    })
}

/// In the order of keys, and in that of epochs, in which each write moves all rows.
fn page(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    let mut turn = 0_u32;
    one_moment(one, 48, || {
        turn += 1;
        let from = match turn % 2 {
            0 => Cursor::START,
            _ => Cursor::Epoch(0, Some([0; 32])),
        };
        let scan = secrets(None, from, ALL, turn % 4 < 2);
        Ok(other.scan(TENANT, &scan)?.rows)
    })
}

/// Half of the rows by their keys, half by pages.
fn reads(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    let keys: Vec<RowKey> = rows(24, 0).into_iter().map(|row| row.key).collect();
    one_moment(one, 48, || {
        let mut found = Vec::new();
        other.read(TENANT, &mut |tx| {
            found.clear();
            for key in &keys {
                found.extend(tx.get(&[*key])?.into_iter().flatten());
            }
            let mut from = keys.last().map(|key| Cursor::Key(Some(key.key)));
            while let Some(next) = from {
                let page = tx.scan(&secrets(None, next, size(5), true))?;
                found.extend(page.rows);
                from = page.next;
            }
            Ok(())
        })?;
        Ok(found)
    })
}

/// Nobody waits: the write is made inside of the read. A store whose writers must wait for readers
/// says that it is busy.
fn long_read(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    put(one, &[row(1), row(2)])?;
    for (reader, writer) in [(one, other), (other, one)] {
        let mut seen = Vec::new();
        let mut number = 0;
        reader.read(TENANT, &mut |tx| {
            let keys = [row(1).key, row(2).key];
            let before = tx.get(&keys)?;
            number += 1;
            let epoch = 10 + number;
            let written = writer.write(TENANT, &[], &mut |_, tx| {
                tx.put(&Row { epoch, ..row(1) })?;
                tx.delete(&row(2).key)
            });
            if let Err(error) = written {
                if error.kind() != ErrorKind::Busy {
                    return Err(error);
                }
            }
            let after = tx.get(&keys)?;
            let page = tx
                .scan(&all_secrets())?
                .rows
                .into_iter()
                .map(Some)
                .collect();
            seen = vec![before, after, page];
            Ok(())
        })?;
        same(
            &seen,
            &vec![vec![Some(row(1)), Some(row(2))]; 3],
            "a read saw a write that began after it",
        )?;
        put(one, &[row(1), row(2)])?;
    }
    let failed = one.read(TENANT, &mut |_| Err(Error::new(ErrorKind::Conflict, "no")));
    ensure(
        failed.is_err_and(|error| error.kind() == ErrorKind::Conflict),
        "the error of a read was not given back",
    )
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
