//! Reads by key: one answer for each.

use super::kit::{Case, HEAD, TENANT, Verdict, all_secrets, ensure, key, put, row, same};
use crate::store::{Kind, Row, RowKey, SecretStore};

pub(super) const CASES: &[Case] = &[
    ("nothing is found in an empty store", empty),
    (
        "get answers in the order of the keys, missing and repeated ones included",
        order_of_answers,
    ),
    (
        "get in a write answers in the order of the keys, missing and repeated ones included",
        order_in_a_write,
    ),
    ("get of no keys", no_keys),
    ("a get of tens of thousands of keys", many_keys),
    ("a key belongs to its kind", kinds),
];

fn empty(store: &dyn SecretStore) -> Verdict {
    same(
        &store.get(TENANT, &[HEAD])?,
        &vec![None],
        "get found something",
    )?;
    let page = store.scan(TENANT, &all_secrets())?;
    ensure(
        page.rows.is_empty() && page.next.is_none(),
        "scan found something",
    )
}

/// Keys with gaps and repetitions, and the answers to them once rows 1, 2 and 3 are there.
fn asked() -> ([RowKey; 6], Vec<Option<Row>>) {
    let keys = [3, 9, 1, 3, 0, 2].map(|number| key(Kind::Secret, number));
    let (first, second, third) = (Some(row(1)), Some(row(2)), Some(row(3)));
    (keys, vec![third.clone(), None, first, third, None, second])
}

fn order_of_answers(store: &dyn SecretStore) -> Verdict {
    put(store, &[row(1), row(2), row(3)])?;
    let (keys, expected) = asked();
    same(
        &store.get(TENANT, &keys)?,
        &expected,
        "the answers do not match the keys one by one",
    )
}

/// Some of the rows are there before the write, and some are its own.
fn order_in_a_write(store: &dyn SecretStore) -> Verdict {
    put(store, &[row(1), row(3), row(9)])?;
    let (keys, expected) = asked();
    let mut seen = (Vec::new(), Vec::new());
    store.write(TENANT, &keys, &mut |first, tx| {
        let none = tx.get(&[])?;
        tx.put(&row(2))?;
        tx.delete(&row(9).key)?;
        seen = (first, [none, tx.get(&keys)?].concat());
        Ok(())
    })?;
    same(
        &seen.1,
        &expected,
        "the answers do not match the keys one by one",
    )?;
    let before = keys.map(|key| expected_before(key, &[row(1), row(3), row(9)]));
    same(
        &seen.0,
        &before.to_vec(),
        "the rows that were read first do not match the keys one by one",
    )
}

fn expected_before(key: RowKey, rows: &[Row]) -> Option<Row> {
    rows.iter().find(|row| row.key == key).cloned()
}

fn no_keys(store: &dyn SecretStore) -> Verdict {
    put(store, &[row(1)])?;
    ensure(
        store.get(TENANT, &[])?.is_empty(),
        "no keys were given, but there are answers",
    )
}

/// A vault asks for all names of a document in all scopes of a chain at once. Databases have limits
/// of parameters for a statement: 999, 32,766 and 65,535 are in use.
fn many_keys(store: &dyn SecretStore) -> Verdict {
    const MOST: u32 = 66_000;
    let stored = |number: u32| number % 997 == 5 || number == MOST - 1;
    let rows: Vec<Row> = (0..MOST)
        .filter(|number| stored(*number))
        .map(row)
        .collect();
    put(store, &rows)?;
    for count in [1000, 33_000, MOST] {
        let keys: Vec<RowKey> = (0..count).map(|number| key(Kind::Secret, number)).collect();
        let expected: Vec<Option<Row>> = (0..count)
            .map(|number| stored(number).then(|| row(number)))
            .collect();
        same(
            &store.get(TENANT, &keys)?,
            &expected,
            format!("{count} keys have other answers"),
        )?;
    }
    Ok(())
}

fn kinds(store: &dyn SecretStore) -> Verdict {
    let rows = Kind::ALL.map(|kind| Row {
        key: key(kind, 1),
        info: vec![kind.number()],
        ..row(1)
    });
    put(store, &rows)?;
    let found = store.get(TENANT, &Kind::ALL.map(|kind| key(kind, 1)))?;
    same(
        &found,
        &rows.into_iter().map(Some).collect(),
        "rows of the same key but another kind were mixed up",
    )
}
