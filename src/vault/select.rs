//! Which secret a reference means: the nearest scope that has the name decides.

use super::clock::Now;
use super::permissions::Permissions;
use super::scoped::ScopedVault;
use super::sealed::{Place, Stored};
use crate::crypto::{Info, InfoState as State, VersionEntry, key_id};
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::reference::Reference;
use crate::resolve::{Found, Outcome, Permit};
use crate::store::{Row, RowKey};
use crate::target::Target;

/// A secret of the name that is asked for, with the sealed value.
pub(super) struct Hit {
    pub(super) place: Place,
    pub(super) stored: Stored,
    /// The row of the pinned version, if a pin was asked for and it is not the newest.
    pinned: Option<Row>,
}

/// The rows that may answer a reference, as they were read: those of each scope of the chain,
/// nearest first.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Answer(Vec<InScope>);

/// The rows of one scope that may answer a reference.
#[derive(Clone, PartialEq, Eq)]
struct InScope {
    secret: Option<Row>,
    /// The row of the pinned version, if a pin was asked for.
    pinned: Option<Row>,
}

impl Answer {
    /// The rows of the secrets, one for each scope of the chain.
    pub(super) fn secrets(&self) -> impl Iterator<Item = Option<&Row>> {
        self.0.iter().map(|rows| rows.secret.as_ref())
    }
}

/// The secrets of a name in the scopes of a chain, nearest first. Opened as they are asked for;
/// what was deleted is passed over.
pub(super) struct Candidates<'a> {
    scoped: &'a ScopedVault,
    name: &'a SecretName,
    rows: std::iter::Zip<std::slice::Iter<'a, Place>, std::vec::IntoIter<InScope>>,
}

impl Iterator for Candidates<'_> {
    /// What cannot be opened is there too: a damaged secret never lets one above it through.
    type Item = Result<Hit>;

    fn next(&mut self) -> Option<Self::Item> {
        for (place, InScope { secret, pinned }) in self.rows.by_ref() {
            let Some(secret) = secret else { continue };
            match self.scoped.core().open_named(place, self.name, secret) {
                Ok(stored) if stored.info.state == State::Deleted => {}
                Ok(stored) => {
                    return Some(Ok(Hit {
                        place: place.clone(),
                        stored,
                        pinned,
                    }));
                }
                Err(error) => {
                    let message = format!("secret {} cannot be read in {}", self.name, place.scope);
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
    /// What may answer each reference, read with one `get`. Without the permission nothing may, at
    /// the same cost.
    pub(super) fn candidates<'a>(
        &'a self,
        references: &'a [Reference],
        permission: Permissions,
    ) -> Result<impl Iterator<Item = (&'a Reference, Candidates<'a>)> + 'a> {
        let answers = self.answers(references, permission)?;
        Ok(references
            .iter()
            .zip(answers)
            .map(|(reference, answer)| (reference, self.candidates_in(reference, answer))))
    }

    /// The rows that may answer each reference, read with one `get`. Without the permission there
    /// are none, at the same cost.
    pub(super) fn answers(
        &self,
        references: &[Reference],
        permission: Permissions,
    ) -> Result<Vec<Answer>> {
        let keys: Vec<RowKey> = references
            .iter()
            .flat_map(|reference| self.row_keys(reference))
            .collect();
        let rows = self.core().get(&keys)?;
        let visible = self.may(permission);
        if visible {
            self.core().learn_keys_of(&rows)?;
        }
        let mut rows = rows.into_iter().map(|row| row.filter(|_| visible));
        let answer = |reference: &Reference| {
            let of_scope = |_| {
                let secret = rows.next().flatten();
                InScope {
                    secret,
                    pinned: reference.version().and_then(|_| rows.next().flatten()),
                }
            };
            Answer(self.chain().iter().map(of_scope).collect())
        };
        Ok(references.iter().map(answer).collect())
    }

    /// The secrets in the rows that may answer a reference.
    pub(super) fn candidates_in<'a>(
        &'a self,
        reference: &'a Reference,
        answer: Answer,
    ) -> Candidates<'a> {
        Candidates {
            scoped: self,
            name: reference.name(),
            rows: self.chain().iter().zip(answer.0),
        }
    }

    /// The rows that may answer a reference, nearest scope first: for each scope the secret, and
    /// with a pin the version.
    fn row_keys<'a>(&'a self, reference: &'a Reference) -> impl Iterator<Item = RowKey> + 'a {
        let name = reference.name();
        self.chain().iter().flat_map(move |place| {
            let secret = self.core().secret_row(place, name);
            let version = reference
                .version()
                .map(|version| self.core().version_row(place, name, version));
            std::iter::once(secret).chain(version)
        })
    }

    /// The one that decides.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound), in the same words whether the name is nowhere or another
    /// organization's.
    pub(super) fn nearest(
        &self,
        reference: &Reference,
        mut candidates: impl Iterator<Item = Result<Hit>>,
    ) -> Result<Hit> {
        candidates.next().unwrap_or_else(|| {
            let (name, above) = (
                reference.name(),
                if self.chain().len() > 1 {
                    " or above"
                } else {
                    ""
                },
            );
            let message = format!("no secret {name} in {}{above}", self.scope());
            Err(Error::new(ErrorKind::NotFound, message).with_name(name))
        })
    }

    /// The version that may be used now for a target, before any value is opened.
    pub(super) fn admit<'h>(
        &self,
        hit: &'h Hit,
        reference: &Reference,
        target: &Target,
        now: Now,
    ) -> Result<&'h VersionEntry> {
        let refusal = self.core().gate.check(&hit.stored.info, target, now);
        refusal.map_err(|(kind, what)| hit.refuse(kind, what))?;
        let kept = hit.stored.kept(reference.version());
        kept.ok_or_else(|| hit.refuse(ErrorKind::NoSuchVersion, "has no such version"))
    }

    /// Opens a value that was admitted.
    pub(super) fn open(&self, hit: &Hit, kept: &VersionEntry) -> Outcome {
        let value = hit
            .sealed_value(kept)
            .and_then(|sealed| {
                let key = self.core().key_for(key_id(sealed)?)?;
                self.core()
                    .open_value(&hit.stored.info, kept.version, sealed, &key)
            })
            .map_err(|error| {
                hit.refuse(error.kind(), "has a value that cannot be read")
                    .with_source(error)
            })?;
        let info = &hit.stored.info;
        let found = Found::new(info.name.clone(), value).with_scope(info.scope.clone());
        let found = found
            .with_version(kept.version)
            .with_record(info.record)
            .permitted(permit(info));
        Ok(match kept.fingerprint {
            Some(fingerprint) => found.with_fingerprint(fingerprint),
            None => found,
        })
    }
}

/// Where a secret may stand. A target knows the surfaces of a whole document; which value stands on
/// which is the engine's to check.
pub(super) fn permit(info: &Info) -> Permit {
    Permit::on(info.about.rules.surface_set())
}

impl Hit {
    /// The sealed bytes of a kept version: in the secret's own row if it is the newest.
    fn sealed_value(&self, kept: &VersionEntry) -> Result<&[u8]> {
        self.stored.sealed_value(kept, self.pinned.as_ref())
    }

    pub(super) fn refuse(&self, kind: ErrorKind, what: &str) -> Error {
        let (name, scope) = (&self.stored.info.name, &self.place.scope);
        let message = match kind {
            // Says what to do as well, and that comes last.
            ErrorKind::Denied => format!("secret {name} in {scope} {what}"),
            _ => format!("secret {name} {what} in {scope}"),
        };
        Error::new(kind, message).with_name(name)
    }
}
