//! References that find nothing.

use serde::Serialize;

use crate::reference::PlacedReference;
use crate::scope::Scope;

/// A reference of a document to a name that no scope has which the document sees.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct MissingReference {
    /// The scope whose secrets the document gets.
    pub scope: Scope,
    /// The id that the host gave it.
    pub id: String,
    /// The reference. A [bare](crate::ReferenceKind::Bare) one may be a variable of the host, which
    /// the vault does not know.
    #[serde(flatten)]
    pub placed: PlacedReference,
}

/// The references of documents that find nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MissingReferences {
    /// The references, in the order of scope and id: [`MAX`](MissingReferences::MAX) of them at
    /// most.
    pub references: Vec<MissingReference>,
    /// The number of all of them.
    pub total: u64,
}

impl MissingReferences {
    /// The most references that are named.
    pub const MAX: usize = 1000;

    /// Returns true if each reference finds a secret.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// assert!(project.documents().missing()?.is_empty());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// Adds a reference.
    pub(super) fn add(&mut self, missing: MissingReference) {
        self.total += 1;
        self.references.push(missing);
        if self.references.len() >= 2 * Self::MAX {
            self.cut();
        }
    }

    /// Orders them, and keeps those that are named.
    pub(super) fn cut(&mut self) {
        self.references.sort_unstable();
        self.references.truncate(Self::MAX);
    }
}
