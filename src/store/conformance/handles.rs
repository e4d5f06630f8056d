//! Several threads and handles on the same rows: who sees what and when, and who waits for whom.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::kit::{Broken, HEAD, HandleCase, Verdict, ensure, epoch, head, put, row, same};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Cursor, HeadRead, Kind, PageSize, Purge, Row, RowKey, SecretStore, Tag};

pub(super) const CASES: &[HandleCase] = &[
    (
        "a committed write is seen at once by the other handle",
        seen_at_once,
    ),
    (
        "no commit is missed by a question for the head",
        no_commit_is_missed,
    ),
    (
        "nobody sees an open write, and no reader waits for it",
        open_write,
    ),
    ("writes with the same lock do not overlap", no_lost_update),
    (
        "a write inside a write ends in an error, not in a deadlock",
        write_inside_a_write,
    ),
    ("a get is of one moment", one_moment),
    (
        "purge is done while nobody reads, and keeps what is there",
        purge,
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
        same(&epoch(other, &HEAD)?, &now, "the head is an old one")?;
        same(
            &other.get(&[row(1).key])?,
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
            &one.get(&[row(2).key])?,
            &vec![Some(Row {
                epoch: now,
                ..row(2)
            })],
            "the row is an old one",
        )?;
    }
    Ok(())
}

/// The answer of the other handle says "unchanged" only where no write of either handle lies
/// between the moment and the question.
fn no_commit_is_missed(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    put(one, &[head(1), row(1)])?;
    for (writer, reader) in [(one, other), (other, one), (one, one)] {
        // A write that touches nothing of the head, and one that puts the head back as it was.
        for rows in [&[row(2)][..], &[head(1)]] {
            let HeadRead::Read { moment, .. } = reader.head(&HEAD, None)? else {
                return Err(unasked());
            };
            let before = reader.head(&HEAD, moment)?;
            put(writer, rows)?;
            let after = reader.head(&HEAD, moment)?;
            ensure(after != HeadRead::Unchanged, "a commit was missed")?;
            if let (
                HeadRead::Read {
                    row: Some(before), ..
                },
                HeadRead::Read {
                    row: Some(after), ..
                },
            ) = (before, after)
            {
                same(&before, &after, "the head changed by itself")?;
            }
        }
    }
    Ok(())
}

fn unasked() -> Broken {
    Broken("without a known moment the head is unchanged".to_owned())
}

fn open_write(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    put(one, &[row(1), row(2), head(1)])?;
    let mut seen = Ok(None);
    thread::scope(|threads| {
        one.write(&HEAD, &mut |tx| {
            tx.put(&Row { epoch: 2, ..row(1) })?;
            tx.delete(&row(2).key)?;
            tx.put(&head(2))?;
            let (send, receive) = mpsc::channel();
            threads.spawn(move || {
                let read = [one, other].map(|store| {
                    let rows = store.get(&[row(1).key, row(2).key])?;
                    let page =
                        store.scan(Kind::Secret, Tag::Any, Cursor::START, PageSize::MAX, true)?;
                    Ok::<_, Error>((rows, page.rows, epoch(store, &HEAD)?))
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
    let old = (vec![Some(row(1)), Some(row(2))], vec![row(1), row(2)], 1);
    same(
        &seen,
        &vec![old.clone(), old],
        "a reader saw a write that was still open",
    )?;
    let new = vec![Some(Row { epoch: 2, ..row(1) }), None];
    same(
        &other.get(&[row(1).key, row(2).key])?,
        &new,
        "the write is not visible after it",
    )
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

fn no_lost_update(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    const EACH: u64 = 25;
    put(one, &[head(0)])?;
    let count = |store: &dyn SecretStore| (0..EACH).try_for_each(|_| increment(store));
    let counted = thread::scope(|threads| {
        let threads = [one, other, one, other].map(|store| threads.spawn(move || count(store)));
        threads.map(|thread| {
            thread
                .join()
                .unwrap_or_else(|_| Err(Error::new(ErrorKind::Store, "a write panicked")))
        })
    });
    counted.into_iter().collect::<Result<()>>()?;
    same(
        &epoch(one, &HEAD)?,
        &(4 * EACH),
        "an update is lost, or one was made twice",
    )
}

/// A write may be told that the store is busy, but not for ever.
fn increment(store: &dyn SecretStore) -> Result<()> {
    let mut tries = 0;
    loop {
        let written = store.write(&HEAD, &mut |tx| {
            let found = tx.get(&[HEAD])?;
            let last = found
                .first()
                .and_then(Option::as_ref)
                .map_or(0, |head| head.epoch);
            tx.put(&head(last + 1))
        });
        tries += 1;
        match written {
            Err(error) if error.kind() == ErrorKind::Busy && tries < 20 => {}
            written => return written,
        }
    }
}

fn one_moment(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    let keys = [1, 2, 3, 4].map(|number| row(number).key);
    let rows = |epoch| {
        [1, 2, 3, 4].map(|number| Row {
            epoch,
            ..row(number)
        })
    };
    put(one, &rows(0))?;
    let (written, enough) = (AtomicU64::new(0), AtomicBool::new(false));
    thread::scope(|threads| {
        let writer = threads.spawn(|| {
            while !enough.load(Ordering::Relaxed) {
                put(one, &rows(1 + written.fetch_add(1, Ordering::Relaxed)))?;
                // This is not about who starves whom.
                thread::sleep(Duration::from_millis(5));
            }
            Ok(())
        });
        let read = read_until(other, &keys, || {
            written.load(Ordering::Relaxed) >= 20 || writer.is_finished()
        });
        enough.store(true, Ordering::Relaxed);
        writer
            .join()
            .unwrap_or_else(|_| Err(Broken("a write panicked".to_owned())))?;
        read
    })
}

/// Reads many times, and until it is enough.
fn read_until(store: &dyn SecretStore, keys: &[RowKey], enough: impl Fn() -> bool) -> Verdict {
    let mut reads = 0;
    while reads < 200 || !enough() {
        let epochs: Vec<_> = store
            .get(keys)?
            .into_iter()
            .map(|row| row.map(|row| row.epoch))
            .collect();
        let together = epochs
            .iter()
            .all(|epoch| epoch.is_some() && Some(epoch) == epochs.first());
        ensure(
            together,
            "rows of one write were seen beside rows of another",
        )?;
        reads += 1;
    }
    Ok(())
}

fn purge(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    put(one, &[row(1), row(2)])?;
    same(
        &other.get(&[row(1).key])?,
        &vec![Some(row(1))],
        "the row is missing",
    )?;
    one.write(&HEAD, &mut |tx| tx.delete(&row(1).key))?;
    same(
        &one.purge()?,
        &Purge::Done,
        "nobody reads, but it is not done",
    )?;
    same(
        &other.get(&[row(1).key, row(2).key])?,
        &vec![None, Some(row(2))],
        "it changed rows",
    )
}
