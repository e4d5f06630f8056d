//! Scans: which rows, and in what order.

use super::kit::{ALL, Case, TENANT, Verdict, put, row, same, secrets};
use super::sample::{SCOPES, all, expected, in_scope, put_sample, sample, size};
use crate::store::{Cursor, Row, SecretStore};

pub(super) const CASES: &[Case] = &[
    (
        "scans find the same rows in pages of every size",
        every_page_size,
    ),
    (
        "a scan from a key starts after it, present or not",
        from_a_key,
    ),
    ("a scan from an epoch starts after it", from_an_epoch),
    (
        "a scan without bodies leaves only them empty",
        without_bodies,
    ),
    ("scans find no deleted row, in any order", deleted_rows),
    ("scans inside a write page as outside", inside_a_write),
];

fn every_page_size(store: &dyn SecretStore) -> Verdict {
    put_sample(store)?;
    for scope in SCOPES {
        for from in [
            Cursor::START,
            Cursor::Epoch(0, None),
            Cursor::Epoch(2, None),
        ] {
            for limit in [1, 2, 3, 24, 1000, u32::MAX] {
                let found = all(
                    |from| Ok(store.scan(TENANT, &secrets(scope, from, size(limit), true))?),
                    from,
                )?;
                same(
                    &found,
                    &expected(scope, from),
                    format!("{scope:?} from {from:?} by {limit} finds other rows"),
                )?;
            }
        }
    }
    Ok(())
}

fn from_a_key(store: &dyn SecretStore) -> Verdict {
    put_sample(store)?;
    for number in [0, 5, 6, 8 << 27 | 4, 8 << 27 | 5, 23 << 27 | 5, u32::MAX] {
        for at in [0, 1, 2, 3, 9, u8::MAX] {
            for scope in SCOPES {
                let from = Cursor::Key(Some(in_scope(at, number).key));
                let page = store.scan(TENANT, &secrets(scope, from, size(1000), true))?;
                same(
                    &page.rows,
                    &expected(scope, from),
                    format!("{scope:?} finds other rows"),
                )?;
            }
        }
    }
    Ok(())
}

fn from_an_epoch(store: &dyn SecretStore) -> Verdict {
    put_sample(store)?;
    for epoch in 0..6 {
        for after in [None, Some(0), Some(8 << 27 | 5), Some(u32::MAX)] {
            for scope in SCOPES {
                let from = Cursor::Epoch(epoch, after.map(|number| in_scope(2, number).key));
                let page = store.scan(TENANT, &secrets(scope, from, size(1000), true))?;
                same(
                    &page.rows,
                    &expected(scope, from),
                    format!("{scope:?} after epoch {epoch} finds other rows"),
                )?;
            }
        }
    }
    Ok(())
}

fn without_bodies(store: &dyn SecretStore) -> Verdict {
    put_sample(store)?;
    for from in [Cursor::START, Cursor::Epoch(0, None)] {
        for scope in SCOPES {
            let page = store.scan(TENANT, &secrets(scope, from, size(1000), false))?;
            let bare: Vec<Row> = expected(scope, from)
                .into_iter()
                .map(|row| Row {
                    body: vec![],
                    ..row
                })
                .collect();
            same(
                &page.rows,
                &bare,
                format!("{scope:?} finds other rows, or bodies"),
            )?;
        }
    }
    Ok(())
}

/// Rows that were deleted, and rows that left the place they had in an order.
fn deleted_rows(store: &dyn SecretStore) -> Verdict {
    let old = |row: Row| Row {
        epoch: row.epoch + 7,
        ..row
    };
    let others: Vec<Row> = (0..9).map(row).collect();
    put(store, &sample().into_iter().map(old).collect::<Vec<_>>())?;
    put(store, &others)?;
    store.write(TENANT, &[], &mut |_, tx| {
        sample().iter().try_for_each(|row| tx.put(row))?;
        others.iter().try_for_each(|row| tx.delete(&row.key))
    })?;
    for scope in SCOPES {
        for from in [Cursor::START, Cursor::Epoch(0, Some([0; 32]))] {
            let page = store.scan(TENANT, &secrets(scope, from, ALL, true))?;
            same(
                &page.rows,
                &expected(scope, from),
                format!("{scope:?} from {from:?} finds rows that are gone"),
            )?;
        }
    }
    Ok(())
}

fn inside_a_write(store: &dyn SecretStore) -> Verdict {
    let (before, later): (Vec<Row>, Vec<Row>) =
        sample().into_iter().partition(|row| row.epoch % 2 == 0);
    put(store, &before)?;
    let mut verdict = Ok(());
    store.write(TENANT, &[], &mut |_, tx| {
        later.iter().try_for_each(|row| tx.put(row))?;
        verdict = (|| {
            for scope in SCOPES {
                for from in [Cursor::START, Cursor::Epoch(1, None)] {
                    for (limit, bodies) in [(1, true), (3, false), (1000, true)] {
                        let found = all(
                            |from| Ok(tx.scan(&secrets(scope, from, size(limit), bodies))?),
                            from,
                        )?;
                        let bare = |row: Row| {
                            if bodies {
                                row
                            } else {
                                Row {
                                    body: vec![],
                                    ..row
                                }
                            }
                        };
                        let expected: Vec<Row> =
                            expected(scope, from).into_iter().map(bare).collect();
                        same(
                            &found,
                            &expected,
                            format!("{scope:?} from {from:?} by {limit} finds other rows"),
                        )?;
                    }
                }
            }
            Ok(())
        })();
        Ok(())
    })?;
    verdict
}
