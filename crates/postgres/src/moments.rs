//! Moments of a server that can tell if anything was committed.

use std::sync::{Arc, Mutex, PoisonError};

use keyslot::store::Moment;

use crate::failure::Failure;
use crate::rows::column;
use crate::statement::{Answer, Query};

/// The transactions that are visible now, and the start of the server. Two answers that are alike
/// stand for the same rows: a commit takes its transaction out of those that are not visible. After
/// a crash or a failover, numbers may be given again, but by a server that started later.
const SEEN: &str = "SELECT pg_catalog.pg_current_snapshot()::text, \
                    pg_catalog.pg_postmaster_start_time()::text";

/// The newest answer of the server, under the number of its moment.
#[derive(Debug, Default)]
pub(crate) struct Moments(Mutex<(u64, Option<(String, String)>)>);

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

    /// The moment of an answer: the one of the answer before if they are alike.
    pub(crate) fn of(&self, answer: Option<Answer>) -> Result<Moment, Failure> {
        let rows = answer.ok_or(Failure::Broken)?.rows;
        let row = rows.first().ok_or(Failure::Broken)?;
        let seen = (column(row, 0)?, column(row, 1)?);
        Ok(self.number(seen))
    }

    fn number(&self, seen: (String, String)) -> Moment {
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
        let of = |snapshot: &str, start: &str| moments.number((snapshot.into(), start.into()));
        let first = of("10:10:", "a");
        assert_eq!(of("10:10:", "a"), first);
        let second = of("10:11:", "a");
        assert_ne!(second, first);
        // An answer that was late, and a server that began again at the same number.
        let late = of("10:10:", "a");
        assert!(late != first && late != second);
        assert_ne!(of("10:10:", "b"), late);
    }
}
