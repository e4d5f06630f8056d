//! Checks of texts without their values.

use super::fill::Fill;
use super::values::Values;
use crate::error::{Failures, Result};
use crate::target::Surface;
use crate::template::plan::Plan;

impl<'a, V: Values<'a>> Fill<'a, V> {
    /// Checks one text as [`draft`](Fill::draft) does, but for what only a value can cause.
    ///
    /// # Errors
    ///
    /// `TooLarge` when there is no room even for the text between the values.
    pub(in crate::template) fn check(
        &mut self,
        text: &str,
        plan: &Plan,
        surface: Surface,
        failures: &mut Failures,
    ) -> Result<()> {
        let placing = self.placing(text, plan, surface);
        let mut length = plan.literal();
        let mut placed = 0..;
        for (cut, slot) in plan
            .cuts()
            .iter()
            .filter_map(|cut| cut.slot.map(|slot| (cut, slot)))
        {
            match self.values.value(slot.reference()) {
                Err(None) => length = length.saturating_add(cut.span.len()),
                Err(Some(error)) => {
                    self.push_outcome(error, cut, slot, text, failures);
                    placed.next();
                }
                Ok(_) => {
                    let nth = placed.next().unwrap_or(usize::MAX);
                    // A variable may name the host; only its value says which one.
                    let is_open = placing.is_host(nth, plan.chain(slot))
                        && self.values.host_target(slot.reference()).is_some();
                    let refusal = placing.refusal_of_all(nth, plan.chain(slot));
                    let refusal = refusal.filter(|_| !is_open);
                    let place = (&placing, nth);
                    if self.is_denied(cut, slot, text, place, failures) {
                        continue;
                    }
                    let _ = self.password(plan.chain(slot), cut, text, place, failures);
                    if let Some(refusal) = refusal {
                        failures.push(|| self.unencodable(refusal, cut, slot, text));
                    }
                }
            }
        }
        if failures.is_empty() {
            self.room.take(length)
        } else {
            Ok(())
        }
    }
}
