//! The state that the clones of a snapshot share, and the ways to have it checked for a use.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};

use super::state::State;
use crate::error::Result;
use crate::reference::Reference;
use crate::vault::clock::Now;
use crate::vault::news::News;
use crate::vault::scoped::ScopedVault;
use crate::vault::tenant_view::Asked;

/// The state of a snapshot.
pub(super) struct Shared {
    current: RwLock<Current>,
    /// Held while the store is read again, so that many threads do it once.
    reading: Mutex<()>,
}

/// A state, and a time at or before the question to the store that it answers.
struct Current {
    state: Arc<State>,
    asked: Asked,
}

impl Current {
    fn of(scoped: &ScopedVault, references: &[Reference]) -> Result<Self> {
        let asked = asked_now(scoped);
        let state = Arc::new(State::of(scoped, references)?);
        Ok(Self { state, asked })
    }
}

impl Shared {
    /// Reads and pins the secrets that references mean now.
    pub(super) fn of(scoped: &ScopedVault, references: &[Reference]) -> Result<Self> {
        Ok(Self {
            current: RwLock::new(Current::of(scoped, references)?),
            reading: Mutex::default(),
        })
    }

    /// Reads and pins the secrets that the same references mean now.
    pub(super) fn refresh(&self, scoped: &ScopedVault) -> Result<()> {
        let _one_at_a_time = self.one_at_a_time();
        let references: Vec<Reference> = self.state().held.keys().cloned().collect();
        let next = Current::of(scoped, &references)?;
        self.set(next.state, Some(next.asked));
        Ok(())
    }

    pub(super) fn state(&self) -> Arc<State> {
        Arc::clone(&self.current().state)
    }

    /// The state, and the time of the use. The store is asked, unless that was done less than
    /// `max_age` ago and this open vault knows of no write since.
    ///
    /// The time is read after the store has answered: what expires meanwhile is expired.
    pub(super) fn for_use(
        &self,
        scoped: &ScopedVault,
        max_age: Duration,
    ) -> Result<(Arc<State>, Now)> {
        let clock = &scoped.core().clock;
        if max_age.is_zero() {
            return Ok((self.exact(scoped)?, clock.now()?));
        }
        let now = clock.now()?;
        if let Some(state) = self.young(scoped, max_age, now) {
            return Ok((state, now));
        }
        let state = self.asked_once(scoped, max_age)?;
        Ok((state, clock.now()?))
    }

    fn young(&self, scoped: &ScopedVault, max_age: Duration, now: Now) -> Option<Arc<State>> {
        let current = self.current();
        let now = (now, Instant::now());
        let is_young = current.asked.is_within(max_age, now, &scoped.core().seen)
            && current.state.is_newest_known(scoped);
        is_young.then(|| Arc::clone(&current.state))
    }

    /// The state, checked against a store that one thread asks for all that wait.
    fn asked_once(&self, scoped: &ScopedVault, max_age: Duration) -> Result<Arc<State>> {
        let _one_at_a_time = self.one_at_a_time();
        let clock = &scoped.core().clock;
        if let Some(state) = self.young(scoped, max_age, clock.now()?) {
            return Ok(state);
        }
        let asked = asked_now(scoped);
        let before = self.state();
        let state = match news(scoped, &before)? {
            News::Nothing => before,
            News::Perhaps(point) => Arc::new(before.again(scoped, point)?),
        };
        self.set(Arc::clone(&state), Some(asked));
        Ok(state)
    }

    /// The state, checked against a store that was asked after the call began.
    fn exact(&self, scoped: &ScopedVault) -> Result<Arc<State>> {
        let before = self.state();
        let News::Perhaps(mut point) = news(scoped, &before)? else {
            return Ok(before);
        };
        let _one_at_a_time = self.one_at_a_time();
        let state = self.state();
        if !Arc::ptr_eq(&before, &state) {
            // Another thread has read it again meanwhile.
            match news(scoped, &state)? {
                News::Nothing => return Ok(state),
                News::Perhaps(later) => point = later,
            }
        }
        let state = Arc::new(state.again(scoped, point)?);
        self.set(Arc::clone(&state), None);
        Ok(state)
    }

    /// Sets the state. Without a time that of the question before stays, which makes the state look
    /// older than it is.
    fn set(&self, state: Arc<State>, asked: Option<Asked>) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        current.state = state;
        current.asked = asked.unwrap_or(current.asked);
    }

    fn current(&self) -> RwLockReadGuard<'_, Current> {
        self.current.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn one_at_a_time(&self) -> MutexGuard<'_, ()> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks for news since a state. What was found of older rows no longer counts once the host has
/// accepted them.
fn news(scoped: &ScopedVault, state: &State) -> Result<News> {
    let era = scoped.core().seen.era();
    let since = state.point.moment.filter(|_| state.era == era);
    scoped.core().news(scoped.partition(), since)
}

/// The time now. Read it before the store is asked.
fn asked_now(scoped: &ScopedVault) -> Asked {
    let core = scoped.core();
    Asked::now(&core.clock, &core.seen)
}
