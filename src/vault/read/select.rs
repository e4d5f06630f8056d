//! Selection: the nearest scope that has a name decides which secret a reference means.

use std::iter::Zip;
use std::slice::{Chunks, Iter};

use super::refusal::{no_such_version, refuse, unreadable, version_missing};
use crate::crypto::{Envelope, Info, InfoState as State, RowHasher, VersionEntry};
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::reference::Reference;
use crate::resolve::{Found, Outcome, Permit, Used};
use crate::store::{Row, RowKey};
use crate::target::Target;
use crate::vault::clock::Now;
use crate::vault::data_keys::DataKeys;
use crate::vault::hashed_scope::HashedScope;
use crate::vault::parsed_rows::{ParsedRow, ParsedRows};
use crate::vault::permissions::Permissions;
use crate::vault::scoped::ScopedVault;
use crate::vault::stored;

/// A secret of the name that is asked for, with the sealed values.
pub(super) struct Hit<'r> {
    pub(super) scope: &'r HashedScope,
    pub(super) info: Info,
    /// The secret's own row, which holds the newest version.
    row: &'r ParsedRow<'r>,
    /// The row of the pinned version, if a pin was asked for and it is not the newest.
    pinned: Option<&'r ParsedRow<'r>>,
    keys: &'r DataKeys,
}

/// The secrets of a name in the scopes of a chain, nearest first. Opened as they are asked for;
/// deleted ones are passed over.
pub(super) struct Candidates<'r> {
    scoped: &'r ScopedVault,
    name: &'r SecretName,
    rows: Zip<Iter<'r, HashedScope>, Chunks<'r, Option<ParsedRow<'r>>>>,
    keys: &'r DataKeys,
}

impl<'r> Iterator for Candidates<'r> {
    /// A secret that cannot be opened is an error here: a damaged secret never lets one above it
    /// through.
    type Item = Result<Hit<'r>>;

    fn next(&mut self) -> Option<Self::Item> {
        let (core, keys) = (self.scoped.core(), self.keys);
        for (scope, rows) in self.rows.by_ref() {
            let Some((Some(secret), pinned)) = rows.split_first() else {
                continue;
            };
            match secret.open_info(core, keys, scope, self.name) {
                Ok(info) if info.state == State::Deleted => {}
                Ok(info) => {
                    return Some(Ok(Hit {
                        scope,
                        info,
                        row: secret,
                        pinned: pinned.iter().flatten().next(),
                        keys,
                    }));
                }
                Err(error) => {
                    let message = format!("secret {} in {} cannot be read", self.name, scope.scope);
                    return Some(Err(Error::new(error.kind(), message)
                        .with_name(self.name)
                        .with_source(error)));
                }
            }
        }
        None
    }
}

impl ScopedVault {
    /// The rows that may answer references, read with one `get`: for each reference those of each
    /// scope of the chain, nearest first. Without the permission there are none, at the same cost.
    pub(super) fn read(
        &self,
        references: &[Reference],
        permission: Permissions,
    ) -> Result<Vec<Option<Row>>> {
        let mut rows = self
            .core()
            .get_guarded(self.partition(), &self.keys_of(references))?;
        if !self.may(permission) {
            rows.fill(None);
        }
        Ok(rows)
    }

