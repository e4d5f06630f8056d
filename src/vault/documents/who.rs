//! Documents that get secrets of a scope.

use std::collections::HashMap;

use super::open::StoredDocument;
use super::presence::Presence;
use super::uses::{DocumentUse, DocumentUses};
use crate::error::Result;
use crate::name::SecretName;
use crate::scope::Scope;
use crate::store::ReadTx;
use crate::vault::core::Core;

/// The documents of a scope, and of those within it, that name some secrets.
pub(in crate::vault) struct Asking<'a> {
    scope: &'a Scope,
    found: HashMap<&'a SecretName, Vec<DocumentUse>>,
}

impl<'a> Asking<'a> {
    /// None yet.
    pub(in crate::vault) fn new(
        scope: &'a Scope,
        names: impl IntoIterator<Item = &'a SecretName>,
    ) -> Self {
        let names = names.into_iter().map(|name| (name, Vec::new()));
        Self {
            scope,
            found: names.collect(),
        }
    }

    /// Takes a document that names some of the secrets, if it sees the scope.
    pub(in crate::vault) fn take(&mut self, document: &StoredDocument) {
        let record = &document.record;
        if !is_within(&record.scope, self.scope) {
            return;
        }
        for placed in &record.references {
            let Some(found) = self.found.get_mut(placed.reference.name()) else {
                continue;
            };
            let is_own =
                |last: &&mut DocumentUse| last.id == record.id && last.scope == record.scope;
            match found.last_mut().filter(is_own) {
                Some(own) => own.references.push(placed.clone()),
                None => found.push(DocumentUse {
                    scope: record.scope.clone(),
                    id: record.id.clone(),
                    references: vec![placed.clone()],
                }),
            }
        }
    }

    /// Leaves those out that get the secret of a nearer scope, and gives those of each name.
    ///
    /// # Errors
    ///
    /// Those of [`Presence::nearest`].
    pub(in crate::vault) fn served<T: ReadTx + ?Sized>(
        self,
        core: &Core,
        tx: &mut T,
    ) -> Result<HashMap<&'a SecretName, DocumentUses>> {
        let (mut served, mut presence) = (HashMap::new(), Presence::default());
        for (name, documents) in self.found {
            let mut uses = DocumentUses::default();
            for document in documents {
                let nearer = document.scope.chain();
                let nearer = nearer.take_while(|scope| scope != self.scope);
                if presence.nearest(core, tx, nearer, name)?.is_none() {
                    uses.add(document);
                }
            }
            uses.cut();
            served.insert(name, uses);
        }
        Ok(served)
    }
}

/// Returns true for a scope, and for those within it.
pub(in crate::vault) fn is_within(scope: &Scope, outer: &Scope) -> bool {
    scope.chain().any(|above| above == *outer)
}
