//! Scans: which rows, in what order, in pages of any size.

use std::num::NonZeroU32;

use super::kit::{Broken, Case, HEAD, Verdict, ensure, key, numbers, put, row, same, tag};
use crate::store::{Cursor, Kind, Page, PageSize, Row, RowKey, SecretStore, Tag};

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
    ("a page has at most so many rows", limits),
    (
        "a page ends before it has more bytes than asked for, but has a row",
        bytes,
    ),
    (
        "rows put or deleted between pages disturb no other row",
        between_pages,
    ),
    ("scans inside a write page as outside", inside_a_write),
];

/// 24 secrets: scopes 1 to 3, tenants 1 and 2, epochs shared by several of them and not in the
/// order of keys. Beside them rows of another kind with the same tags, which no scan may find.
fn sample() -> Vec<Row> {
    let secrets = (0..24_u8).map(|at| Row {
        key: in_scope(1 + at % 3, u32::from(at) << 27 | 5),
        tenant: tag(1 + at % 2),
        epoch: u64::from(at) * 7 % 5,
        ..row(0)
    });
    let others = (0..5).map(|at| Row {
        key: RowKey {
            kind: Kind::Version,
            ..in_scope(1, at)
        },
        ..row(at)
    });
    secrets.chain(others).collect()
}

/// The key of a secret of a scope.
fn in_scope(scope: u8, number: u32) -> RowKey {
    let mut key = key(Kind::Secret, number);
    key.key.rotate_right(16);
    for byte in key.key.iter_mut().take(16) {
        *byte = scope;
    }
    key
}

fn expected(tag: Tag, from: Cursor) -> Vec<Row> {
    let mut rows: Vec<Row> = sample()
        .into_iter()
        .filter(|row| row.key.kind == Kind::Secret)
        .filter(|row| match tag {
            Tag::Any => true,
            Tag::Scope(scope) => row.key.scope() == scope,
            Tag::Tenant(tenant) => row.tenant == tenant,
        })
        .filter(|row| match from {
            Cursor::Key(after) => after.is_none_or(|after| row.key.key > after),
            Cursor::Epoch(epoch, None) => row.epoch > epoch,
            Cursor::Epoch(epoch, Some(after)) => (row.epoch, row.key.key) > (epoch, after),
        })
        .collect();
    match from {
        Cursor::Key(_) => rows.sort_by_key(|row| row.key),
        Cursor::Epoch(..) => rows.sort_by_key(|row| (row.epoch, row.key)),
    }
    rows
}

const TAGS: [Tag; 6] = [
    Tag::Any,
    Tag::Scope([1; 16]),
    Tag::Scope([3; 16]),
    Tag::Tenant([1; 16]),
    Tag::Tenant([2; 16]),
    // A tag that no row has.
    Tag::Scope([9; 16]),
];

fn size(rows: u32) -> PageSize {
    PageSize {
        rows: NonZeroU32::new(rows).unwrap_or(NonZeroU32::MIN),
        bytes: usize::MAX,
    }
}

/// Reads pages until there are no more.
fn all(
    mut read: impl FnMut(Cursor) -> Result<Page, Broken>,
    from: Cursor,
) -> Result<Vec<Row>, Broken> {
    let mut rows = Vec::new();
    let mut from = from;
    loop {
        let page = read(from)?;
        let empty = page.rows.is_empty();
        rows.extend(page.rows);
        match page.next {
            None => return Ok(rows),
            Some(next) => {
                ensure(!empty, "an empty page says that there are more")?;
                ensure(next != from, "a page says to go on where it began")?;
                ensure(
                    matches!(
                        (from, next),
                        (Cursor::Key(_), Cursor::Key(_)) | (Cursor::Epoch(..), Cursor::Epoch(..))
                    ),
                    "a page goes on in another order",
                )?;
                ensure(
                    rows.len() <= sample().len(),
                    "the pages hold more rows than the store",
                )?;
                from = next;
            }
        }
    }
}

fn every_page_size(store: &dyn SecretStore) -> Verdict {
    put(store, &sample())?;
    for tag in TAGS {
        for from in [
            Cursor::START,
            Cursor::Epoch(0, None),
            Cursor::Epoch(2, None),
        ] {
            for limit in [1, 2, 3, 24, 1000, u32::MAX] {
                let found = all(
                    |from| Ok(store.scan(Kind::Secret, tag, from, size(limit), true)?),
                    from,
                )?;
                same(
                    &found,
                    &expected(tag, from),
                    format!("{tag:?} from {from:?} by {limit} finds other rows"),
                )?;
            }
        }
    }
    Ok(())
}

