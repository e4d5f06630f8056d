//! Bytes and numbers, up to the greatest that a row may have.

use super::kit::{ALL, Case, TENANT, Verdict, ensure, epoch, head, put, row, same, secrets};
use crate::error::ErrorKind;
use crate::store::{Cursor, Kind, Row, RowKey, SecretStore};

pub(super) const CASES: &[Case] = &[
    ("bytes come back exactly, empty ones included", bytes),
    ("a body of a mebibyte", large_body),
    (
        "a row that is too long is refused, and one as long as may be comes back",
        long_rows,
    ),
    (
        "epochs up to i64::MAX are kept, greater ones refused",
        epochs,
    ),
];

fn bytes(store: &dyn SecretStore) -> Verdict {
    let every = (0..=u8::MAX).collect::<Vec<_>>();
    let rows = [
        Row {
            info: vec![],
            body: vec![],
            ..row(1)
        },
        Row {
            info: every.clone(),
            body: every.iter().rev().copied().collect(),
            ..row(2)
        },
        Row {
            key: RowKey {
                kind: Kind::Header,
                key: [0; 32],
            },
            epoch: 0,
            ..row(3)
        },
        Row {
            info: b"text\0'\"; --".to_vec(),
            ..row(u32::MAX)
        },
    ];
    put(store, &rows)?;
    let found = store.get(TENANT, &rows.each_ref().map(|row| row.key))?;
    same(
        &found,
        &rows.into_iter().map(Some).collect(),
        "a row came back changed",
    )
}

fn large_body(store: &dyn SecretStore) -> Verdict {
    let body = (0..1_u32 << 18)
        .flat_map(|word| word.wrapping_mul(0x9E37_79B9).to_le_bytes())
        .collect();
    let large = Row { body, ..row(1) };
    put(store, std::slice::from_ref(&large))?;
    same(
        &store.get(TENANT, &[large.key])?,
        &vec![Some(large)],
        "it came back changed",
    )
}

fn long_rows(store: &dyn SecretStore) -> Verdict {
    let longest = Row {
        info: vec![1; Row::MAX_INFO],
        body: vec![2; Row::MAX_BODY],
        ..row(1)
    };
    put(store, std::slice::from_ref(&longest))?;
    same(
        &store.get(TENANT, &[longest.key])?,
        &vec![Some(longest)],
        "the longest row came back changed",
    )?;
    for (info, body) in [(Row::MAX_INFO + 1, 1), (1, Row::MAX_BODY + 1)] {
        let long = Row {
            info: vec![1; info],
            body: vec![2; body],
            ..row(2)
        };
        let refused = store.write(TENANT, &[], &mut |_, tx| tx.put(&long));
        ensure(
            refused.is_err_and(|error| error.kind() == ErrorKind::TooLarge),
            "a row that is too long was not refused as TooLarge",
        )?;
    }
    same(
        &store.get(TENANT, &[row(2).key])?,
        &vec![None],
        "a refused row is visible",
    )
}

fn epochs(store: &dyn SecretStore) -> Verdict {
    let greatest = u64::MAX >> 1;
    put(
        store,
        &[
            Row {
                epoch: greatest,
                ..row(1)
            },
            head(greatest),
        ],
    )?;
    same(
        &epoch(store, TENANT)?,
        &greatest,
        "i64::MAX came back changed",
    )?;
    for too_great in [greatest + 1, u64::MAX] {
        let refused = store.write(TENANT, &[], &mut |_, tx| {
            tx.put(&row(2))?;
            tx.put(&head(too_great))
        });
        ensure(
            refused.is_err_and(|error| error.kind() == ErrorKind::InvalidInput),
            "an epoch above i64::MAX was not refused as InvalidInput",
        )?;
    }
    same(
        &store.get(TENANT, &[row(2).key])?,
        &vec![None],
        "the refused write is partly visible",
    )?;
    let past_all = secrets(None, Cursor::Epoch(u64::MAX, None), ALL, true);
    let past_all = store.scan(TENANT, &past_all)?;
    ensure(
        past_all.rows.is_empty(),
        "a scan from epoch u64::MAX found a row",
    )
}
