//! Upkeep of a store: checks of itself, and purges.

use super::kit::{Case, HandleCase, TENANT, Verdict, ensure, head, put, row, same};
use crate::store::{Purge, SecretStore, SelfCheck};

pub(super) const CASES: &[Case] = &[
    ("a store that nobody damaged is sound", sound),
    ("purge keeps what is there", |store| purge(store, store)),
];

pub(super) const HANDLE_CASES: &[HandleCase] = &[(
    "purge is done while nobody reads, and keeps what is there",
    purge,
)];

fn sound(store: &dyn SecretStore) -> Verdict {
    same(
        &store.self_check()?,
        &SelfCheck::Sound,
        "an empty store is damaged",
    )?;
    put(store, &[row(1), row(2), head(1)])?;
    same(
        &store.self_check()?,
        &SelfCheck::Sound,
        "a store with rows is damaged",
    )
}

fn purge(one: &dyn SecretStore, other: &dyn SecretStore) -> Verdict {
    put(one, &[row(1), row(2)])?;
    same(
        &other.get(TENANT, &[row(1).key])?,
        &vec![Some(row(1))],
        "the row is missing",
    )?;
    one.write(TENANT, &[], &mut |_, tx| tx.delete(&row(1).key))?;
    // A medium that keeps what was deleted says so each time.
    let purged = one.purge()?;
    ensure(
        purged == Purge::Done || purged == Purge::OutOfReach,
        "nobody reads, but it is not done",
    )?;
    same(
        &other.get(TENANT, &[row(1).key, row(2).key])?,
        &vec![None, Some(row(2))],
        "it changed rows",
    )
}