fn from_a_key(store: &dyn SecretStore) -> Verdict {
    put(store, &sample())?;
    for number in [0, 5, 6, 8 << 27 | 4, 8 << 27 | 5, 23 << 27 | 5, u32::MAX] {
        for scope in [0, 1, 2, 3, 9, u8::MAX] {
            for tag in TAGS {
                let from = Cursor::Key(Some(in_scope(scope, number).key));
                let page = store.scan(Kind::Secret, tag, from, size(1000), true)?;
                same(
                    &page.rows,
                    &expected(tag, from),
                    format!("{tag:?} finds other rows"),
                )?;
            }
        }
    }
    Ok(())
}

fn from_an_epoch(store: &dyn SecretStore) -> Verdict {
    put(store, &sample())?;
    for epoch in 0..6 {
        for after in [None, Some(0), Some(8 << 27 | 5), Some(u32::MAX)] {
            for tag in TAGS {
                let from = Cursor::Epoch(epoch, after.map(|number| in_scope(2, number).key));
                let page = store.scan(Kind::Secret, tag, from, size(1000), true)?;
                same(
                    &page.rows,
                    &expected(tag, from),
                    format!("{tag:?} after epoch {epoch} finds other rows"),
                )?;
            }
        }
    }
    Ok(())
}

fn without_bodies(store: &dyn SecretStore) -> Verdict {
    put(store, &sample())?;
    for from in [Cursor::START, Cursor::Epoch(0, None)] {
        for tag in TAGS {
            let page = store.scan(Kind::Secret, tag, from, size(1000), false)?;
            let bare: Vec<Row> = expected(tag, from)
                .into_iter()
                .map(|row| Row {
                    body: vec![],
                    ..row
                })
                .collect();
            same(
                &page.rows,
                &bare,
                format!("{tag:?} finds other rows, or bodies"),
            )?;
        }
    }
    Ok(())
}

fn limits(store: &dyn SecretStore) -> Verdict {
    put(store, &sample())?;
    for limit in [1, 2, 23, 24, 25] {
        let page = store.scan(Kind::Secret, Tag::Any, Cursor::START, size(limit), false)?;
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
            let page = store.scan(Kind::Secret, Tag::Any, from, size, bodies)?;
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
                |from| Ok(store.scan(Kind::Secret, Tag::Any, from, size, true)?),
                from,
            )?;
            same(&found, &rows, "the pages do not hold all rows once")?;
        }
    }
    Ok(())
}

fn between_pages(store: &dyn SecretStore) -> Verdict {
    put(store, &[row(10), row(20), row(30), row(40)])?;
    let first = store.scan(
        Kind::Secret,
        Tag::Tenant(tag(1)),
        Cursor::START,
        size(2),
        true,
    )?;
    same(
        &numbers(&first),
        &vec![10, 20],
        "the first page is not the two first rows",
    )?;
    put(store, &[row(5), row(25)])?;
    store.write(&HEAD, &mut |tx| {
        tx.delete(&row(20).key)?;
        tx.delete(&row(30).key)
    })?;
    let next = first
        .next
        .ok_or_else(|| Broken("the first page does not say where to go on".to_owned()))?;
    let rest = store.scan(Kind::Secret, Tag::Tenant(tag(1)), next, size(10), true)?;
    same(
        &numbers(&rest),
        &vec![25, 40],
        "the rows after the first page are wrong",
    )
}

fn inside_a_write(store: &dyn SecretStore) -> Verdict {
    let (before, later): (Vec<Row>, Vec<Row>) =
        sample().into_iter().partition(|row| row.epoch % 2 == 0);
    put(store, &before)?;
    let mut verdict = Ok(());
    store.write(&HEAD, &mut |tx| {
        later.iter().try_for_each(|row| tx.put(row))?;
        verdict = (|| {
            for tag in TAGS {
                for from in [Cursor::START, Cursor::Epoch(1, None)] {
                    for (limit, bodies) in [(1, true), (3, false), (1000, true)] {
                        let found = all(
                            |from| Ok(tx.scan(Kind::Secret, tag, from, size(limit), bodies)?),
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
                            expected(tag, from).into_iter().map(bare).collect();
                        same(
                            &found,
                            &expected,
                            format!("{tag:?} from {from:?} by {limit} finds other rows"),
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
