//! Finding out how a commit ended whose answer was lost.

use std::time::Instant;

use keyslot::Error;
use keyslot::store::{Kind, RowKey};

use crate::changes::Changes;
use crate::failure::{Failure, unsettled};
use crate::pool::Pool;
use crate::sql::Sql;
use crate::tries::pause;
use crate::writing::Writing;
use keyslot::store::{Partition, Row};

/// Rows that are compared: more than a write of many secrets changes, its head included.
const COMPARED: usize = 512;

/// Proof of how a commit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// It happened.
    Committed,
    /// It did not happen, and cannot happen any more.
    Undone,
}

/// Takes the lock of the partition again, so that the lost transaction is over, and compares what
/// was written with what is stored.
///
/// # Errors
///
/// [`Unsettled`](keyslot::ErrorKind::Unsettled) if other writers hide the traces, or the server
/// cannot be asked.
pub(crate) fn settle(
    pool: &Pool,
    sql: &Sql,
    partition: Partition,
    changes: &Changes,
) -> Result<Proof, Error> {
    // Those whose former rows are known prove the most.
    let mut keys: Vec<RowKey> = Vec::new();
    for known in [true, false] {
        let of = changes.all().filter(|(_, seen, _)| seen.is_some() == known);
        keys.extend(of.map(|(key, ..)| *key));
    }
    keys.truncate(COMPARED);
    let deadline = Instant::now() + pool.settings().patience + pool.settings().timeout;
    let mut tries = 0;
    loop {
        tries += 1;
        pool.close_idle();
        match Writing::begin(pool, sql, partition, &keys) {
            Ok((writing, stored)) => {
                writing.roll_back();
                return proof(changes, &keys, &stored).ok_or_else(unsettled);
            }
            Err(Failure::Broken) => return Err(unsettled()),
            Err(Failure::Made(error)) if !error.kind().is_retryable() => return Err(unsettled()),
            Err(_) if Instant::now() > deadline => return Err(unsettled()),
            Err(_) => pause(3 + tries),
        }
    }
}

