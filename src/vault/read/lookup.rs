//! Looking up: the nearest secret, then the gate, then the value.

use crate::error::{Error, Result};
use crate::reference::Reference;
use crate::resolve::{Found, Outcome, Outcomes, Resolver};
use crate::target::Target;
use crate::vault::binding::refused;
use crate::vault::observer::{Action, Begun, Event};
use crate::vault::parsed_rows::ParsedRows;
use crate::vault::permissions::Permissions;
use crate::vault::scoped::ScopedVault;

/// One `get` for all references and all scopes of the chain, so all values are of one moment. A
/// process reads each data key it meets for the first time with one `get` more. With a cache, a
/// question for news if all are held, and the `get` if not or if there are news.
impl Resolver for ScopedVault {
    fn lookup(&self, references: &[Reference], target: &Target) -> Result<Outcomes> {
        let target = &*match self.admit_target(references, target) {
            Ok(target) => target,
            Err(error) => return Ok(refused(references, &error).collect()),
        };
        let begun = self.begin();
        if let Some(opened) = self.core().opened.as_ref() {
            // A handle without the permission reads rows at each use, whatever there is.
            if self.may(Permissions::USE) {
                return self.lookup_opened(opened, references, target, begun);
            }
        }
        let rows = self.read(references, Permissions::USE)?;
        let rows = ParsedRows::of(self.core(), self.partition(), &rows)?;
        let now = self.core().clock.now()?;
        let outcome = |(reference, candidates)| {
            let outcome = self.nearest(reference, candidates).and_then(|hit| {
                let kept = self.admit(&hit, reference, target, now)?;
                self.open(&hit, kept)
            });
            self.tell_use(begun, reference, target, &outcome);
            outcome
        };
        Ok(self.candidates(references, &rows).map(outcome).collect())
    }
}

impl ScopedVault {
    /// Tells the observer of the outcome for a reference.
    pub(super) fn tell_use(
        &self,
        begun: Begun,
        reference: &Reference,
        target: &Target,
        outcome: &Outcome,
    ) {
        self.tell(|| {
            let used = outcome.as_ref().ok().map(Found::used);
            Event {
                target: Some(target),
                found_in: used.and_then(|used| used.scope.as_ref()),
                record: used.and_then(|used| used.record),
                version: used.and_then(|used| used.version).or(reference.version()),
                fingerprint: used.and_then(|used| used.fingerprint),
                ..self.event(
                    begun,
                    Action::Use,
                    reference.name(),
                    outcome.as_ref().map(drop).map_err(Error::kind),
                )
            }
        });
    }
}
