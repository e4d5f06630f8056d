//! Tries of one call, and the pauses between them.

use std::hash::{BuildHasher, RandomState};
use std::thread;
use std::time::Duration;

use keyslot::Error;

use crate::failure::{Failure, busy};
use crate::pool::Pool;

/// The most tries while other writers are in the way.
const CONFLICTS: u32 = 10;

/// Counts the tries of a call.
#[derive(Debug)]
pub(crate) struct Tries<'a> {
    pool: &'a Pool,
    /// Runs that may follow a lost connection.
    lost: u32,
    conflicts: u32,
    had_stale_statement: bool,
}

impl<'a> Tries<'a> {
    pub(crate) fn of_read(pool: &'a Pool) -> Self {
        Self::new(pool, 1)
    }

    pub(crate) fn of_write(pool: &'a Pool) -> Self {
        Self::new(pool, 3)
    }

    fn new(pool: &'a Pool, lost: u32) -> Self {
        Self {
            pool,
            lost,
            conflicts: 0,
            had_stale_statement: false,
        }
    }

    /// Pauses before the next try, or gives the error after the last one.
    pub(crate) fn again(&mut self, failure: Failure) -> Result<(), Error> {
        match failure {
            Failure::Refused(state, _) if state.is_conflict() => {
                self.conflicts += 1;
                if self.conflicts == CONFLICTS {
                    return Err(busy().with_source(state));
                }
                pause(self.conflicts);
                Ok(())
            }
            Failure::Refused(state, _)
                if state.is_stale_statement() && !self.had_stale_statement =>
            {
                self.had_stale_statement = true;
                Ok(())
            }
            failure if failure.is_lost() && self.lost > 0 => {
                self.lost -= 1;
                self.pool.close_idle();
                pause(5 - self.lost.min(4));
                Ok(())
            }
            failure => Err(failure.into_error()),
        }
    }
}

/// Sleeps for a random time, which is longer after each try.
pub(crate) fn pause(tries: u32) {
    let most = 2_u64 << tries.min(8);
    let random = RandomState::new().hash_one(tries);
    thread::sleep(Duration::from_millis(1 + random % most));
}
