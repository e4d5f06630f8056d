//! Writes, which happen whole or not at all.

use super::kit::{
    ALL, Case, HEAD, TENANT, Verdict, all_secrets, ensure, epoch, head, key, put, row, same,
    secrets,
};
use crate::error::{Error, ErrorKind};
use crate::store::{Cursor, Kind, Row, RowKey, SecretStore};

pub(super) const CASES: &[Case] = &[
    ("put replaces the whole row", replace),
    (
        "delete removes a row, and an absent one is no error",
        delete,
    ),
    ("a write sees its own changes", own_changes),
    ("the last change of a key in a write counts", last_change),
    ("a write of thousands of rows", many_rows),
    ("a write whose work fails changes nothing", failed_work),
    (
        "a write whose work panics changes nothing, and the next one works",
        panicked_work,
    ),
    ("a write may change nothing", no_changes),
];

fn replace(store: &dyn SecretStore) -> Verdict {
    put(store, &[row(1)])?;
    let new = Row {
        epoch: 9,
        info: vec![],
        body: vec![1; 9_000],
        ..row(1)
    };
    put(store, std::slice::from_ref(&new))?;
    same(
        &store.get(TENANT, &[new.key])?,
        &vec![Some(new.clone())],
        "the row at the key is not the one put last",
    )?;
    for (epoch, expected) in [(0, 1), (8, 1), (9, 0)] {
        let later = secrets(None, Cursor::Epoch(epoch, None), ALL, true);
        same(
            &store.scan(TENANT, &later)?.rows,
            &vec![new.clone(); expected],
            "the new row is not found by its new epoch alone",
        )?;
    }
    Ok(())
}

fn delete(store: &dyn SecretStore) -> Verdict {
    put(store, &[row(1), row(2)])?;
    store.write(TENANT, &[], &mut |_, tx| {
        tx.delete(&row(1).key)?;
        tx.delete(&row(9).key)
    })?;
    same(
        &store.get(TENANT, &[row(1).key, row(2).key])?,
        &vec![None, Some(row(2))],
        "not exactly the one row was deleted",
    )
}

fn own_changes(store: &dyn SecretStore) -> Verdict {
    put(store, &[row(1), row(2)])?;
    let mut seen = None;
    store.write(TENANT, &[], &mut |_, tx| {
        tx.delete(&row(1).key)?;
        tx.put(&Row { epoch: 5, ..row(2) })?;
        tx.put(&row(3))?;
        let keys = [1, 2, 3].map(|number| key(Kind::Secret, number));
        let page = tx.scan(&all_secrets())?;
        seen = Some((tx.get(&keys)?, page.rows));
        Ok(())
    })?;
    let changed = [Row { epoch: 5, ..row(2) }, row(3)];
    let answers = vec![None, Some(changed[0].clone()), Some(changed[1].clone())];
    same(
        &seen,
        &Some((answers, changed.to_vec())),
        "get and scan inside a write do not see what it did",
    )
}

fn last_change(store: &dyn SecretStore) -> Verdict {
    store.write(TENANT, &[], &mut |_, tx| {
        tx.put(&row(1))?;
        tx.put(&Row { epoch: 2, ..row(1) })?;
        tx.put(&row(2))?;
        tx.delete(&row(2).key)?;
        tx.delete(&row(3).key)?;
        tx.put(&row(3))
    })?;
    let found = store.get(TENANT, &[row(1).key, row(2).key, row(3).key])?;
    same(
        &found,
        &vec![Some(Row { epoch: 2, ..row(1) }), None, Some(row(3))],
        "an earlier change won",
    )
}

fn many_rows(store: &dyn SecretStore) -> Verdict {
    const COUNT: u32 = 10_000;
    let rows: Vec<Row> = (0..COUNT).map(row).collect();
    let keys: Vec<RowKey> = rows.iter().map(|row| row.key).collect();
    put(store, &rows)?;
    let mut expected: Vec<Option<Row>> = rows.into_iter().map(Some).collect();
    same(
        &store.get(TENANT, &keys)?,
        &expected,
        "not all rows that were put are there",
    )?;
    let gone: Vec<&RowKey> = keys.iter().step_by(2).collect();
    store.write(TENANT, &[], &mut |_, tx| {
        gone.iter().try_for_each(|key| tx.delete(key))
    })?;
    expected.iter_mut().step_by(2).for_each(|row| *row = None);
    same(
        &store.get(TENANT, &keys)?,
        &expected,
        "not exactly the rows that were deleted are gone",
    )
}

fn failed_work(store: &dyn SecretStore) -> Verdict {
    put(store, &[row(1), row(2), head(1)])?;
    let failed = store.write(TENANT, &[], &mut |_, tx| {
        tx.put(&Row { epoch: 2, ..row(1) })?;
        tx.delete(&row(2).key)?;
        tx.put(&row(3))?;
        tx.put(&head(2))?;
        Err(Error::new(ErrorKind::Conflict, "the work changed its mind"))
    });
    ensure(
        failed.is_err_and(|error| error.kind() == ErrorKind::Conflict),
        "the error of the work was not given back",
    )?;
    unchanged(store)
}

fn unchanged(store: &dyn SecretStore) -> Verdict {
    let found = store.get(TENANT, &[row(1).key, row(2).key, row(3).key, HEAD])?;
    same(
        &found,
        &vec![Some(row(1)), Some(row(2)), None, Some(head(1))],
        "part of the write is visible",
    )?;
    same(&epoch(store, TENANT)?, &1, "the head changed")
}

fn panicked_work(store: &dyn SecretStore) -> Verdict {
    put(store, &[row(1), row(2), head(1)])?;
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store.write(TENANT, &[], &mut |_, tx| {
            tx.put(&row(3))?;
            tx.put(&head(2))?;
            // As a panic, but without a report on standard error.
            std::panic::resume_unwind(Box::new("the work panicked"))
        })
    }));
    ensure(panicked.is_err(), "the panic was swallowed")?;
    unchanged(store)?;
    put(store, &[row(3)])?;
    same(
        &store.get(TENANT, &[row(3).key])?,
        &vec![Some(row(3))],
        "a write after it is lost",
    )
}

fn no_changes(store: &dyn SecretStore) -> Verdict {
    put(store, &[row(1)])?;
    put(store, &[])?;
    same(
        &store.get(TENANT, &[row(1).key])?,
        &vec![Some(row(1))],
        "an empty write changed a row",
    )
}
