//! Durations of calls.

use std::time::{Duration, Instant};

/// The beginning of a call; `None` if nobody observes it, so that no time is read then.
#[derive(Clone, Copy)]
pub(in crate::vault) struct Begun(pub(in crate::vault) Option<Instant>);

impl Begun {
    /// The time since then.
    pub(in crate::vault) fn elapsed(self) -> Duration {
        self.0.map_or(Duration::ZERO, |begun| begun.elapsed())
    }
}
