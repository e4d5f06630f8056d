//! Writers of many tenants, with readers and listers beside them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::kit::{
    ALL, HandleCase, Verdict, ensure, epoch, joined, key, other_head, row, same, tag, write,
};
use crate::error::Result;
use crate::store::{Cursor, Kind, Row, RowKey, SecretStore, Tag};

pub(super) const HANDLE_CASES: &[HandleCase] = &[(
    "many writers on locks of their own lose nothing, and readers see whole writes",
    crowd,
)];

/// Each has two writers, a reader and a lister.
const TENANTS: u8 = 6;

/// The writes of each writer.
const WRITES: u64 = 6;

/// The rows of a tenant that each write replaces.
const ROWS: u32 = 5;

fn crowd(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    let writing = AtomicUsize::new(usize::from(TENANTS) * 2);
    thread::scope(|threads| {
        let mut threads_of_all = Vec::new();
        for tenant in 1..=TENANTS {
            for store in [one, other] {
                let writing = &writing;
                threads_of_all.push(threads.spawn(move || {
                    let written = (0..WRITES).try_for_each(|_| step(store, tenant));
                    writing.fetch_sub(1, Ordering::SeqCst);
                    Ok(written?)
                }));
            }
            let writing = &writing;
            threads_of_all.push(threads.spawn(move || watch(writing, || got(other, tenant))));
            threads_of_all.push(threads.spawn(move || watch(writing, || listed(one, tenant))));
        }
        threads_of_all.into_iter().try_for_each(joined)
    })?;
    for tenant in 1..=TENANTS {
        let last = 2 * WRITES;
        same(
            &epoch(one, &other_head(tenant).key)?,
            &last,
            "a write of a tenant is lost",
        )?;
        let rows = other.get(&keys(tenant))?;
        same(
            &rows.into_iter().flatten().collect(),
            &rows_at(tenant, last),
            "rows of a tenant are not those of its last write",
        )?;
    }
    Ok(())
}

/// The keys of a tenant's rows. Of the first two, each write deletes one and puts the other.
fn keys(tenant: u8) -> Vec<RowKey> {
    let first = u32::from(tenant) * 100;
    let numbers = first..first + ROWS;
    numbers.map(|number| key(Kind::Secret, number)).collect()
}

/// The rows that a write of this epoch leaves.
fn rows_at(tenant: u8, epoch: u64) -> Vec<Row> {
    let gone = usize::from(epoch % 2 == 0);
    let kept = keys(tenant).into_iter().enumerate();
    kept.filter(|(at, _)| *at != gone)
        .map(|(_, key)| Row {
            key,
            tenant: tag(tenant),
            epoch,
            ..row(0)
        })
        .collect()
}

/// One write of a tenant: the next epoch of all that it has.
fn step(store: &dyn SecretStore, tenant: u8) -> Result<()> {
    let head = other_head(tenant);
    write(store, &head.key, &mut |tx| {
        let found = tx.get(&[head.key])?;
        let last = found
            .first()
            .and_then(Option::as_ref)
            .map_or(0, |head| head.epoch);
        for key in keys(tenant).iter().take(2) {
            tx.delete(key)?;
        }
        let epoch = last + 1;
        rows_at(tenant, epoch)
            .iter()
            .try_for_each(|row| tx.put(row))?;
        tx.put(&Row {
            epoch,
            ..head.clone()
        })
    })
}

/// Looks as long as somebody writes, and once more. What is seen is of whole writes, and never
/// older than what was seen before.
fn watch(writing: &AtomicUsize, look: impl Fn() -> Result<(Vec<Row>, u64)>) -> Verdict {
    let mut last = 0;
    loop {
        let is_last = writing.load(Ordering::SeqCst) == 0;
        let (found, epoch) = look()?;
        ensure(epoch >= last, "an older state was seen after a newer one")?;
        last = epoch;
        let tenant = found.first().and_then(|row| row.tenant.first().copied());
        let expected = tenant.map_or_else(Vec::new, |tenant| rows_at(tenant, epoch));
        same(&found, &expected, "part of a write was seen")?;
        if is_last {
            return Ok(());
        }
        thread::yield_now();
    }
}

/// The rows of a tenant by their keys, and the epoch of the head that was read with them.
fn got(store: &dyn SecretStore, tenant: u8) -> Result<(Vec<Row>, u64)> {
    let head = other_head(tenant).key;
    let mut rows = store.get(&[keys(tenant), vec![head]].concat())?;
    let head = rows.pop().flatten();
    Ok((
        rows.into_iter().flatten().collect(),
        head.map_or(0, |head| head.epoch),
    ))
}

/// The rows of a tenant by a scan, and the epoch of the first one.
fn listed(store: &dyn SecretStore, tenant: u8) -> Result<(Vec<Row>, u64)> {
    let from = Cursor::Epoch(0, Some([0; 32]));
    let rows = store
        .scan(Kind::Secret, Tag::Tenant(tag(tenant)), from, ALL, true)?
        .rows;
    let epoch = rows.first().map_or(0, |row| row.epoch);
    Ok((rows, epoch))
}
