//! News of the store: commits since a moment.

use crate::crypto::Envelope;
use crate::error::Result;
use crate::store::{HeadRead, Moment};
use crate::vault::hashed_scope::head_row;
use crate::vault::high_water::Mark;
use crate::vault::scoped::ScopedVault;

/// Answer of the store to the question for commits since a moment.
pub(super) enum News {
    /// There were none: the rows that are held are those that would be read.
    Nothing,
    /// There may have been some. What is read from now on is of this point or later.
    Perhaps(Point),
}

/// A point in the life of a tenant.
#[derive(Clone, Copy)]
pub(super) struct Point {
    /// The moment of the store to ask from the next time; `None` from a store that cannot tell.
    pub(super) moment: Option<Moment>,
    /// The head; `None` if the tenant had none.
    pub(super) mark: Option<Mark>,
}

impl Point {
    /// Before everything: the next question is for all that there is.
    pub(super) const NEVER: Self = Self {
        moment: None,
        mark: None,
    };
}

/// Asks the store if anything was committed since a moment, and holds the head against those seen
/// before.
pub(super) fn news(scoped: &ScopedVault, since: Option<Moment>) -> Result<News> {
    let (core, tenant) = (scoped.core(), scoped.partition());
    let seen = core.seen.of(tenant);
    match core.store.head(tenant, &head_row(tenant), since)? {
        HeadRead::Unchanged => Ok(News::Nothing),
        HeadRead::Read { row, moment } => {
            let is_newest = row
                .as_ref()
                .is_some_and(|row| core.is_newest_head(tenant, row));
            if !is_newest {
                core.admit_head(tenant, row.as_ref(), seen)?;
            }
            let mark = row
                .map(|row| Ok(Mark::new(row.epoch, &Envelope::parse(&row.info)?)))
                .transpose();
            mark.map(|mark| News::Perhaps(Point { moment, mark }))
        }
    }
}
