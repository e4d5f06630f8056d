//! Pages of a scan: how much is in each, and where the next one begins.

use std::num::NonZeroU32;

use super::kit::{Broken, Case, TENANT, Verdict, ensure, numbers, put, row, same, secrets};
use super::sample::{all, sample, size};
use crate::store::{Cursor, PageSize, Row, SecretStore};

pub(super) const CASES: &[Case] = &[
    ("a page has at most so many rows", limits),
    (
        "a page ends before it has more bytes than asked for, but has a row",
        bytes,
    ),
    (
        "rows put or deleted between pages disturb no other row",
        between_pages,
    ),
];

fn limits(store: &dyn SecretStore) -> Verdict {
    put(store, &sample())?;
    for limit in [1, 2, 23, 24, 25] {
        let page = store.scan(TENANT, &secrets(None, Cursor::START, size(limit), false))?;
        ensure(
            page.rows.len() <= limit as usize,
            "a page is longer than asked for",
        )?;
        ensure(
            page.rows.len() >= 24 || page.next.is_some(),
            "a page stops early and does not say where to go on",
        )?;
    }
    Ok(())
}

fn bytes(store: &dyn SecretStore) -> Verdict {
    let long = |at: u32| Row {
        info: vec![1; 300],
        body: vec![2; 700],
        ..row(at)
    };
    let rows: Vec<Row> = (0..10).map(long).collect();
    put(store, &rows)?;
    for (bytes, bodies, expected) in [
        (0, true, 1),
        (999, true, 1),
        (1999, true, 1),
        (2000, true, 2),
        (3000, true, 3),
        (3000, false, 10),
        (299, false, 1),
    ] {
        for from in [Cursor::START, Cursor::Epoch(0, None)] {
            let size = PageSize {
                rows: NonZeroU32::MAX,
                bytes,
            };
            let page = store.scan(TENANT, &secrets(None, from, size, bodies))?;
            same(
                &page.rows.len(),
                &expected,
                format!("{bytes} bytes are not {expected} rows"),
            )?;
            ensure(
                page.next.is_some() || expected == 10,
                "a page ends early and does not say where to go on",
            )?;
            let found = all(
                |from| Ok(store.scan(TENANT, &secrets(None, from, size, true))?),
                from,
            )?;
            same(&found, &rows, "the pages do not hold all rows once")?;
        }
    }
    Ok(())
}

fn between_pages(store: &dyn SecretStore) -> Verdict {
    put(store, &[row(10), row(20), row(30), row(40)])?;
    let first = store.scan(TENANT, &secrets(None, Cursor::START, size(2), true))?;
    same(
        &numbers(&first),
        &vec![10, 20],
        "the first page is not the two first rows",
    )?;
    put(store, &[row(5), row(25)])?;
    store.write(TENANT, &[], &mut |_, tx| {
        tx.delete(&row(20).key)?;
        tx.delete(&row(30).key)
    })?;
    let next = first
        .next
        .ok_or_else(|| Broken("the first page does not say where to go on".to_owned()))?;
    let rest = store.scan(TENANT, &secrets(None, next, size(10), true))?;
    same(
        &numbers(&rest),
        &vec![25, 40],
        "the rows after the first page are wrong",
    )
}
