//! Writers of many tenants, with readers and listers beside them.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::kit::{
    ALL, HEAD, HandleCase, Verdict, ensure, epoch, epoch_of, head, joined, key, row, same, secrets,
    write,
};
use crate::error::Result;
use crate::store::{Cursor, Kind, Partition, Row, RowKey, SecretStore};

pub(super) const HANDLE_CASES: &[HandleCase] = &[(
    "many writers on partitions of their own lose nothing, and readers see whole writes",
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
            threads_of_all
                .push(threads.spawn(move || watch(writing, tenant, || got(other, tenant))));
            threads_of_all
                .push(threads.spawn(move || watch(writing, tenant, || listed(one, tenant))));
        }
        threads_of_all.push(threads.spawn(|| watch_partitions(&writing, other)));
        threads_of_all.into_iter().try_for_each(joined)
    })?;
    for tenant in 1..=TENANTS {
        let last = 2 * WRITES;
        same(
            &epoch(one, partition(tenant))?,
            &last,
            "a write of a tenant is lost",
        )?;
        let rows = other.get(partition(tenant), &keys(tenant))?;
        same(
            &rows.into_iter().flatten().collect(),
            &rows_at(tenant, last),
            "rows of a tenant are not those of its last write",
        )?;
    }
    Ok(())
}

fn partition(tenant: u8) -> Partition {
    Partition([tenant; 16])
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
            epoch,
            ..row(0)
        })
        .collect()
}

/// One write of a tenant: the next epoch of all that it has.
fn step(store: &dyn SecretStore, tenant: u8) -> Result<()> {
    write(store, partition(tenant), &[HEAD], &mut |first, tx| {
        for key in keys(tenant).iter().take(2) {
            tx.delete(key)?;
        }
        let epoch = epoch_of(&first) + 1;
        rows_at(tenant, epoch)
            .iter()
            .try_for_each(|row| tx.put(row))?;
        tx.put(&head(epoch))
    })
}

/// Looks as long as somebody writes, and once more. What is seen is of whole writes, and never
/// older than what was seen before.
fn watch(writing: &AtomicUsize, tenant: u8, look: impl Fn() -> Result<(Vec<Row>, u64)>) -> Verdict {
    let mut last = 0;
    loop {
        let is_last = writing.load(Ordering::SeqCst) == 0;
        let (found, epoch) = look()?;
        ensure(epoch >= last, "an older state was seen after a newer one")?;
        last = epoch;
        let expected = if epoch == 0 {
            Vec::new()
        } else {
            rows_at(tenant, epoch)
        };
        same(&found, &expected, "part of a write was seen")?;
        if is_last {
            return Ok(());
        }
        thread::yield_now();
    }
}

/// Lists the partitions as long as somebody writes, and once more. None disappears.
fn watch_partitions(writing: &AtomicUsize, store: &dyn SecretStore) -> Verdict {
    let limit = NonZeroU32::MIN.saturating_add(1);
    let mut before = Vec::new();
    loop {
        let is_last = writing.load(Ordering::SeqCst) == 0;
        let mut found: Vec<Partition> = Vec::new();
        loop {
            let page = store.partitions(found.last().copied(), limit)?;
            let is_whole = page.len() < 2;
            found.extend(page);
            if is_whole {
                break;
            }
        }
        ensure(
            found.is_sorted_by(|a, b| a < b),
            "partitions are listed out of order",
        )?;
        ensure(
            before.iter().all(|partition| found.contains(partition)),
            "a partition that keeps its rows is not listed any more",
        )?;
        if is_last {
            let all = (1..=TENANTS).map(partition).collect();
            return same(&found, &all, "the list is not of the partitions with rows");
        }
        before = found;
        thread::yield_now();
    }
}

/// The rows of a tenant by their keys, and the epoch of the head that was read with them.
fn got(store: &dyn SecretStore, tenant: u8) -> Result<(Vec<Row>, u64)> {
    let mut rows = store.get(partition(tenant), &[keys(tenant), vec![HEAD]].concat())?;
    let head = rows.pop().flatten();
    Ok((
        rows.into_iter().flatten().collect(),
        head.map_or(0, |head| head.epoch),
    ))
}

/// The rows of a tenant by a scan, and the epoch of the first one.
fn listed(store: &dyn SecretStore, tenant: u8) -> Result<(Vec<Row>, u64)> {
    let from = Cursor::Epoch(0, Some([0; 32]));
    let scan = secrets(None, from, ALL, true);
    let rows = store.scan(partition(tenant), &scan)?.rows;
    let epoch = rows.first().map_or(0, |row| row.epoch);
    Ok((rows, epoch))
}