    /// The secrets in the rows that may answer each reference.
    pub(super) fn candidates<'r>(
        &'r self,
        references: &'r [Reference],
        rows: &'r ParsedRows<'r>,
    ) -> impl Iterator<Item = (&'r Reference, Candidates<'r>)> {
        let (keys, mut rows) = (&rows.keys, &rows.rows[..]);
        references.iter().map(move |reference| {
            let own;
            (own, rows) = rows.split_at(self.row_count(reference).min(rows.len()));
            let candidates = Candidates {
                scoped: self,
                name: reference.name(),
                rows: self.chain().iter().zip(own.chunks(per_scope(reference))),
                keys,
            };
            (reference, candidates)
        })
    }

    /// The keys of the rows that may answer references.
    pub(super) fn keys_of(&self, references: &[Reference]) -> Vec<RowKey> {
        let sub = self.core().keys.sub();
        sub.row_keys(|rows| self.row_keys(rows, references))
    }

    /// The number of rows that may answer a reference.
    pub(super) fn row_count(&self, reference: &Reference) -> usize {
        self.chain().len() * per_scope(reference)
    }

    /// The keys of the rows that may answer references, nearest scope first: for each scope the
    /// secret, and with a pin the version.
    fn row_keys(&self, rows: &RowHasher<'_>, references: &[Reference]) -> Vec<RowKey> {
        let count = references.iter().map(|reference| self.row_count(reference));
        let mut keys = Vec::with_capacity(count.sum());
        for reference in references {
            let name = reference.name();
            for scope in self.chain() {
                keys.push(scope.secret_row(rows, name));
                let version = reference.version();
                keys.extend(version.map(|version| scope.version_row(rows, name, version)));
            }
        }
        keys
    }

    /// The one that decides.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound), in the same words for a name that is nowhere and for one
    /// of another organization.
    pub(super) fn nearest<'r>(
        &self,
        reference: &Reference,
        mut candidates: impl Iterator<Item = Result<Hit<'r>>>,
    ) -> Result<Hit<'r>> {
        candidates
            .next()
            .unwrap_or_else(|| Err(self.nowhere(reference)))
    }

    /// The error for a name that no scope of the chain has.
    pub(super) fn nowhere(&self, reference: &Reference) -> Error {
        let above = if self.chain().len() > 1 {
            " or above"
        } else {
            ""
        };
        let name = reference.name();
        let message = format!("no secret {name} in {}{above}", self.scope());
        Error::new(ErrorKind::NotFound, message).with_name(name)
    }

    /// The version that may be used now for a target, before any value is opened.
    pub(super) fn admit<'h>(
        &self,
        hit: &'h Hit<'_>,
        reference: &Reference,
        target: &Target,
        now: Now,
    ) -> Result<&'h VersionEntry> {
        self.pass(&hit.info, target, now)?;
        stored::kept(&hit.info, reference.version())
            .ok_or_else(|| no_such_version(&hit.info, reference))
    }

    /// Asks the gate if a secret may be used now for a target.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub(super) fn pass(&self, info: &Info, target: &Target, now: Now) -> Result<()> {
        let refusal = self.core().gate.check(info, target, now);
        refusal.map_err(|(kind, what)| refuse(info, kind, what))
    }

    /// Opens a value that was admitted.
    pub(super) fn open(&self, hit: &Hit<'_>, kept: &VersionEntry) -> Outcome {
        let sealed = hit
            .envelope(kept)
            .map_err(|error| unreadable(&hit.info, error))?;
        self.open_kept(&hit.info, kept, &sealed, hit.keys)
    }

    /// Opens a kept version of a secret.
    pub(super) fn open_kept(
        &self,
        info: &Info,
        kept: &VersionEntry,
        sealed: &Envelope<'_>,
        keys: &DataKeys,
    ) -> Outcome {
        let (value, generation) = self
            .core()
            .key_among(keys, sealed.key_id())
            .and_then(|key| {
                let value = self.core().open_value(info, kept.version, sealed, &key)?;
                Ok((value, key.about().generation))
            })
            .map_err(|error| unreadable(info, error))?;
        let used = Used {
            name: info.name.clone(),
            scope: Some(info.scope.clone()),
            version: Some(kept.version),
            record: Some(info.record),
            fingerprint: kept.fingerprint,
        };
        Ok(Found::stored(value, used, generation, permit(info)))
    }
}

impl<'r> Hit<'r> {
    /// The row of a kept version: the secret's own row if it is the newest.
    pub(super) fn row(&self, kept: &VersionEntry) -> Option<&'r ParsedRow<'r>> {
        if self.info.newest() == Some(kept) {
            return Some(self.row);
        }
        self.pinned
    }

    /// Bytes that it takes in memory, at most: what is opened is no longer than what is sealed.
    pub(super) fn size(&self) -> usize {
        let rows = [Some(self.row), self.pinned].into_iter().flatten();
        rows.map(|row| 2 * row.len()).sum()
    }

    /// The envelope of a kept version.
    fn envelope(&self, kept: &VersionEntry) -> Result<Envelope<'r>> {
        Ok(self.row(kept).ok_or_else(version_missing)?.value?)
    }
}

/// The number of rows of one scope that may answer a reference.
pub(super) fn per_scope(reference: &Reference) -> usize {
    1 + usize::from(reference.version().is_some())
}

/// Surfaces on which a secret may stand. A target knows the surfaces of a whole document; the
/// engine checks which value stands on which.
pub(super) fn permit(info: &Info) -> Permit {
    Permit::on(info.about.rules.surface_set())
}
