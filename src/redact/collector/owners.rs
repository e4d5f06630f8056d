//! The secrets that patterns are of.

use std::collections::HashMap;

use crate::error::Result;
use crate::redact::size::{MAX_SECRETS, too_large};
use crate::reference::Reference;

/// The secrets so far, each once, in the order in which they came.
#[derive(Default)]
pub(super) struct Owners {
    references: Vec<Reference>,
    /// The places of the references in the list.
    places: HashMap<Reference, usize>,
}

impl Owners {
    /// Returns the place of a secret, which is added unless it is there.
    ///
    /// # Errors
    ///
    /// `TooLarge`
    pub(super) fn intern(&mut self, reference: &Reference) -> Result<usize> {
        if let Some(&known) = self.places.get(reference) {
            return Ok(known);
        }
        if self.references.len() == MAX_SECRETS {
            return Err(too_large());
        }
        let owner = self.references.len();
        self.references.push(reference.clone());
        self.places.insert(reference.clone(), owner);
        Ok(owner)
    }

    pub(super) fn get(&self, owner: usize) -> Option<&Reference> {
        self.references.get(owner)
    }

    pub(super) fn into_list(self) -> Vec<Reference> {
        self.references
    }
}
