//! Events about keys.

use crate::error::{Error, Result};
use crate::scope::Scope;
use crate::vault::core::Core;
use crate::vault::observer::{KeyAction, KeyEvent};

impl Core {
    /// Tells the observer of the outcome of a call about the keys of an organization.
    pub(super) fn tell_key<T>(
        &self,
        action: KeyAction,
        organization: &Scope,
        generation: Option<u32>,
        outcome: Result<&T, &Error>,
    ) {
        if let Some(observer) = &self.observer {
            observer.key_changed(&KeyEvent {
                time: self.clock.reading(),
                action,
                organization: Some(organization),
                key: None,
                generation,
                outcome: outcome.map(drop).map_err(Error::kind),
            });
        }
    }
}
