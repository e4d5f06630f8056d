//! Proves that a store keeps the contract of [`SecretStore`].
//!
//! Run [`check`] with every way to make the store, boxed and shared ones included, and
//! [`check_handles`] if the same rows can be opened twice.

use std::fmt;

use super::{HeadRead, Kind, Page, Row, RowKey, SecretStore};
use crate::error::{Error, Result};

mod handles;
mod scans;
mod writes;

/// Runs every case, each on a fresh, empty store that `make` gives.
///
/// ```
/// use keyslot::store::{conformance, MemoryStore};
///
/// conformance::check(MemoryStore::new);
/// ```
///
/// # Panics
///
/// When a case fails. The message names the case and what it saw; it holds no bytes of rows.
#[track_caller]
pub fn check<S: SecretStore>(make: impl Fn() -> S) {
    for (name, case) in writes::CASES.iter().chain(scans::CASES) {
        report(name, case(&make()));
    }
    for (name, case) in handles::CASES {
        let store = make();
        report(name, case(&store, &store));
    }
}

/// Runs the cases about concurrency with two handles on the same rows, fresh and empty ones for
/// each case.
///
/// ```
/// use keyslot::store::{conformance, MemoryStore};
///
/// conformance::check_handles(|| {
///     let store = MemoryStore::new();
///     (store.clone(), store)
/// });
/// ```
///
/// # Panics
///
/// As [`check`].
#[track_caller]
pub fn check_handles<S: SecretStore>(make: impl Fn() -> (S, S)) {
    for (name, case) in handles::CASES {
        let (one, other) = make();
        report(name, case(&one, &other));
    }
}

#[track_caller]
#[expect(
    clippy::panic,
    reason = "a test kit: failing the test is what it is for"
)]
fn report(name: &str, verdict: Verdict) {
    if let Err(Broken(why)) = verdict {
        panic!("store conformance, case `{name}`: {why}");
    }
}

type Verdict = std::result::Result<(), Broken>;
type Case = (&'static str, fn(&dyn SecretStore) -> Verdict);
type HandleCase = (
    &'static str,
    fn(&dyn SecretStore, &dyn SecretStore) -> Verdict,
);

/// A breach of the contract by a store.
#[derive(Debug)]
struct Broken(String);

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        Self(format!("an operation failed: {error} ({:?})", error.kind()))
    }
}

fn ensure(holds: bool, otherwise: &str) -> Verdict {
    if holds {
        Ok(())
    } else {
        Err(Broken(otherwise.to_owned()))
    }
}

/// Compares without ever printing the bytes of a row.
fn same<T: PartialEq>(seen: &T, expected: &T, otherwise: impl fmt::Display) -> Verdict {
    ensure(seen == expected, &otherwise.to_string())
}

fn key(kind: Kind, number: u32) -> RowKey {
    let mut key = [0xA5; 32];
    // The number leads, so that the order of keys is the order of numbers, also across the sign bit
    // of a byte.
    for (to, from) in key.iter_mut().zip(number.to_be_bytes()) {
        *to = from;
    }
    RowKey { kind, key }
}

fn tag(number: u8) -> [u8; 16] {
    [number; 16]
}

/// A secret row of tenant 1, with some bytes.
fn row(number: u32) -> Row {
    Row {
        key: key(Kind::Secret, number),
        tenant: tag(1),
        epoch: 1,
        info: number.to_le_bytes().to_vec(),
        body: vec![0x4B; 40],
    }
}

fn head(epoch: u64) -> Row {
    Row {
        key: HEAD,
        tenant: tag(1),
        epoch,
        info: vec![1],
        body: Vec::new(),
    }
}

const HEAD: RowKey = RowKey {
    kind: Kind::Head,
    key: [1; 32],
};

/// The epoch of the head; 0 without one.
fn epoch(store: &dyn SecretStore, head: &RowKey) -> Result<u64> {
    Ok(match store.head(head, None)? {
        HeadRead::Read { row, .. } => row.map_or(0, |row| row.epoch),
        HeadRead::Unchanged => u64::MAX,
    })
}

fn put(store: &dyn SecretStore, rows: &[Row]) -> Verdict {
    store.write(&HEAD, &mut |tx| rows.iter().try_for_each(|row| tx.put(row)))?;
    Ok(())
}

fn numbers(page: &Page) -> Vec<u32> {
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
