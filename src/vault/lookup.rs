//! Looking up: nearest scope first, then the gate, then the value.

use std::sync::Arc;

use super::Core;
use super::keyring::{TenantKey, data_key_row};
use super::scoped::ScopedVault;
use super::sealed::{Place, Stored, corrupt};
use crate::crypto::{Info, InfoState as State, KeyId, Timestamp, VersionEntry, key_id};
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::reference::Reference;
use crate::resolve::{Found, Outcome, Outcomes, Resolver};
use crate::store::{Row, RowKey};
use crate::target::Target;

/// One `get` for all references and all scopes of the chain, so all values are of one moment. A process reads each data key
/// it meets for the first time with one `get` more.
impl Resolver for ScopedVault {
    fn lookup(&self, references: &[Reference], target: &Target) -> Result<Outcomes> {
        let keys: Vec<RowKey> = references.iter().flat_map(|reference| self.row_keys(reference)).collect();
        let rows = self.core().get(&keys)?;
        self.core().learn_keys_of(&rows)?;
        let now = self.core().clock.now()?;
        let mut rows = rows.into_iter();
        let outcome =
            |reference| self.select(reference, &mut rows).and_then(|hit| self.open(hit, reference, target, now));
        Ok(references.iter().map(outcome).collect())
    }
}

/// The nearest secret of a name, with the sealed value asked for.
struct Hit<'a> {
    place: &'a Place,
    stored: Stored,
    /// The row of the pinned version, if a pin was asked for and it is not the newest.
    pinned: Option<Row>,
}

impl ScopedVault {
    /// The rows that may answer a reference, nearest scope first: for each scope the secret, and with a pin the version.
    fn row_keys<'a>(&'a self, reference: &'a Reference) -> impl Iterator<Item = RowKey> + 'a {
        let name = reference.name();
        self.chain().iter().flat_map(move |place| {
            let secret = self.core().secret_row(place, name);
            let version = reference.version().map(|version| self.core().version_row(place, name, version));
            std::iter::once(secret).chain(version)
        })
    }

    /// Takes the rows of one reference and picks the nearest scope that has the name. What cannot be opened decides too:
    /// a damaged secret never lets one above it through.
    fn select(&self, reference: &Reference, rows: &mut impl Iterator<Item = Option<Row>>) -> Result<Hit<'_>> {
        let per_place = 1 + usize::from(reference.version().is_some());
        let mut mine = rows.by_ref().take(per_place * self.chain().len()).collect::<Vec<_>>().into_iter();
        for place in self.chain() {
            let secret = mine.next().flatten();
            let pinned = reference.version().and_then(|_| mine.next().flatten());
            let Some(row) = secret else { continue };
            let stored = self.core().open_named(place, reference.name(), row).map_err(|error| {
                let message = format!("secret {} cannot be read in {}", reference.name(), place.scope);
                Error::new(error.kind(), message).with_name(reference.name()).with_source(error)
            })?;
            if stored.info.state != State::Deleted {
                return Ok(Hit { place, stored, pinned });
            }
        }
        Err(self.not_found(reference.name()))
    }

    fn open(&self, hit: Hit<'_>, reference: &Reference, target: &Target, now: Timestamp) -> Outcome {
        let Hit { place, stored, pinned } = hit;
        let refuse = |kind, what: &str| {
            let message = format!("secret {} {what} in {}", reference.name(), place.scope);
            Error::new(kind, message).with_name(reference.name())
        };
        gate(&stored.info, target, now).map_err(|(kind, what)| refuse(kind, what))?;

        let wanted = reference.version().or_else(|| stored.info.newest().map(|kept| kept.version));
        let kept = stored.info.versions.iter().find(|kept| Some(kept.version) == wanted);
        let kept = kept.ok_or_else(|| refuse(ErrorKind::NoSuchVersion, "has no such version"))?;
        let value = stored
            .sealed_value(kept, pinned.as_ref())
            .and_then(|sealed| {
                let key = self.core().key_for(key_id(sealed)?)?;
                self.core().open_value(&stored.info, kept.version, sealed, &key)
            })
            .map_err(|error| refuse(error.kind(), "has a value that cannot be read").with_source(error))?;
        let (version, record) = (kept.version, stored.info.record);
        Ok(Found::new(stored.info.name, value).in_scope(place.scope.clone()).at(version).of_record(record))
    }

    /// The same words whether the name is nowhere or another tenant's.
    fn not_found(&self, name: &SecretName) -> Error {
        let above = if self.chain().len() > 1 { " or above" } else { "" };
        Error::new(ErrorKind::NotFound, format!("no secret {name} in {}{above}", self.scope())).with_name(name)
    }
}

/// Whether a secret may be used now and for this target. Decided from what was authenticated, before a value is opened.
fn gate(info: &Info, target: &Target, now: Timestamp) -> Result<(), (ErrorKind, &'static str)> {
    match info.state {
        State::Active => {}
        State::Inactive => return Err((ErrorKind::Inactive, "is inactive")),
        State::Revoked | State::Deleted => return Err((ErrorKind::Revoked, "is revoked")),
    }
    if info.not_before.is_some_and(|time| now < time) {
        return Err((ErrorKind::NotYetValid, "is not valid yet"));
    }
    if info.expires_at.is_some_and(|time| now >= time) {
        return Err((ErrorKind::Expired, "has expired"));
    }
    if target.is_instructions() && !info.instructions {
        return Err((
            ErrorKind::Denied,
            "may not go into instructions, which a model reads; it is not marked for them",
        ));
    }
    Ok(())
}

impl Stored {
    /// The sealed bytes of a kept version: in the secret's own row if it is the newest.
    fn sealed_value<'a>(&'a self, kept: &VersionEntry, older: Option<&'a Row>) -> Result<&'a [u8]> {
        if self.info.newest() == Some(kept) {
            return Ok(&self.body);
        }
        older.map(|row| row.body.as_slice()).ok_or_else(|| corrupt("a kept version is missing"))
    }
}

impl Core {
    /// Opens the row that was read for a name. The row's key is not hashed again: the store was asked for it by the hash of
    /// this scope and name, and the record inside must be of both.
    pub(super) fn open_named(&self, place: &Place, name: &SecretName, row: Row) -> Result<Stored> {
        let key = self.key_for(Info::key_id(&row.info)?)?;
        self.open_named_info(place, name, row, &key)
    }

    /// Opens a row of a listing, whose name is not known before.
    pub(super) fn open_listed(&self, row: Row) -> Result<Stored> {
        let key = self.key_for(Info::key_id(&row.info)?)?;
        self.open_info(row, &key)
    }

    /// Reads the data keys that rows are sealed with and that are not known yet, with one `get` or none. What is no
    /// envelope is passed over here and refused when it is opened.
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