/// Compares rows as they were before, as they were put, and as they are.
///
/// A sealed row has a random nonce: a row that was put is never stored again by somebody else, and
/// one that was replaced never comes back. Older values are not sealed again: two writers move the
/// same one alike.
fn proof(changes: &Changes, keys: &[RowKey], stored: &[Option<Row>]) -> Option<Proof> {
    let (mut are_all_new, mut are_all_old) = (true, true);
    let mut is_known = false;
    for (key, before, put) in changes.all() {
        let Some(at) = keys.iter().position(|other| other == key) else {
            (are_all_new, are_all_old) = (false, false);
            continue;
        };
        let stored = stored.get(at)?;
        if before == Some(put) {
            // Nothing to tell the one from the other.
            continue;
        }
        if stored.is_some() && stored == put && key.kind != Kind::Version {
            return Some(Proof::Committed);
        }
        if stored.is_some() && before == Some(stored) {
            return Some(Proof::Undone);
        }
        are_all_new &= stored == put;
        // Of one that was not read, it is only known that it is not the one that was put.
        if let Some(before) = before {
            is_known = true;
            are_all_old &= before == stored;
        }
    }
    match (are_all_new, are_all_old) {
        // It changed nothing, or only deleted, and all of that is so.
        (true, _) => Some(Proof::Committed),
        (false, true) if is_known => Some(Proof::Undone),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u8) -> RowKey {
        RowKey {
            kind: Kind::Secret,
            key: [number; 32],
        }
    }

    fn row(number: u8, sealed: u8) -> Row {
        Row {
            key: key(number),
            epoch: 1,
            info: vec![sealed],
            body: vec![],
        }
    }

    /// Key, row before if known, row put.
    type Change = (u8, Option<Option<u8>>, Option<u8>);

    /// The proof for changes, with what is stored now.
    fn of(changes: &[Change], stored: &[Option<u8>]) -> Option<Proof> {
        let mut made = Changes::default();
        for (number, before, put) in changes {
            if let Some(before) = before {
                made.see(
                    key(*number),
                    before.map(|sealed| row(*number, sealed)).as_ref(),
                );
            }
            match put {
                Some(sealed) => made.put(&row(*number, *sealed)),
                None => made.delete(key(*number)),
            }
        }
        let keys: Vec<RowKey> = changes.iter().map(|change| key(change.0)).collect();
        let stored: Vec<Option<Row>> = (changes.iter().zip(stored))
            .map(|(change, stored)| stored.map(|sealed| row(change.0, sealed)))
            .collect();
        proof(&made, &keys, &stored)
    }

    #[test]
    fn what_was_put_proves_the_commit_and_what_was_there_disproves_it() {
        let head = (1, Some(Some(10)), Some(11));
        assert_eq!(of(&[head], &[Some(11)]), Some(Proof::Committed));
        assert_eq!(of(&[head], &[Some(10)]), Some(Proof::Undone));
        // Somebody wrote after one of the two.
        assert_eq!(of(&[head], &[Some(12)]), None);
        let secret = (2, Some(None), Some(20));
        assert_eq!(
            of(&[head, secret], &[Some(12), Some(20)]),
            Some(Proof::Committed)
        );
        assert_eq!(of(&[head, secret], &[Some(12), None]), None);
        let secret = (2, Some(Some(19)), Some(20));
        assert_eq!(
            of(&[head, secret], &[Some(12), Some(19)]),
            Some(Proof::Undone)
        );
        assert_eq!(of(&[head, secret], &[Some(12), Some(21)]), None);
    }

    #[test]
    fn the_first_write_of_all_is_proven_by_its_rows() {
        let rows = [(1, Some(None), Some(10)), (2, Some(None), Some(20))];
        assert_eq!(of(&rows, &[None, None]), Some(Proof::Undone));
        assert_eq!(of(&rows, &[Some(10), Some(20)]), Some(Proof::Committed));
        assert_eq!(of(&rows, &[Some(11), None]), None);
        // The second row was not read.
        let rows = [(1, Some(None), Some(10)), (2, None, Some(20))];
        assert_eq!(of(&rows, &[None, None]), Some(Proof::Undone));
        assert_eq!(of(&rows, &[Some(11), None]), None);
        assert_eq!(of(&rows, &[Some(11), Some(20)]), Some(Proof::Committed));
    }

    #[test]
    fn rows_that_were_not_read_prove_a_commit_alone() {
        let row = (1, None, Some(10));
        assert_eq!(of(&[row], &[Some(10)]), Some(Proof::Committed));
        assert_eq!(of(&[row], &[Some(9)]), None);
        assert_eq!(of(&[row], &[None]), None);
    }

    #[test]
    fn an_older_value_that_another_writer_moved_proves_nothing() {
        let of = |kind, stored: [u8; 2]| {
            let at = |number| RowKey {
                kind,
                ..key(number)
            };
            let moved = |sealed| Row {
                key: at(2),
                ..row(2, sealed)
            };
            let mut made = Changes::default();
            made.see(key(1), Some(&row(1, 10)));
            made.put(&row(1, 11));
            made.put(&moved(20));
            let [head, other] = stored;
            let stored = [Some(row(1, head)), Some(moved(other))];
            proof(&made, &[key(1), at(2)], &stored)
        };
        // The other writer put the same secret, and so moved the same value in the same epoch.
        assert_eq!(of(Kind::Version, [12, 20]), None);
        assert_eq!(of(Kind::Version, [11, 20]), Some(Proof::Committed));
        assert_eq!(of(Kind::Version, [10, 21]), Some(Proof::Undone));
        assert_eq!(of(Kind::DataKey, [12, 20]), Some(Proof::Committed));
    }

    #[test]
    fn deletes_prove_nothing_beside_other_writers() {
        let deleted = (1, Some(Some(10)), None);
        assert_eq!(of(&[deleted], &[Some(10)]), Some(Proof::Undone));
        assert_eq!(of(&[deleted], &[None]), Some(Proof::Committed));
        let head = (2, Some(Some(20)), Some(21));
        assert_eq!(of(&[deleted, head], &[None, Some(22)]), None);
        let unknown = (1, None, None);
        assert_eq!(of(&[unknown], &[Some(10)]), None);
    }
}
