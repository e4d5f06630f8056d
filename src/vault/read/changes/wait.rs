//! Waiting for changes.

use std::thread;
use std::time::{Duration, Instant};

use super::answer::Changes;
use crate::error::Result;
use crate::record::Epoch;
use crate::vault::news::{News, Point};
use crate::vault::scoped::ScopedVault;

/// The first pause between two questions to the store.
const FIRST_PAUSE: Duration = Duration::from_millis(5);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// The time after which everything is read again. A question for news goes to the file that is
/// open, and does not see that another one lies in its place.
const LONGEST_TRUST: Duration = Duration::from_secs(1);

impl ScopedVault {
    /// Waits until a secret of this scope or of those above it changes, and returns the
    /// [changes](ScopedVault::changes) since an epoch; or none, once `timeout` has passed.
    ///
    /// **Blocks the thread** for up to `timeout`, so it has no place on a thread of an async
    /// runtime: wait on a thread of your own, or on one for blocking work with a short timeout,
    /// because nothing ends the wait earlier. No lock and no connection is held while it waits.
    ///
    /// It asks the store for the organization's head after 5 ms, then less and less often, up to
    /// four times a second. It does so the same way over every store, and sees what other processes
    /// write as what this one does. The epoch of an answer without changes is a new one: go on with
    /// it.
    ///
    /// ```
    /// use std::thread;
    /// use std::time::Duration;
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let loaded = project.epoch()?;
    /// let writer = project.clone();
    /// let writing = thread::spawn(move || writer.put("STRIPE_KEY", "sk_live_..."));
    ///
    /// let changes = project.wait_for_changes(loaded, Duration::from_secs(60))?;
    /// assert_eq!(changes.secrets[0].name.as_str(), "STRIPE_KEY");
    /// # writing.join().unwrap()?;
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`changes`](ScopedVault::changes), as soon as they occur: a store that cannot be
    /// reached ends the wait. Wait again with the same epoch, and nothing is missed.
    pub fn wait_for_changes(&self, since: Epoch, timeout: Duration) -> Result<Changes> {
        // A moment after the end of time never comes.
        let deadline = Instant::now().checked_add(timeout);
        let (mut since, mut pause) = (since, FIRST_PAUSE);
        loop {
            // Asked before the secrets are read: what is committed later is news.
            let point = match self.core().news(self.partition(), None)? {
                News::Perhaps(point) => point,
                News::Nothing => Point::NEVER,
            };
            let changes = self.changes(since)?;
            if !changes.is_empty() || deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Ok(changes);
            }
            since = changes.epoch;
            if self.pause_until_news(point, deadline, &mut pause)? {
                pause = FIRST_PAUSE;
            }
        }
    }

    /// Sleeps until the head is another one than at a point, and returns true; or false, once the
    /// deadline has come or the secrets have to be read anyway.
    fn pause_until_news(
        &self,
        mut point: Point,
        deadline: Option<Instant>,
        pause: &mut Duration,
    ) -> Result<bool> {
        let begun = Instant::now();
        while begun.elapsed() < LONGEST_TRUST {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                break;
            }
            thread::sleep(left.map_or(*pause, |left| left.min(*pause)));
            *pause = LONGEST_PAUSE.min(*pause * 2);
            if let News::Perhaps(now) = self.core().news(self.partition(), point.moment)? {
                let is_moved = now.mark != point.mark;
                point = now;
                if is_moved {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}
