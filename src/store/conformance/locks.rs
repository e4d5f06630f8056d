//! Writes at the same time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::kit::{
    HEAD, HandleCase, OTHER, TENANT, Verdict, all_secrets, ensure, epoch, epoch_of, head, joined,
    put, row, same, write,
};
use crate::error::{ErrorKind, Result};
use crate::store::{Kind, Scan, SecretStore};

pub(super) const HANDLE_CASES: &[HandleCase] = &[
    ("writes to one partition do not overlap", no_lost_update),
    (
        "writes to an empty partition do not overlap either",
        empty_partition,
    ),
    (
        "of two writes to different partitions none is lost",
        different_partitions,
    ),
    (
        "a write inside a write ends in an error, not in a deadlock",
        write_inside_a_write,
    ),
];

fn no_lost_update(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    const EACH: u64 = 25;
    put(one, &[head(0)])?;
    let count = |store: &dyn SecretStore| (0..EACH).try_for_each(|_| increment(store));
    thread::scope(|threads| {
        let threads = [one, other, one, other].map(|store| threads.spawn(move || count(store)));
        threads.map(joined).into_iter().collect::<Result<()>>()
    })?;
    same(
        &epoch(one, TENANT)?,
        &(4 * EACH),
        "an update is lost, or one was made twice",
    )
}

/// A partition without a row has no head to lock. What a write finds in it is true as well, and
/// only one of many makes the first row.
fn empty_partition(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    let (is_inside, is_met) = (AtomicBool::new(false), Sign::default());
    let first = |store: &dyn SecretStore, number| -> Result<u32> {
        let mut is_first = false;
        write(store, TENANT, &[HEAD], &mut |first, tx| {
            let heads = Scan {
                kind: Kind::Head,
                ..all_secrets()
            };
            let found = tx.scan(&heads)?.rows.len() + tx.get(&[HEAD])?.iter().flatten().count();
            is_first = found == 0 && first.iter().all(Option::is_none);
            if is_first {
                // The first one waits for another one, which must not come.
                if is_inside.swap(true, Ordering::SeqCst) {
                    is_met.give();
                } else {
                    is_met.wait();
                }
                tx.put(&head(1))?;
                tx.put(&row(number))?;
            }
            Ok(())
        })?;
        Ok(u32::from(is_first))
    };
    let finders = thread::scope(|threads| {
        let threads = [(one, 1), (other, 2), (one, 3), (other, 4)]
            .map(|(store, number)| threads.spawn(move || first(store, number)));
        threads.map(joined).into_iter().sum::<Result<u32>>()
    })?;
    same(&finders, &1, "several writes found the partition empty")?;
    same(
        &one.scan(TENANT, &all_secrets())?.rows.len(),
        &1,
        "more than the first write is there",
    )
}

fn increment(store: &dyn SecretStore) -> Result<()> {
    write(store, TENANT, &[HEAD], &mut |first, tx| {
        tx.put(&head(epoch_of(&first) + 1))
    })
}

/// The time that a write gives another one to overlap with it. A store that has one writer at a
/// time makes the other one wait, so this must end.
const OVERLAP: Duration = Duration::from_millis(250);

/// A sign that one thread gives and another waits for, for a while.
#[derive(Default)]
struct Sign(AtomicBool);

impl Sign {
    fn give(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn wait(&self) {
        let start = Instant::now();
        while !self.0.load(Ordering::SeqCst) && start.elapsed() < OVERLAP {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// The second write lies within the first one; or begins within it and ends after it.
fn different_partitions(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    for (round, is_within) in [(0, true), (10, false)] {
        let (begun, first_done, second_done) = (Sign::default(), Sign::default(), Sign::default());
        let second = || {
            let written = write(other, OTHER, &[], &mut |_, tx| {
                tx.put(&row(round + 3))?;
                begun.give();
                if !is_within {
                    first_done.wait();
                }
                tx.put(&row(round + 4))
            });
            second_done.give();
            written
        };
        thread::scope(|threads| {
            let mut started = None;
            let written = write(one, TENANT, &[], &mut |_, tx| {
                tx.put(&row(round + 1))?;
                if started.is_none() {
                    started = Some(threads.spawn(second));
                }
                if is_within { &second_done } else { &begun }.wait();
                tx.put(&row(round + 2))
            });
            first_done.give();
            started.map_or(Ok(()), joined).and(written)
        })?;
        for (partition, numbers) in [(TENANT, [1, 2]), (OTHER, [3, 4])] {
            let expected = numbers.map(|number| row(round + number));
            same(
                &one.get(partition, &expected.each_ref().map(|row| row.key))?,
                &expected.into_iter().map(Some).collect(),
                "one of two writes that overlap is lost",
            )?;
        }
    }
    Ok(())
}

fn write_inside_a_write(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    let mut inner = Ok(());
    one.write(TENANT, &[], &mut |_, tx| {
        inner = other.write(TENANT, &[], &mut |_, tx| tx.put(&row(1)));
        tx.put(&row(2))
    })?;
    ensure(
        inner.is_err_and(|error| error.kind() == ErrorKind::Busy),
        "the inner write was not refused as Busy, though the outer one has the lock",
    )?;
    same(
        &other.get(TENANT, &[row(1).key, row(2).key])?,
        &vec![None, Some(row(2))],
        "not exactly the outer write is visible",
    )
}
