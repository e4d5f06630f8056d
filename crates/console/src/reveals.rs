//! The rate at which values may be revealed.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use keyslot::Actor;

/// The time over which the rate is counted.
const MINUTE: Duration = Duration::from_secs(60);

/// The most actors that are counted at once. With more, nobody new may reveal until a minute of
/// one of them is over.
const ACTORS: usize = 10_000;

/// The values that actors have revealed in their current minutes.
#[derive(Debug, Default)]
pub(crate) struct Reveals(Mutex<HashMap<Actor, (Instant, u32)>>);

impl Reveals {
    /// Counts one reveal. Returns false if the actor had as many as are allowed already.
    pub(crate) fn admit(&self, actor: &Actor, most: u32, now: Instant) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = |begin: Instant| now.saturating_duration_since(begin) >= MINUTE;
        if !counts.contains_key(actor) && counts.len() >= ACTORS {
            counts.retain(|_, (begin, _)| !is_over(*begin));
            if counts.len() >= ACTORS {
                return false;
            }
        }
        let (begin, count) = counts.entry(actor.clone()).or_insert((now, 0));
        if is_over(*begin) {
            (*begin, *count) = (now, 0);
        }
        if *count >= most {
            return false;
        }
        *count += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(name: &str) -> Actor {
        Actor::new(name).unwrap()
    }

    #[test]
    fn each_actor_has_so_many_in_a_minute() {
        let (reveals, start) = (Reveals::default(), Instant::now());
        for _ in 0..2 {
            assert!(reveals.admit(&actor("ada"), 2, start));
        }
        let almost = start + Duration::from_secs(59);
        assert!(!reveals.admit(&actor("ada"), 2, almost));
        assert!(reveals.admit(&actor("bob"), 2, almost));
        assert!(reveals.admit(&actor("ada"), 2, start + MINUTE));
        assert!(!reveals.admit(&actor("ada"), 0, start + 3 * MINUTE));
    }

    #[test]
    fn many_actors_take_no_more_memory() {
        let (reveals, start) = (Reveals::default(), Instant::now());
        for number in 0..ACTORS {
            assert!(reveals.admit(&actor(&format!("n{number}")), 1, start));
        }
        assert!(!reveals.admit(&actor("ada"), 1, start));
        assert!(reveals.admit(&actor("ada"), 1, start + MINUTE));
        assert_eq!(reveals.0.lock().unwrap().len(), 1);
    }
}
