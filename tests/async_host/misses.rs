//! Names that the service did not know a moment ago.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use keyslot::SecretName;

/// The most names that are remembered.
const MOST: usize = 1_000;

/// Names that the service said it has not, each for a time. A text with a mistyped name then costs
/// one request, not one for each step of a run.
#[derive(Debug)]
pub(crate) struct Misses {
    lasting: Duration,
    names: Mutex<HashMap<SecretName, Instant>>,
}

impl Misses {
    pub(crate) fn new(lasting: Duration) -> Self {
        let names = Mutex::default();
        Self { lasting, names }
    }

    /// Returns true if the service said so within the time.
    pub(crate) fn has(&self, name: &SecretName) -> bool {
        let names = self.lock();
        names.get(name).is_some_and(|said| self.is_young(said))
    }

    /// Notes a name. When there are too many, those whose time is over are forgotten, and then all.
    pub(crate) fn note(&self, name: SecretName) {
        let mut names = self.lock();
        if names.len() >= MOST {
            names.retain(|_, said| self.is_young(said));
        }
        if names.len() >= MOST {
            names.clear();
        }
        names.insert(name, Instant::now());
    }

    fn is_young(&self, said: &Instant) -> bool {
        said.elapsed() < self.lasting
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SecretName, Instant>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
