//! News of the store: commits since a moment.

use std::time::{Duration, Instant};

use super::clock::Now;
use super::core::Core;
use super::hashed_scope::head_row;
use super::high_water::Mark;
use super::tenant_view::{Asked, Stamp};
use crate::error::Result;
use crate::store::{HeadRead, Moment, Partition, Row};

/// The longest time without a read that looks if the store is still there: a store that is a file
/// does not look for it at every question.
const LOOK: Duration = Duration::from_secs(1);

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

/// Answer to the question if something in memory is of the newest head.
pub(super) enum Freshness {
    /// It was a moment ago, and the store was not asked again.
    Young,
    /// It is, and nothing new is known of it.
    Fresh,
    /// It is, as the store said at a later time.
    Confirmed(Stamp),
    /// It is of an older head.
    Stale,
}

impl Core {
    /// Asks the store if anything was committed since a moment, and holds the head against those
    /// seen before.
    ///
    /// # Errors
    ///
    /// Those of [`admit_head`](Core::admit_head) and of the store.
    pub(super) fn news(&self, tenant: Partition, since: Option<Moment>) -> Result<News> {
        let seen = self.seen.of(tenant);
        self.news_beyond(tenant, since, seen)
    }

    /// Asks as [`news`](Core::news) does. What was `seen` was asked for before.
    fn news_beyond(
        &self,
        tenant: Partition,
        since: Option<Moment>,
        seen: Option<Mark>,
    ) -> Result<News> {
        match self.store.head(tenant, &head_row(tenant), since)? {
            HeadRead::Unchanged => Ok(News::Nothing),
            HeadRead::Read { row, moment } => {
                let mark = self.admit_mark(tenant, row.as_ref(), seen)?;
                Ok(News::Perhaps(Point { moment, mark }))
            }
        }
    }

    /// Tells if something in memory is of the newest head of a tenant. The store is asked, unless
    /// that was done less than `max_age` ago and this open vault knows of no write since.
    ///
    /// # Errors
    ///
    /// Those of [`news`](Core::news).
    pub(super) fn freshness(
        &self,
        tenant: Partition,
        stamp: &Stamp,
        max_age: Duration,
        now: (Now, Instant),
    ) -> Result<Freshness> {
        // Asked before the store is: what was seen by then, it must have.
        let (era, seen) = (self.seen.era(), self.seen.of(tenant));
        if era != stamp.era || seen != Some(stamp.mark) {
            return Ok(Freshness::Stale);
        }
        if stamp.asked.is_within(max_age, now, &self.seen) {
            return Ok(Freshness::Young);
        }
        let is_looked_at = max_age.is_zero() && stamp.asked.is_within(LOOK, now, &self.seen);
        let (asked, point) = if is_looked_at {
            match self.news_beyond(tenant, stamp.moment, seen)? {
                News::Nothing => return Ok(Freshness::Fresh),
                News::Perhaps(point) => (stamp.asked, point),
            }
        } else {
            let asked = Asked::now(&self.clock, &self.seen);
            let row = self.get_one(tenant, head_row(tenant))?;
            let point = Point {
                moment: stamp.moment,
                mark: self.admit_mark(tenant, row.as_ref(), seen)?,
            };
            (asked, point)
        };
        if point.mark != Some(stamp.mark) {
            return Ok(Freshness::Stale);
        }
        let moment = point.moment;
        Ok(Freshness::Confirmed(Stamp {
            moment,
            asked,
            ..*stamp
        }))
    }

    /// The mark of a head that was read, which is opened unless it is the newest that was seen.
    ///
    /// # Errors
    ///
    /// Those of [`admit_head`](Core::admit_head).
    pub(super) fn admit_mark(
        &self,
        tenant: Partition,
        row: Option<&Row>,
        seen: Option<Mark>,
    ) -> Result<Option<Mark>> {
        if !row.is_some_and(|row| self.is_newest_head(tenant, row)) {
            self.admit_head(tenant, row, seen)?;
        }
        row.map(Mark::claimed_by).transpose()
    }
}
