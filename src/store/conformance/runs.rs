//! Runs of the work of a write: what each finds, and how many of them count.

use std::thread;
use std::time::Duration;

use super::kit::{
    Case, HEAD, HandleCase, TENANT, Verdict, ensure, epoch, epoch_of, head, joined, put, same,
    write,
};
use crate::error::Result;
use crate::store::SecretStore;

pub(super) const CASES: &[Case] = &[(
    "one run of the work counts, and none sees what an earlier one did",
    one_counts,
)];

pub(super) const HANDLE_CASES: &[HandleCase] = &[(
    "the rows of a write that are read first are read under its lock",
    under_the_lock,
)];

/// A store may run the work again, but not upon its own changes, and not once it is committed.
fn one_counts(store: &dyn SecretStore) -> Verdict {
    for count in 1..=24 {
        let mut seen = Vec::new();
        write(store, TENANT, &[HEAD], &mut |first, tx| {
            seen.push([epoch_of(&first), epoch_of(&tx.get(&[HEAD])?)]);
            tx.put(&head(count))
        })?;
        ensure(!seen.is_empty(), "a write is done whose work did not run")?;
        ensure(
            seen.into_iter().flatten().all(|epoch| epoch == count - 1),
            "a run of the work found what an earlier run of it did",
        )?;
        same(&epoch(store, TENANT)?, &count, "the write is lost")?;
    }
    Ok(())
}

/// Time for a write to begin while another one has the lock.
const HEAD_START: Duration = Duration::from_millis(100);

/// The second write begins while the first one has the lock, and commits after it.
fn under_the_lock(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    put(one, &[head(1)])?;
    let mut found = 0;
    thread::scope(|threads| {
        let mut started = None;
        let second = || -> Result<u64> {
            let mut found = 0;
            write(other, TENANT, &[HEAD], &mut |first, tx| {
                found = epoch_of(&first);
                tx.put(&head(3))
            })?;
            Ok(found)
        };
        let written = write(one, TENANT, &[HEAD], &mut |_, tx| {
            if started.is_none() {
                started = Some(threads.spawn(second));
                thread::sleep(HEAD_START);
            }
            tx.put(&head(2))
        });
        found = started.map_or(Ok(0), joined)?;
        written
    })?;
    same(&found, &2, "they are older than the lock")?;
    same(&epoch(one, TENANT)?, &3, "the second write is lost")
}
