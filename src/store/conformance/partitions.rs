//! Partitions: rows that no call about another one touches.

use std::num::NonZeroU32;

use super::kit::{
    ALL, Case, HEAD, HandleCase, OTHER, TENANT, Verdict, all_secrets, ensure, head, put, row, same,
};
use crate::store::{HeadRead, Partition, Row, Scan, SecretStore};

pub(super) const CASES: &[Case] = &[
    ("the same key in two partitions is two rows", apart),
    ("partitions are listed in order, by pages", listed),
    ("a partition without rows is not listed", emptied),
];

pub(super) const HANDLE_CASES: &[HandleCase] = &[(
    "a write inside a write to another partition is done or refused, and not half",
    nested,
)];

/// A row of the same key with other bytes.
fn theirs(row: &Row) -> Row {
    Row {
        epoch: row.epoch + 5,
        info: vec![5],
        body: vec![6],
        ..*row
    }
}

fn apart(store: &dyn SecretStore) -> Verdict {
    put(store, &[row(1), row(2), head(1)])?;
    let others = [theirs(&row(1)), theirs(&head(1))];
    let mut first = Vec::new();
    store.write(OTHER, &[row(1).key, HEAD], &mut |found, tx| {
        first = [found, tx.get(&[row(2).key])?].concat();
        first.extend(tx.scan(&all_secrets())?.rows.into_iter().map(Some));
        others.iter().try_for_each(|row| tx.put(row))?;
        tx.delete(&row(2).key)
    })?;
    same(
        &first,
        &vec![None; 3],
        "a write found rows of another partition",
    )?;
    let keys = [row(1).key, row(2).key, HEAD];
    let (own, other) = (
        vec![Some(row(1)), Some(row(2)), Some(head(1))],
        vec![Some(theirs(&row(1))), None, Some(theirs(&head(1)))],
    );
    let nobody = Partition([3; 16]);
    for (partition, expected) in [(TENANT, own), (OTHER, other), (nobody, vec![None; 3])] {
        same(
            &store.get(partition, &keys)?,
            &expected,
            "get found other rows",
        )?;
        let mut read = Vec::new();
        store.read(partition, &mut |tx| {
            let page = tx.scan(&all_secrets())?.rows.into_iter().map(Some);
            read = page.chain(tx.get(&[HEAD])?).collect();
            Ok(())
        })?;
        let there: Vec<Option<Row>> = expected.iter().flatten().cloned().map(Some).collect();
        read.retain(Option::is_some);
        same(&read, &there, "a read found other rows")?;
        let HeadRead::Read { row, .. } = store.head(partition, &HEAD, None)? else {
            return ensure(false, "without a known moment the head is unchanged");
        };
        same(
            &row,
            expected.last().unwrap_or(&None),
            "the head is another one",
        )?;
    }
    Ok(())
}

/// A partition whose place in the order is that of the number.
fn numbered(number: u16) -> Partition {
    let mut bytes = [0x80; 16];
    for (to, from) in bytes.iter_mut().zip(number.to_be_bytes()) {
        *to = from;
    }
    Partition(bytes)
}

fn listed(store: &dyn SecretStore) -> Verdict {
    same(
        &store.partitions(None, NonZeroU32::MAX)?,
        &Vec::new(),
        "an empty store lists a partition",
    )?;
    let numbers: Vec<u16> = (0..40).map(|at| at * 1637 % 40 * 1601).collect();
    for number in &numbers {
        store.write(numbered(*number), &[], &mut |_, tx| {
            tx.put(&row(1))?;
            tx.put(&row(2))?;
            tx.put(&head(1))
        })?;
    }
    put_into(store, Partition::VAULT)?;
    let mut all: Vec<Partition> = numbers.into_iter().map(numbered).collect();
    all.push(Partition::VAULT);
    all.sort_unstable();
    for limit in [1, 2, 7, 40, 41, 42, u32::MAX] {
        let limit = NonZeroU32::new(limit).unwrap_or(NonZeroU32::MIN);
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = store.partitions(after, limit)?;
            let is_last = page.len() < limit.get() as usize;
            ensure(
                page.len() <= limit.get() as usize,
                "more partitions were listed than asked for",
            )?;
            found.extend(page);
            ensure(found.len() <= all.len(), "a partition was listed twice")?;
            after = found.last().copied();
            if is_last {
                break;
            }
        }
        same(
            &found,
            &all,
            format!("pages of {limit} list other partitions"),
        )?;
    }
    let behind = store.partitions(Some(Partition([0; 16])), NonZeroU32::MIN)?;
    same(
        &behind,
        &all.get(1..2).unwrap_or_default().to_vec(),
        "the list begins elsewhere than behind the one that was given",
    )
}

fn put_into(store: &dyn SecretStore, partition: Partition) -> Verdict {
    store.write(partition, &[], &mut |_, tx| tx.put(&row(1)))?;
    Ok(())
}

fn emptied(store: &dyn SecretStore) -> Verdict {
    put_into(store, TENANT)?;
    put_into(store, OTHER)?;
    store.write(TENANT, &[], &mut |_, tx| tx.delete(&row(1).key))?;
    // A lock alone is not a row.
    store.write(Partition([9; 16]), &[HEAD], &mut |_, _| Ok(()))?;
    same(
        &store.partitions(None, NonZeroU32::MAX)?,
        &vec![OTHER],
        "the list is not of the one partition with rows",
    )?;
    let left = Scan {
        size: ALL,
        ..all_secrets()
    };
    ensure(
        store.scan(TENANT, &left)?.rows.is_empty(),
        "a deleted row is found",
    )
}

fn nested(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    let mut inner = Ok(());
    one.write(TENANT, &[], &mut |_, tx| {
        tx.put(&row(1))?;
        inner = other.write(OTHER, &[], &mut |_, tx| tx.put(&row(2)));
        tx.put(&row(3))
    })?;
    same(
        &one.get(TENANT, &[row(1).key, row(3).key])?,
        &vec![Some(row(1)), Some(row(3))],
        "the outer write is lost",
    )?;
    let expected = inner.is_ok().then(|| row(2));
    same(
        &one.get(OTHER, &[row(2).key])?,
        &vec![expected],
        "the inner write is not what it said",
    )
}
