//! Resolved arguments of a model.

use std::fmt;

use secrecy::ExposeSecret;

use super::attempt::{Attempt, Attempts};
use crate::resolve::{Resolved, Used, Wipe};

/// Resolved arguments, and what in them was not granted. As careful with its values as
/// [`Resolved`].
pub struct ModelArgs<T: Wipe> {
    resolved: Resolved<T>,
    attempts: Attempts,
}

impl<T: Wipe> ModelArgs<T> {
    pub(super) fn new(resolved: Resolved<T>, attempts: Attempts) -> Self {
        Self { resolved, attempts }
    }

    /// The arguments with the granted values in them.
    pub fn resolved(&self) -> &Resolved<T> {
        &self.resolved
    }

    /// Returns the arguments to keep.
    pub fn into_resolved(self) -> Resolved<T> {
        self.resolved
    }

    /// The secrets and variables that went in, each once, in the order of the arguments.
    pub fn used(&self) -> Vec<&Used> {
        self.resolved.used()
    }

    /// The text that stayed although it is a placeholder, or meant to be one; the first
    /// [`Attempt::LISTED`] in the order of the arguments, those in keys last. A diagram of Mermaid
    /// (`<<interface>>`) has some that nobody meant; what stands in the
    /// [`Secret`](crate::ReferenceKind::Secret) form was meant.
    pub fn attempts(&self) -> &[Attempt] {
        self.attempts.list()
    }

    /// The number of attempts, also of those that [`attempts`](ModelArgs::attempts) does not
    /// list.
    pub fn attempt_count(&self) -> usize {
        self.attempts.count()
    }
}

impl<T: Wipe> ExposeSecret<T> for ModelArgs<T> {
    fn expose_secret(&self) -> &T {
        self.resolved.expose_secret()
    }
}

impl<T: Wipe> fmt::Debug for ModelArgs<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { resolved, attempts } = self;
        f.debug_struct("ModelArgs")
            .field("resolved", resolved)
            .field("attempts", &attempts.list())
            .field("attempt_count", &attempts.count())
            .finish()
    }
}
