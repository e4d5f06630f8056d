//! Writes at the same time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::kit::{
    HEAD, HandleCase, Verdict, ensure, epoch, head, joined, other_head, put, row, same, write,
};
use crate::error::{ErrorKind, Result};
use crate::store::{RowKey, SecretStore};

pub(super) const HANDLE_CASES: &[HandleCase] = &[
    ("writes with the same lock do not overlap", no_lost_update),
    (
        "of two writes with different locks none is lost",
        different_locks,
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
        &epoch(one, &HEAD)?,
        &(4 * EACH),
        "an update is lost, or one was made twice",
    )
}

fn increment(store: &dyn SecretStore) -> Result<()> {
    write(store, &HEAD, &mut |tx| {
        let found = tx.get(&[HEAD])?;
        let last = found
            .first()
            .and_then(Option::as_ref)
            .map_or(0, |head| head.epoch);
        tx.put(&head(last + 1))
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
fn different_locks(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    for (round, is_within) in [(0, true), (10, false)] {
        let (begun, first_done, second_done) = (Sign::default(), Sign::default(), Sign::default());
        let locks: [RowKey; 2] = [1, 2].map(|number| other_head(number).key);
        let second = || {
            let written = write(other, &locks[1], &mut |tx| {
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
            let written = write(one, &locks[0], &mut |tx| {
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
        let expected = [1, 2, 3, 4].map(|number| row(round + number));
        same(
            &one.get(&expected.each_ref().map(|row| row.key))?,
            &expected.into_iter().map(Some).collect(),
            "one of two writes that overlap is lost",
        )?;
    }
    Ok(())
}

fn write_inside_a_write(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    let mut inner = Ok(());
    one.write(&HEAD, &mut |tx| {
        inner = other.write(&HEAD, &mut |tx| tx.put(&row(1)));
        tx.put(&row(2))
    })?;
    ensure(
        inner.is_err_and(|error| error.kind() == ErrorKind::Busy),
        "the inner write was not refused as Busy, though the outer one has the lock",
    )?;
    same(
        &other.get(&[row(1).key, row(2).key])?,
        &vec![None, Some(row(2))],
        "not exactly the outer write is visible",
    )
}
