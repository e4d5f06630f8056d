//! Looking up: the nearest secret, then the gate, then the value.

use crate::error::{Error, ErrorKind, Result};
use crate::reference::Reference;
use crate::resolve::{Found, Outcome, Outcomes, Resolver};
use crate::target::Target;
use crate::vault::audit::Noted;
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
            let hit = self.nearest(reference, candidates)?;
            let kept = self.admit(&hit, reference, target, now)?;
            self.open(&hit, kept)
        };
        let outcomes = self.candidates(references, &rows).map(outcome).collect();
        self.release(begun, references, target, outcomes)
    }
}

impl ScopedVault {
    /// Gives the outcomes of a use once it is logged, if that is required, and tells the observer.
    ///
    /// # Errors
    ///
    /// Those of the audit log: a use that cannot be logged gives no value.
    pub(super) fn release(
        &self,
        begun: Begun,
        references: &[Reference],
        target: &Target,
        outcomes: Outcomes,
    ) -> Result<Outcomes> {
        let used = references.iter().zip(&outcomes);
        let given = used.filter(|(_, outcome)| outcome.is_ok());
        let logged = self.log_required(
            given.map(|(reference, outcome)| self.use_event(begun, reference, target, outcome)),
        );
        if let Err(error) = logged {
            let refused = Err(error.clone());
            for reference in references {
                self.tell_use(begun, reference, target, &refused);
            }
            return Err(error);
        }
        for (reference, outcome) in references.iter().zip(&outcomes) {
            self.tell_use(begun, reference, target, outcome);
        }
        Ok(outcomes)
    }

    /// Logs values that are about to leave, if that is required.
    ///
    /// # Errors
    ///
    /// Those of the audit log.
    pub(super) fn log_required<'e>(
        &'e self,
        events: impl Iterator<Item = Event<'e>>,
    ) -> Result<()> {
        if !self.core().requires_entries() {
            return Ok(());
        }
        let mut noted = Noted::default();
        for event in events {
            let facts = self.facts(&event).ok_or_else(clock_is_off)?;
            noted.push(&facts);
        }
        self.core().require_entries(self.scope(), &noted)
    }

    /// Tells the observer of the outcome for a reference.
    pub(super) fn tell_use(
        &self,
        begun: Begun,
        reference: &Reference,
        target: &Target,
        outcome: &Outcome,
    ) {
        self.tell(|| self.use_event(begun, reference, target, outcome));
    }

    fn use_event<'a>(
        &'a self,
        begun: Begun,
        reference: &'a Reference,
        target: &'a Target,
        outcome: &'a Outcome,
    ) -> Event<'a> {
        let used = outcome.as_ref().ok().map(Found::used);
        Event {
            target: Some(target),
            found_in: used.and_then(|used| used.scope.as_ref()),
            record: used.and_then(|used| used.record),
            version: used.and_then(|used| used.version).or(reference.version()),
            fingerprint: used.and_then(|used| used.fingerprint),
            generation: outcome.as_ref().map_or(0, Found::generation),
            ..self.event(
                begun,
                Action::Use,
                reference.name(),
                outcome.as_ref().map(drop).map_err(Error::kind),
            )
        }
    }
}

fn clock_is_off() -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        "the clock of the vault is so far off that a use cannot be logged; set it",
    )
}
