//! Rows of the tests, and writes of them.

use keyslot::Result;
use keyslot::store::{Cursor, Kind, PageSize, RowKey};
use keyslot_postgres::PostgresStore;

use keyslot::store::{Partition, Row, Scan, SecretStore};

pub(crate) const TENANT: Partition = Partition([7; 16]);

pub(crate) fn key(kind: Kind, number: u32) -> RowKey {
    let mut key = [0xA5; 32];
    key[..4].copy_from_slice(&number.to_be_bytes());
    RowKey { kind, key }
}

pub(crate) fn row(number: u32) -> Row {
    Row {
        key: key(Kind::Secret, number),
        epoch: 1,
        info: number.to_le_bytes().to_vec(),
        body: vec![0x4B; 40],
    }
}

pub(crate) const HEAD: RowKey = RowKey {
    kind: Kind::Head,
    key: [1; 32],
};

/// All rows of secrets.
pub(crate) const ALL: Scan = Scan {
    kind: Kind::Secret,
    scope: None,
    from: Cursor::START,
    size: PageSize::MAX,
    bodies: true,
};

/// One write as a vault makes it: the head counts, and a row with the new count is added. The bytes
/// of both were never stored before.
pub(crate) fn step(store: &PostgresStore) -> Result<u64> {
    let mut count = 0;
    store.write(TENANT, &[HEAD], &mut |first, tx| {
        let last = first[0].as_ref().map_or(0, |head| head.epoch);
        count = last + 1;
        tx.put(&Row {
            key: HEAD,
            epoch: count,
            info: nonce(),
            body: vec![],
        })?;
        tx.put(&Row {
            info: nonce(),
            epoch: count,
            ..row(u32::try_from(count).unwrap())
        })
    })?;
    Ok(count)
}

/// Bytes that are not seen twice.
fn nonce() -> Vec<u8> {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0).to_le_bytes().to_vec()
}

/// The counts that are stored: of the head, and of rows.
pub(crate) fn counts(store: &PostgresStore) -> (u64, usize) {
    let head = store.get(TENANT, &[HEAD]).unwrap().pop().unwrap();
    let rows = store.scan(TENANT, &ALL).unwrap().rows;
    (head.map_or(0, |head| head.epoch), rows.len())
}
