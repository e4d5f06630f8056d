//! Signals that end long work between two of its steps.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

use crate::run::is_ignored;
use crate::silence::release_signals;

/// A wish for the end of the work, from a signal. A second signal ends the process at once.
#[derive(Debug)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Waits for the signals from now on. One that is ignored stays so.
    ///
    /// # Errors
    ///
    /// Those of the operating system.
    pub(crate) fn begin() -> io::Result<Self> {
        release_signals();
        let wish = Arc::new(AtomicBool::new(false));
        for signal in [SIGHUP, SIGINT, SIGTERM] {
            if is_ignored(signal) {
                continue;
            }
            // In this order: the first signal must not find its own wish.
            flag::register_conditional_default(signal, Arc::clone(&wish))?;
            flag::register(signal, Arc::clone(&wish))?;
        }
        Ok(Self(wish))
    }

    /// Returns true after a signal.
    pub(crate) fn is_wished(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
