//! The search of a chain: references that no resolver has answered yet.

use super::resolver::{Outcome, Outcomes, check_count};
use crate::error::{Error, ErrorKind, Result};
use crate::reference::Reference;

/// The outcomes of a chain as far as its resolvers were asked.
pub(super) struct Search<'r> {
    references: &'r [Reference],
    outcomes: Outcomes,
    /// The places of those that are still to be asked for.
    open: Vec<usize>,
    is_first: bool,
}

impl<'r> Search<'r> {
    /// A search that nobody was asked in yet.
    pub(super) fn new(references: &'r [Reference]) -> Self {
        Self {
            references,
            outcomes: references
                .iter()
                .map(|reference| Err(nobody_knows(reference)))
                .collect(),
            open: (0..references.len()).collect(),
            is_first: true,
        }
    }

    /// The references to ask the next resolver for; `None` when all are answered.
    pub(super) fn next(&self) -> Option<Vec<Reference>> {
        if self.open.is_empty() {
            return None;
        }
        let asked = self.open.iter();
        Some(
            asked
                .filter_map(|&at| self.references.get(at).cloned())
                .collect(),
        )
    }

    /// Takes the answers to the references of [`next`](Search::next).
    ///
    /// # Errors
    ///
    /// [`BrokenResolver`](ErrorKind::BrokenResolver) unless there is one for each.
    pub(super) fn take(&mut self, asked: &[Reference], answers: Outcomes) -> Result<()> {
        check_count(&answers, asked)?;
        let mut still_open = Vec::new();
        for (at, answer) in self.open.drain(..).zip(answers) {
            let unknown = is_unknown(&answer);
            if unknown {
                still_open.push(at);
            }
            // Of several "not found" the first is kept: it is of the resolver that the caller put
            // first.
            if let Some(outcome) = self
                .outcomes
                .get_mut(at)
                .filter(|_| !unknown || self.is_first)
            {
                *outcome = answer;
            }
        }
        self.open = still_open;
        self.is_first = false;
        Ok(())
    }

    pub(super) fn into_outcomes(self) -> Outcomes {
        self.outcomes
    }
}

fn is_unknown(outcome: &Outcome) -> bool {
    outcome
        .as_ref()
        .is_err_and(|error| error.kind() == ErrorKind::NotFound)
}

fn nobody_knows(reference: &Reference) -> Error {
    let name = reference.name();
    Error::new(
        ErrorKind::NotFound,
        format!("no resolver knows {name}: the chain has no resolvers"),
    )
    .with_name(name)
}
