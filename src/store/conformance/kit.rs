//! Rows and comparisons of the cases.

use std::fmt;
use std::thread::ScopedJoinHandle;

use crate::error::{Error, ErrorKind, Result};
use crate::store::{
    Cursor, HeadRead, Kind, Page, PageSize, Partition, Row, RowKey, Scan, SecretStore, WriteWork,
};

pub(super) type Verdict = std::result::Result<(), Broken>;
pub(super) type Case = (&'static str, fn(&dyn SecretStore) -> Verdict);
pub(super) type HandleCase = (
    &'static str,
    fn(&dyn SecretStore, &dyn SecretStore) -> Verdict,
);

/// A breach of the contract by a store.
#[derive(Debug)]
pub(super) struct Broken(pub(super) String);

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        Self(format!("an operation failed: {error} ({:?})", error.kind()))
    }
}

pub(super) fn ensure(holds: bool, otherwise: &str) -> Verdict {
    if holds {
        Ok(())
    } else {
        Err(Broken(otherwise.to_owned()))
    }
}

/// Compares without ever printing the bytes of a row.
pub(super) fn same<T: PartialEq>(seen: &T, expected: &T, otherwise: impl fmt::Display) -> Verdict {
    ensure(seen == expected, &otherwise.to_string())
}

pub(super) fn key(kind: Kind, number: u32) -> RowKey {
    let mut key = [0xA5; 32];
    // The number leads, so that the order of keys is the order of numbers, also across the sign bit
    // of a byte.
    for (to, from) in key.iter_mut().zip(number.to_be_bytes()) {
        *to = from;
    }
    RowKey { kind, key }
}

/// The partition that nearly all cases are about.
pub(super) const TENANT: Partition = Partition([1; 16]);

/// Another partition.
pub(super) const OTHER: Partition = Partition([2; 16]);

/// A scan for secrets of a scope, or for all.
pub(super) fn secrets(scope: Option<[u8; 16]>, from: Cursor, size: PageSize, bodies: bool) -> Scan {
    Scan {
        kind: Kind::Secret,
        scope,
        from,
        size,
        bodies,
    }
}

/// A scan for all secrets.
pub(super) fn all_secrets() -> Scan {
    secrets(None, Cursor::START, ALL, true)
}

/// A secret, with some bytes.
pub(super) fn row(number: u32) -> Row {
    Row {
        key: key(Kind::Secret, number),
        epoch: 1,
        info: number.to_le_bytes().to_vec(),
        body: vec![0x4B; 40],
    }
}

pub(super) fn head(epoch: u64) -> Row {
    Row {
        key: HEAD,
        epoch,
        info: vec![1],
        body: Vec::new(),
    }
}

pub(super) const HEAD: RowKey = RowKey {
    kind: Kind::Head,
    key: [1; 32],
};

/// A page without bounds.
pub(super) const ALL: PageSize = PageSize::MAX;

/// The epoch of the head; 0 without one.
pub(super) fn epoch(store: &dyn SecretStore, partition: Partition) -> Result<u64> {
    Ok(match store.head(partition, &HEAD, None)? {
        HeadRead::Read { row, .. } => row.map_or(0, |row| row.epoch),
        HeadRead::Unchanged => u64::MAX,
    })
}

pub(super) fn put(store: &dyn SecretStore, rows: &[Row]) -> Verdict {
    store.write(TENANT, &[], &mut |_, tx| {
        rows.iter().try_for_each(|row| tx.put(row))
    })?;
    Ok(())
}

/// Writes among others: a write may be told that the store is busy, but not for ever.
pub(super) fn write(
    store: &dyn SecretStore,
    partition: Partition,
    first: &[RowKey],
    work: &mut WriteWork<'_>,
) -> Result<()> {
    let mut tries = 0;
    loop {
        tries += 1;
        match store.write(partition, first, work) {
            Err(error) if error.kind() == ErrorKind::Busy && tries < 20 => {}
            written => return written,
        }
    }
}

/// The epoch of the head in rows that were read.
pub(super) fn epoch_of(rows: &[Option<Row>]) -> u64 {
    let head = rows.iter().flatten().find(|row| row.key == HEAD);
    head.map_or(0, |head| head.epoch)
}

/// The outcome of a thread. A panic in it is a breach of the contract.
pub(super) fn joined<T, E: From<Error>>(
    thread: ScopedJoinHandle<'_, std::result::Result<T, E>>,
) -> std::result::Result<T, E> {
    let panicked = |_| Error::new(ErrorKind::Store, "a thread of the store panicked");
    thread.join().map_err(panicked)?
}

pub(super) fn numbers(page: &Page) -> Vec<u32> {
    page.rows
        .iter()
        .filter_map(|row| {
            row.key
                .key
                .first_chunk()
                .map(|&lead| u32::from_be_bytes(lead))
        })
        .collect()
}
