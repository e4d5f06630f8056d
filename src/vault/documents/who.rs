//! Documents that get secrets of a scope.

use std::collections::HashMap;

use super::open::StoredDocument;
use super::presence::Presence;
use super::uses::{DocumentUse, DocumentUses};
use crate::error::Result;
use crate::name::SecretName;
use crate::reference::PlacedReference;
use crate::scope::Scope;
use crate::store::ReadTx;
use crate::vault::core::Core;

/// The documents that get some secrets of a scope: of each secret the first ones, so that memory
/// does not grow with their number.
pub(in crate::vault) struct Asking<'a> {
    scope: &'a Scope,
    found: HashMap<&'a SecretName, DocumentUses>,
    presence: Presence,
}

impl<'a> Asking<'a> {
    /// Asks for the documents that get secrets of a scope.
    pub(in crate::vault) fn new(
        scope: &'a Scope,
        names: impl IntoIterator<Item = &'a SecretName>,
    ) -> Self {
        let names = names.into_iter();
        Self {
            scope,
            found: names.map(|name| (name, DocumentUses::default())).collect(),
            presence: Presence::default(),
        }
    }

    /// Notes a document if it gets one of the secrets: it is of a scope that sees the one asked
    /// for, and no nearer scope has the name.
    ///
    /// # Errors
    ///
    /// Those of [`Presence::nearest`].
    pub(in crate::vault) fn take<T: ReadTx + ?Sized>(
        &mut self,
        core: &Core,
        tx: &mut T,
        document: &StoredDocument,
    ) -> Result<()> {
        let record = &document.record;
        if !is_within(&record.scope, self.scope) {
            return Ok(());
        }
        let mut needed: HashMap<&SecretName, Vec<PlacedReference>> = HashMap::new();
        for placed in &record.references {
            let name = placed.reference.name();
            if self.found.contains_key(name) {
                needed.entry(name).or_default().push(placed.clone());
            }
        }
        for (name, references) in needed {
            let nearer = record.scope.chain();
            let nearer = nearer.take_while(|scope| scope != self.scope);
            let is_hidden = self.presence.nearest(core, tx, nearer, name)?.is_some();
            if let Some(uses) = self.found.get_mut(name).filter(|_| !is_hidden) {
                uses.add(DocumentUse {
                    scope: record.scope.clone(),
                    id: record.id.clone(),
                    references,
                });
            }
        }
        Ok(())
    }

    /// The documents that were noted, in their order.
    pub(in crate::vault) fn served(mut self) -> HashMap<&'a SecretName, DocumentUses> {
        self.found.values_mut().for_each(DocumentUses::cut);
        self.found
    }
}

/// Returns true for a scope, and for those within it.
pub(in crate::vault) fn is_within(scope: &Scope, outer: &Scope) -> bool {
    scope.chain().any(|above| above == *outer)
}
