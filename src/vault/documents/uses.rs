//! Documents that need a name.

use serde::Serialize;

use crate::reference::PlacedReference;
use crate::scope::Scope;

/// A document that needs a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct DocumentUse {
    /// The scope whose secrets the document gets.
    pub scope: Scope,
    /// The id that the host gave it.
    pub id: String,
    /// Its references to the name.
    #[serde(rename = "references")]
    pub references: Vec<PlacedReference>,
}

/// The documents that need a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DocumentUses {
    /// The documents, in the order of scope and id: [`MAX`](DocumentUses::MAX) of them at most.
    pub documents: Vec<DocumentUse>,
    /// The number of all of them.
    pub total: u64,
}

impl DocumentUses {
    /// The most documents that are named.
    pub const MAX: usize = 1000;

    /// Returns true if no document needs the secret.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// assert!(project.documents().who_references("STRIPE_KEY")?.is_empty());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// Adds a document.
    pub(super) fn add(&mut self, document: DocumentUse) {
        self.total += 1;
        // The first ones of the order are kept, so a full list is cut now and then.
        self.documents.push(document);
        if self.documents.len() >= 2 * Self::MAX {
            self.cut();
        }
    }

    /// Orders them, and keeps those that are named.
    pub(super) fn cut(&mut self) {
        self.documents.sort_unstable();
        self.documents.truncate(Self::MAX);
    }
}
