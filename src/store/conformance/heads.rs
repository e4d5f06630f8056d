//! Heads of tenants, and the question if anything was committed.

use super::kit::{Broken, Case, HEAD, HandleCase, TENANT, Verdict, ensure, head, put, row, same};
use crate::store::{HeadRead, Row, RowKey, SecretStore};

pub(super) const CASES: &[Case] = &[("the head is the row at its key", heads)];

pub(super) const HANDLE_CASES: &[HandleCase] = &[(
    "no commit is missed by a question for the head",
    no_commit_is_missed,
)];

fn heads(store: &dyn SecretStore) -> Verdict {
    let other = RowKey {
        key: [2; 32],
        ..HEAD
    };
    let read = |key| match store.head(TENANT, key, None)? {
        HeadRead::Read { row, .. } => Ok(row),
        HeadRead::Unchanged => Err(unasked()),
    };
    same(&read(&HEAD)?, &None, "there is no head yet")?;
    for epoch in [1, 2, 300] {
        put(store, &[head(epoch)])?;
        same(
            &read(&HEAD)?,
            &Some(head(epoch)),
            "it is not the row that was put last",
        )?;
        same(&read(&other)?, &None, "another key has this head")?;
    }
    let theirs = Row {
        key: other,
        ..head(7)
    };
    put(store, std::slice::from_ref(&theirs))?;
    same(
        &read(&HEAD)?,
        &Some(head(300)),
        "it changed with another head",
    )?;
    same(&read(&other)?, &Some(theirs), "it is not the other head")?;
    store.write(TENANT, &[], &mut |_, tx| tx.delete(&HEAD))?;
    same(&read(&HEAD)?, &None, "it was deleted")
}

/// The answer of the other handle says "unchanged" only where no write of either handle lies
/// between the moment and the question.
fn no_commit_is_missed(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    put(one, &[head(1), row(1)])?;
    for (writer, reader) in [(one, other), (other, one), (one, one)] {
        // A write that touches nothing of the head, and one that puts the head back as it was.
        for rows in [&[row(2)][..], &[head(1)]] {
            let HeadRead::Read { moment, .. } = reader.head(TENANT, &HEAD, None)? else {
                return Err(unasked());
            };
            let before = reader.head(TENANT, &HEAD, moment)?;
            put(writer, rows)?;
            let after = reader.head(TENANT, &HEAD, moment)?;
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
