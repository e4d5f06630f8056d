//! The documents that get secrets, counted.

use std::collections::{HashMap, HashSet};

use crate::error::Result;
use crate::name::SecretName;
use crate::record::SecretInfo;
use crate::scope::Scope;
use crate::store::ReadTx;
use crate::vault::core::Core;
use crate::vault::documents::{Presence, StoredDocument};

/// The most answers that are remembered.
const MOST: usize = 100_000;

/// The secrets of a page, each with the number of documents that get it. Memory does not grow with
/// the number of documents.
#[derive(Default)]
pub(super) struct Referenced {
    names: HashMap<SecretName, Wanted>,
    presence: Presence,
    remembered: usize,
}

/// The secrets of a name.
#[derive(Default)]
struct Wanted {
    /// The number of documents of each, by its scope.
    counts: HashMap<Scope, u64>,
    /// The scope that has the name for documents of a scope, as far as that is remembered.
    nearest: HashMap<Scope, Option<Scope>>,
}

impl Referenced {
    /// Begins to count the documents that get a secret.
    pub(super) fn expect(&mut self, info: &SecretInfo) {
        let wanted = self.names.entry(info.name.clone()).or_default();
        wanted.counts.insert(info.scope.clone(), 0);
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
        if self.remembered > MOST {
            let names = self.names.values_mut();
            names.for_each(|wanted| wanted.nearest.clear());
            self.remembered = 0;
        }
        let names = record.references.iter();
        let names: HashSet<&SecretName> = names.map(|placed| placed.reference.name()).collect();
        for name in names {
            let Some(Wanted { counts, nearest }) = self.names.get_mut(name) else {
                continue;
            };
            if !nearest.contains_key(&record.scope) {
                let chain = record.scope.chain();
                let found = self.presence.nearest(core, tx, chain, name)?;
                nearest.insert(record.scope.clone(), found);
                self.remembered += 1;
            }
            let scope = nearest.get(&record.scope).and_then(Option::as_ref);
            if let Some(count) = scope.and_then(|scope| counts.get_mut(scope)) {
                *count += 1;
            }
        }
        Ok(())
    }

    /// The number of documents that get a secret.
    pub(super) fn count(&self, info: &SecretInfo) -> u64 {
        let wanted = self.names.get(&info.name);
        let count = wanted.and_then(|wanted| wanted.counts.get(&info.scope));
        count.copied().unwrap_or_default()
    }
}
