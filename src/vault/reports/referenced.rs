//! The documents that get secrets, counted.

use std::collections::{HashMap, HashSet};

use crate::error::Result;
use crate::name::SecretName;
use crate::record::SecretInfo;
use crate::scope::Scope;
use crate::store::ReadTx;
use crate::vault::core::Core;
use crate::vault::documents::{Presence, StoredDocument};

/// The secrets of a page, each with the number of documents that get it. Memory does not grow with
/// the number of documents.
#[derive(Default)]
pub(super) struct Referenced {
    names: HashMap<SecretName, HashMap<Scope, u64>>,
    presence: Presence,
}

impl Referenced {
    /// Begins to count the documents that get a secret.
    pub(super) fn expect(&mut self, info: &SecretInfo) {
        let scopes = self.names.entry(info.name.clone()).or_default();
        scopes.insert(info.scope.clone(), 0);
    }

    /// Counts a document for each secret that it gets: for that of the nearest scope that has the
    /// name.
    ///
    /// # Errors
    ///
    /// Those of [`Presence::nearest`].
    pub(super) fn take<T: ReadTx + ?Sized>(
        &mut self,
        core: &Core,
        tx: &mut T,
        document: &StoredDocument,
    ) -> Result<()> {
        let record = &document.record;
        let names = record.references.iter();
        let names: HashSet<&SecretName> = names.map(|placed| placed.reference.name()).collect();
        for name in names {
            let Some(scopes) = self.names.get_mut(name) else {
                continue;
            };
            let nearest = self
                .presence
                .nearest(core, tx, record.scope.chain(), name)?;
            if let Some(count) = nearest.and_then(|scope| scopes.get_mut(&scope)) {
                *count += 1;
            }
        }
        Ok(())
    }

    /// The number of documents that get a secret.
    pub(super) fn count(&self, info: &SecretInfo) -> u64 {
        let scopes = self.names.get(&info.name);
        let count = scopes.and_then(|scopes| scopes.get(&info.scope));
        count.copied().unwrap_or_default()
    }
}
