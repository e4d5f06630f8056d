//! Writes as other handles and threads see them.

use std::num::NonZeroU32;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::kit::{Broken, HandleCase, TENANT, Verdict, all_secrets, epoch, head, put, row, same};
use crate::error::{Error, Result};
use crate::store::{Row, SecretStore};

pub(super) const HANDLE_CASES: &[HandleCase] = &[
    (
        "a committed write is seen at once by the other handle",
        seen_at_once,
    ),
    (
        "nobody sees an open write, and no reader waits for it",
        open_write,
    ),
];

/// Longer than any machine takes for one read.
const STUCK: Duration = Duration::from_secs(10);

fn seen_at_once(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    for now in 1..=3 {
        put(
            one,
            &[
                Row {
                    epoch: now,
                    ..row(1)
                },
                head(now),
            ],
        )?;
        same(&epoch(other, TENANT)?, &now, "the head is an old one")?;
        same(
            &other.get(TENANT, &[row(1).key])?,
            &vec![Some(Row {
                epoch: now,
                ..row(1)
            })],
            "the row is an old one",
        )?;
        put(
            other,
            &[Row {
                epoch: now,
                ..row(2)
            }],
        )?;
        same(
            &one.get(TENANT, &[row(2).key])?,
            &vec![Some(Row {
                epoch: now,
                ..row(2)
            })],
            "the row is an old one",
        )?;
    }
    Ok(())
}

fn open_write(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    put(one, &[row(1), row(2), head(1)])?;
    let mut seen = Ok(None);
    thread::scope(|threads| {
        one.write(TENANT, &[], &mut |_, tx| {
            tx.put(&Row { epoch: 2, ..row(1) })?;
            tx.delete(&row(2).key)?;
            tx.put(&head(2))?;
            let (send, receive) = mpsc::channel();
            threads.spawn(move || {
                let read = [one, other].map(|store| {
                    let keys = [row(1).key, row(2).key];
                    let mut rows = vec![store.get(TENANT, &keys)?];
                    store.read(TENANT, &mut |tx| {
                        rows.truncate(1);
                        rows.push(tx.get(&keys)?);
                        Ok(())
                    })?;
                    let page = store.scan(TENANT, &all_secrets())?;
                    let partitions = store.partitions(None, NonZeroU32::MAX)?;
                    Ok::<_, Error>((rows, page.rows, epoch(store, TENANT)?, partitions))
                });
                // Nobody listens any more when it came too late.
                let _ = send.send(read);
            });
            seen = receive.recv_timeout(STUCK).map(Some);
            Ok(())
        })
    })?;
    let seen = match seen {
        Err(RecvTimeoutError::Timeout) => {
            return Err(Broken("a reader waits for the writer".to_owned()));
        }
        Err(RecvTimeoutError::Disconnected) => return Err(Broken("a reader panicked".to_owned())),
        Ok(seen) => seen.into_iter().flatten().collect::<Result<Vec<_>>>()?,
    };
    let both = vec![Some(row(1)), Some(row(2))];
    let old = (vec![both; 2], vec![row(1), row(2)], 1, vec![TENANT]);
    same(
        &seen,
        &vec![old.clone(), old],
        "a reader saw a write that was still open",
    )?;
    let new = vec![Some(Row { epoch: 2, ..row(1) }), None];
    same(
        &other.get(TENANT, &[row(1).key, row(2).key])?,
        &new,
        "the write is not visible after it",
    )
}
