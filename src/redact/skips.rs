//! The list of skipped texts, while it is made.

use super::skipped::{SkipReason, Skipped};
use super::variants::Variant;
use crate::reference::Reference;

/// Values and parts that are not masked, or not in all writings, each once.
#[derive(Default)]
pub(super) struct Skips(Vec<Skipped>);

impl Skips {
    /// Adds a value or part of the secret that is being explored, unless it is listed.
    pub(super) fn push(&mut self, reference: &Reference, variant: Variant, reason: SkipReason) {
        let mut known = self
            .0
            .iter()
            .rev()
            .take_while(|known| known.reference == *reference);
        if !known.any(|known| (known.variant, known.reason) == (variant, reason)) {
            self.0.push(Skipped {
                reference: reference.clone(),
                variant,
                reason,
            });
        }
    }

    /// Adds the list of another redactor.
    pub(super) fn extend(&mut self, others: &[Skipped]) {
        for skipped in others {
            if !self.0.contains(skipped) {
                self.0.push(skipped.clone());
            }
        }
    }

    /// Returns the list.
    pub(super) fn into_list(self) -> Vec<Skipped> {
        self.0
    }

    /// Returns one entry for each secret, without the part and the reason.
    pub(super) fn untold(&self) -> Vec<Skipped> {
        let mut told: Vec<Skipped> = Vec::new();
        for one in &self.0 {
            let name = one.reference.name();
            if !told.iter().any(|known| known.reference.name() == name) {
                let reference = Reference::secret(name.clone());
                told.push(Skipped {
                    reference,
                    variant: Variant::Value,
                    reason: SkipReason::Untold,
                });
            }
        }
        told
    }
}
