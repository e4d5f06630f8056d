//! Verifications that run beside the requests.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use keyslot::{Error, Vault, Verification, VerifyProgress};
use serde::Serialize;

use crate::failure::{Failure, Outcome};
use crate::texts as t;

/// The verification that runs or ran last. There is one at a time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Verifying(Arc<Mutex<State>>);

/// State of a verification.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct State {
    pub(crate) running: bool,
    #[serde(skip)]
    is_stopped: bool,
    pub(crate) looked_at: u64,
    pub(crate) total: u64,
    pub(crate) result: Option<Verification>,
    pub(crate) error: Option<Error>,
}

impl Verifying {
    pub(crate) fn state(&self) -> State {
        self.with(|state| state.clone())
    }

    /// Begins a verification on a thread of its own.
    pub(crate) fn begin(&self, vault: &Vault) -> Outcome<()> {
        let was_running = self.with(|state| {
            let was_running = state.running;
            if !was_running {
                *state = State {
                    running: true,
                    ..State::default()
                };
            }
            was_running
        });
        if was_running {
            return Err(Failure::conflict(t::VERIFY_RUNS));
        }
        let (own, vault) = (self.clone(), vault.clone());
        let thread = thread::Builder::new().name("keyslot-console-verify".to_owned());
        let begun = thread.spawn(move || own.run(&vault));
        begun.map(drop).map_err(|_| {
            self.with(|state| *state = State::default());
            Failure::conflict(t::VERIFY_NO_THREAD)
        })
    }

    /// Ends a verification at its next step.
    pub(crate) fn stop(&self) {
        self.with(|state| state.is_stopped = true);
    }

    fn run(&self, vault: &Vault) {
        let result = vault.verify_with(|progress| self.told(progress));
        self.with(|state| {
            state.running = false;
            match result {
                Ok(result) => state.result = Some(result),
                Err(error) => state.error = Some(error),
            }
        });
    }

    fn told(&self, progress: VerifyProgress) -> ControlFlow<()> {
        self.with(|state| {
            (state.looked_at, state.total) = (progress.looked_at, progress.total);
            if state.is_stopped {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
