//! Moments of a server that can tell if anything was committed.

use std::sync::{Arc, Mutex, PoisonError};

use keyslot::store::Moment;

use crate::failure::Failure;
use crate::rows::column;
use crate::statement::{Answer, Query};

/// The transactions that are visible now, and the start of the server. Two answers that are alike
/// stand for the same rows: a commit takes its transaction out of those that are not visible. After
/// a failover, numbers may be given again, but by a server that started later.
///
/// After a crash of one of its processes, the server gives numbers again and keeps its start. It
/// ends all connections then, so answers are alike only if no connection was made in between.
const SEEN: &str = "SELECT pg_catalog.pg_current_snapshot()::text, \
                    pg_catalog.pg_postmaster_start_time()::text";

/// The newest answer of the server, under the number of its moment.
#[derive(Debug, Default)]
pub(crate) struct Moments(Mutex<(u64, Option<Seen>)>);

/// The transactions that are visible, the start of the server, and the number of connections that
/// were made before the question.
type Seen = (String, String, u64);

impl Moments {
    /// The question, which must precede the one for rows.
    pub(crate) fn query() -> Query {
        Query {
            sql: Arc::from(SEEN),
            values: Vec::new(),
            rows: 1,
            // Each open transaction of the server has a number in it.
            bytes: 256 << 10,
            is_frequent: true,
            grant: "EXECUTE on pg_current_snapshot",
        }
    }

    /// The moment of an answer: the one of the answer before if they are alike. `made` is the
    /// number of connections that were made before the question.
    pub(crate) fn of(&self, answer: Option<Answer>, made: u64) -> Result<Moment, Failure> {
        let rows = answer.ok_or(Failure::Broken)?.rows;
        let row = rows.first().ok_or(Failure::Broken)?;
        let seen = (column(row, 0)?, column(row, 1)?, made);
        Ok(self.number(seen))
    }

    fn number(&self, seen: Seen) -> Moment {
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.1.as_ref() != Some(&seen) {
            *newest = (newest.0.wrapping_add(1), Some(seen));
        }
        Moment(newest.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_the_same_only_while_nothing_else_was_seen() {
        let moments = Moments::default();
        let of = |snapshot: &str, start: &str| moments.number((snapshot.into(), start.into(), 1));
        let first = of("10:10:", "a");
        assert_eq!(of("10:10:", "a"), first);
        let second = of("10:11:", "a");
        assert_ne!(second, first);
        // An answer that was late, and a server that began again at the same number.
        let late = of("10:10:", "a");
        assert!(late != first && late != second);
        assert_ne!(of("10:10:", "b"), late);
    }

    #[test]
    fn a_connection_that_was_made_in_between_ends_a_moment() {
        let moments = Moments::default();
        let of = |made| moments.number(("10:10:".into(), "a".into(), made));
        let first = of(1);
        assert_eq!(of(1), first);
        assert_ne!(of(2), first);
    }
}
