//! Reads whose connection is lost.

use std::num::NonZeroU32;

use super::faults::{calm, is_passing, next, rows_after};
use super::kit::{HEAD, TENANT, Verdict, all_secrets, ensure, epoch, row};
use crate::error::{Error, Result};
use crate::store::SecretStore;

/// Each way to read, once after the connection was lost and once more.
pub(super) fn short(store: &dyn SecretStore, cut: &dyn Fn()) -> Verdict {
    next(store)?;
    let mut rows = rows_after(1);
    let head = rows.pop();
    let reads: [&dyn Fn() -> Result<bool>; 4] = [
        &|| Ok(store.get(TENANT, &[HEAD])? == [head.clone()]),
        &|| Ok(store.scan(TENANT, &all_secrets())?.rows == rows),
        &|| Ok(epoch(store, TENANT)? == 1),
        &|| Ok(store.partitions(None, NonZeroU32::MAX)? == [TENANT]),
    ];
    for read in reads {
        cut();
        match read() {
            Ok(is_right) => ensure(is_right, "a read after the cut has another answer")?,
            Err(error) => lost(&error)?,
        }
        ensure(calm(read)?, "a read after the next one has another answer")?;
    }
    Ok(())
}

/// A read of one moment that loses its connection in the middle, with a write before it goes on.
pub(super) fn long(store: &dyn SecretStore, cut: &dyn Fn()) -> Verdict {
    next(store)?;
    let (mut is_cut, mut found) = (false, Vec::new());
    let read = store.read(TENANT, &mut |tx| {
        found = tx.get(&[row(2).key])?;
        if !is_cut {
            is_cut = true;
            cut();
            next(store)?;
        }
        found.extend(tx.get(&[HEAD])?);
        Ok(())
    });
    if let Err(error) = read {
        return lost(&error);
    }
    let mut epochs = found.iter().flatten().map(|row| row.epoch);
    let (row, head) = (epochs.next(), epochs.next());
    ensure(
        row.is_some() && row == head,
        "rows from before the cut were seen beside rows from after it",
    )
}

fn lost(error: &Error) -> Verdict {
    ensure(
        is_passing(error),
        "a read that lost its connection failed as something else than Unavailable",
    )
}
