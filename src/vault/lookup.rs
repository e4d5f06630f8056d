//! Looking up: the nearest secret, then the gate, then the value.

use std::sync::Arc;

use super::Core;
use super::keyring::{TenantKey, data_key_row};
use super::observer::{Action, Event};
use super::permissions::Permissions;
use super::scoped::ScopedVault;
use super::sealed::{Place, Stored, corrupt};
use crate::crypto::{Info, KeyId, key_id};
use crate::error::{Error, Result};
use crate::name::SecretName;
use crate::reference::Reference;
use crate::resolve::{Found, Outcome, Outcomes, Resolver};
use crate::store::{Row, RowKey};
use crate::target::Target;

/// One `get` for all references and all scopes of the chain, so all values are of one moment. A
/// process reads each data key it meets for the first time with one `get` more.
impl Resolver for ScopedVault {
    fn lookup(&self, references: &[Reference], target: &Target) -> Result<Outcomes> {
        let candidates = self.candidates(references, Permissions::USE)?;
        let now = self.core().clock.now()?;
        let outcome = |(reference, candidates)| {
            let outcome = self.nearest(reference, candidates).and_then(|hit| {
                let kept = self.admit(&hit, reference, target, now)?;
                self.open(&hit, kept)
            });
            self.tell_use(reference, target, &outcome);
            outcome
        };
        Ok(candidates.map(outcome).collect())
    }
}

impl ScopedVault {
    /// Tells the observer what became of a reference.
    pub(super) fn tell_use(&self, reference: &Reference, target: &Target, outcome: &Outcome) {
        self.tell(|| {
            let used = outcome.as_ref().ok().map(Found::used);
            Event {
                target: Some(target),
                found_in: used.and_then(|used| used.scope.as_ref()),
                record: used.and_then(|used| used.record),
                version: used.and_then(|used| used.version).or(reference.version()),
                fingerprint: used.and_then(|used| used.fingerprint),
                ..self.event(
                    Action::Use,
                    reference.name(),
                    outcome.as_ref().map(drop).map_err(Error::kind),
                )
            }
        });
    }
}

impl Core {
    /// Opens the row that was read for a name. The row's key is not hashed again: the store was
    /// asked for it by the hash of this scope and name, and the record inside must be of both.
    pub(super) fn open_named(&self, place: &Place, name: &SecretName, row: Row) -> Result<Stored> {
        let key = self.key_for(Info::key_id(&row.info)?)?;
        self.open_named_info(place, name, row, &key)
    }

    /// Opens a row of a listing, whose name is not known before.
    pub(super) fn open_listed(&self, row: Row) -> Result<Stored> {
        let key = self.key_for(Info::key_id(&row.info)?)?;
        self.open_info(row, &key)
    }

    /// Reads the data keys that rows are sealed with and that are not known yet, with one `get` or
    /// none. What is no envelope is passed over here and refused when it is opened.
    pub(super) fn learn_keys_of(&self, rows: &[Option<Row>]) -> Result<()> {
        let mut unknown: Vec<KeyId> = rows
            .iter()
            .flatten()
            .flat_map(|row| [Info::key_id(&row.info).ok(), key_id(&row.body).ok()])
            .flatten()
            .filter(|&id| self.keys.known(id).is_none())
            .collect();
        unknown.sort_unstable_by_key(|id| id.0);
        unknown.dedup();
        if unknown.is_empty() {
            return Ok(());
        }
        let keys: Vec<RowKey> = unknown.into_iter().map(data_key_row).collect();
        for row in self.get(&keys)?.iter().flatten() {
            // A damaged key leaves its secrets unreadable, each with its own error.
            if let Ok(key) = self.keys.open_data_key(row) {
                self.keys.learn(key);
            }
        }
        Ok(())
    }

    pub(super) fn key_for(&self, id: KeyId) -> Result<Arc<TenantKey>> {
        if let Some(key) = self.keys.known(id) {
            return Ok(key);
        }
        let row = self.get_one(data_key_row(id))?;
        let row = row.ok_or_else(|| corrupt("the data key of this secret is missing"))?;
        Ok(self.keys.learn(self.keys.open_data_key(&row)?))
    }
}
