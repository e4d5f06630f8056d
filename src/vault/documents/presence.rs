//! Names that scopes have, read in a transaction.

use std::collections::HashMap;

use crate::crypto::InfoState as State;
use crate::error::Result;
use crate::name::SecretName;
use crate::scope::Scope;
use crate::store::{ReadTx, Row, RowKey};
use crate::vault::core::Core;
use crate::vault::guarded::open_in;
use crate::vault::hashed_scope::HashedScope;
use crate::vault::rows::get_in;

/// The most rows that are read at once: with the longest values they have 36 MiB.
const MOST: usize = 32;

/// The most scopes and rows that are remembered.
const MOST_KNOWN: usize = 100_000;

/// The names that scopes have, as far as they were asked for and are remembered.
#[derive(Default)]
pub(in crate::vault) struct Presence {
    scopes: HashMap<Scope, HashedScope>,
    known: HashMap<RowKey, bool>,
}

impl Presence {
    /// The nearest scope, from one up to an end of its chain, that has a name. A revoked secret
    /// counts and a deleted one does not, as in a resolve.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](crate::ErrorKind::Corrupt) for a record that cannot be read, or why the store
    /// cannot be read.
    pub(in crate::vault) fn nearest<T: ReadTx + ?Sized>(
        &mut self,
        core: &Core,
        tx: &mut T,
        chain: impl Iterator<Item = Scope>,
        name: &SecretName,
    ) -> Result<Option<Scope>> {
        if self.known.len().max(self.scopes.len()) > MOST_KNOWN {
            *self = Self::default();
        }
        let rows: Vec<(Scope, RowKey)> = chain
            .map(|scope| {
                let hashed = self.scopes.entry(scope.clone());
                let hashed = hashed.or_insert_with(|| core.hashed(&scope));
                let key = core.secret_row(hashed, name);
                (scope, key)
            })
            .collect();
        let unknown = rows.iter().map(|(_, key)| *key);
        let unknown: Vec<RowKey> = unknown
            .filter(|key| !self.known.contains_key(key))
            .collect();
        for keys in unknown.chunks(MOST) {
            for (key, row) in keys.iter().zip(get_in(tx, keys)?) {
                let is_there = row.map_or(Ok(false), |row| is_present(core, tx, &row))?;
                self.known.insert(*key, is_there);
            }
        }
        let has = |(_, key): &(Scope, RowKey)| self.known.get(key).copied().unwrap_or_default();
        Ok(rows.into_iter().find(has).map(|(scope, _)| scope))
    }
}

fn is_present<T: ReadTx + ?Sized>(core: &Core, tx: &mut T, row: &Row) -> Result<bool> {
    Ok(open_in(core, tx, row)?.state != State::Deleted)
}
