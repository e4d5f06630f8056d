//! Refusals: why a value may not go into its slot, as errors with their places.

use super::draft::Draft;
use super::fill::Fill;
use super::values::Values;
use crate::error::{Error, ErrorKind, Failures};
use crate::reference::ReferenceKind;
use crate::template::cut::{Cut, Slot};
use crate::template::value::{Placing, words};

impl<'a, V: Values<'a>> Fill<'a, V> {
    pub(super) fn push_outcome(
        &self,
        error: &Error,
        cut: &Cut,
        slot: Slot,
        text: &str,
        failures: &mut Failures,
    ) {
        let is_bare = self
            .references
            .get(slot.reference())
            .is_some_and(|reference| reference.kind() == ReferenceKind::Bare);
        // Failures times the text before them, in which lines are counted: only the failures that
        // are listed are made.
        failures.extend(error, |error| {
            let unknown = is_bare && error.kind() == ErrorKind::NotFound;
            let placeholder = text.get(cut.span.clone()).unwrap_or_default();
            let hint = if unknown {
                self.settings.escape_hint(placeholder)
            } else {
                None
            };
            self.mark(
                hint.map_or(error.clone(), |hint| error.with_hint(&hint)),
                cut,
                slot,
                text,
            )
        });
    }

    /// Returns true if a value may not stand on this surface; then that is a failure.
    pub(super) fn is_denied(
        &self,
        cut: &Cut,
        slot: Slot,
        text: &str,
        (placing, nth): (&Placing, usize),
        failures: &mut Failures,
    ) -> bool {
        let permit = self.values.permit(slot.reference());
        let denied = !placing.is_permitted(nth, permit);
        if denied {
            failures.push(|| {
                let name = self.name(slot);
                let allowed: Vec<&str> = permit
                    .surfaces()
                    .iter()
                    .flat_map(|set| set.iter())
                    .map(words)
                    .collect();
                let allowed = if allowed.is_empty() {
                    "nowhere".to_owned()
                } else {
                    allowed.join(", ")
                };
                let message = format!(
                    "secret {name} may not stand in {}",
                    words(placing.surface())
                );
                let error = Error::new(ErrorKind::Denied, message).with_allowed(Some(allowed));
                self.mark(error, cut, slot, text)
            });
        }
        denied
    }

    pub(super) fn unencodable(&self, refusal: &str, cut: &Cut, slot: Slot, text: &str) -> Error {
        let message = format!("the value of {} {refusal}", self.name(slot));
        self.mark(Error::new(ErrorKind::Unencodable, message), cut, slot, text)
    }

    /// Adds the reason why the value of a draft may not go in as JSON.
    pub(in crate::template) fn push_unfit(
        &self,
        error: Error,
        draft: &Draft<'_>,
        failures: &mut Failures,
    ) {
        let (plan, text) = (draft.plan(), draft.text());
        match plan.first_value().and_then(|cut| Some((cut, cut.slot?))) {
            Some((cut, slot)) => failures.push(|| self.mark(error, cut, slot, text)),
            None => failures.push(|| error),
        }
    }

    pub(super) fn mark(&self, error: Error, cut: &Cut, slot: Slot, text: &str) -> Error {
        error.with_name(self.name(slot)).at(cut.span.clone(), text)
    }

    fn name(&self, slot: Slot) -> &str {
        self.references
            .get(slot.reference())
            .map_or("", |reference| reference.name().as_str())
    }
}
