//! The documents that get secrets, counted.

use std::collections::HashMap;

use crate::error::Result;
use crate::name::SecretName;
use crate::record::SecretInfo;
use crate::scope::Scope;
use crate::store::ReadTx;
use crate::vault::core::Core;
use crate::vault::documents::{Presence, StoredDocument, is_within};

/// The names that documents need: of each, the scopes of these documents with their number.
#[derive(Default)]
pub(super) struct Referenced {
    names: HashMap<SecretName, HashMap<Scope, u64>>,
}

impl Referenced {
    /// Takes a document of a scope, or within it.
    pub(super) fn take(&mut self, document: &StoredDocument, own: &Scope) {
        let record = &document.record;
        if !is_within(&record.scope, own) {
            return;
        }
        let mut last: Option<&SecretName> = None;
        let mut names: Vec<&SecretName> = record
            .references
            .iter()
            .map(|placed| placed.reference.name())
            .collect();
        names.sort_unstable();
        for name in names {
            if last.replace(name) == Some(name) {
                continue;
            }
            let scopes = self.names.entry(name.clone()).or_default();
            *scopes.entry(record.scope.clone()).or_default() += 1;
        }
    }

    /// The number of documents that get a secret: those of its scope, and those within it unless a
    /// nearer scope has the name.
    ///
    /// # Errors
    ///
    /// Those of [`Presence::nearest`].
    pub(super) fn count<T: ReadTx + ?Sized>(
        &self,
        core: &Core,
        tx: &mut T,
        presence: &mut Presence,
        info: &SecretInfo,
    ) -> Result<u64> {
        let mut count = 0;
        for (scope, number) in self.names.get(&info.name).into_iter().flatten() {
            if !is_within(scope, &info.scope) {
                continue;
            }
            let nearer = scope.chain().take_while(|scope| *scope != info.scope);
            if presence.nearest(core, tx, nearer, &info.name)?.is_none() {
                count += number;
            }
        }
        Ok(count)
    }
}
