//! The values of secrets for redactors.

use super::refusal::{unreadable, version_missing};
use super::select::Hit;
use crate::crypto::{Info, VersionEntry};
use crate::error::{ErrorKind, Result};
use crate::name::SecretName;
use crate::reference::Reference;
use crate::resolve::Found;
use crate::store::RowKey;
use crate::target::Target;
use crate::vault::observer::Action;
use crate::vault::parsed_rows::ParsedRows;
use crate::vault::permissions::Permissions;
use crate::vault::scoped::ScopedVault;

/// Values to hide.
pub(crate) struct Hidden {
    /// For each name, in the order of the names, the versions, the newest first. A revoked secret
    /// has none.
    pub(crate) values: Vec<Vec<Found>>,
    /// True if the handle may hide the values but not learn them.
    pub(crate) guarded: bool,
}

/// Treatment of names whose secrets may not be used or are not there.
#[derive(Clone, Copy)]
pub(crate) enum Unusable {
    /// The call fails.
    Refused,
    /// They have no values.
    LeftOut,
}

impl Unusable {
    fn outcome<T>(self, outcome: Result<T>) -> Result<Option<T>> {
        match outcome {
            Err(error) if matches!(self, Self::LeftOut) && is_refusal(error.kind()) => Ok(None),
            outcome => outcome.map(Some),
        }
    }
}

/// Returns true for the errors of secrets that may not be used now, which are neither damage nor
/// failures of the store.
fn is_refusal(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::NotFound
            | ErrorKind::NoSuchVersion
            | ErrorKind::Inactive
            | ErrorKind::Revoked
            | ErrorKind::Expired
            | ErrorKind::NotYetValid
            | ErrorKind::Denied
    )
}

/// The versions of one secret, and all that is known of it besides; `None` for one that is left
/// out.
type Versions = Option<(Info, Vec<Found>)>;

impl ScopedVault {
    /// The values of the nearest secret of each name. With [`Permissions::REDACT`] all versions
    /// that are kept, whatever the status, times and rules; without it the newest one, if it could
    /// be resolved now for the target.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound), also without [`Permissions::USE`]; without
    /// [`Permissions::REDACT`] the refusal of a secret that may not be used; or the error of the
    /// store.
    pub(crate) fn hidden(
        &self,
        target: &Target,
        names: &[SecretName],
        unusable: Unusable,
    ) -> Result<Hidden> {
        let begun = self.begin();
        let everything = self.may(Permissions::REDACT);
        let references: Vec<Reference> = names.iter().cloned().map(Reference::secret).collect();
        let values = self.binding().admit(target).and_then(|target| {
            if everything {
                self.all_versions(&references, unusable)
            } else {
                self.usable(&target, &references, unusable)
            }
        });
        let values = values.and_then(|values| {
            let found = names.iter().zip(&values);
            self.log_required(found.filter_map(|(name, versions)| {
                let (info, _) = versions.as_ref()?;
                Some(self.outcome_event(begun, Action::Redact, name, Ok(info)))
            }))?;
            Ok(values)
        });
        for (at, name) in names.iter().enumerate() {
            match &values {
                Ok(values) => {
                    if let Some(Some((info, _))) = values.get(at) {
                        self.tell_outcome(begun, Action::Redact, name, Ok(info));
                    }
                }
                Err(error) => self.tell_outcome(begun, Action::Redact, name, Err(error)),
            }
        }
        let values_of = |versions: Versions| versions.map(|(_, values)| values);
        let values = values?.into_iter().map(values_of);
        let values = values.map(Option::unwrap_or_default).collect();
        Ok(Hidden {
            values,
            guarded: everything && !self.may(Permissions::REVEAL),
        })
    }

    /// The nearest secret of each reference.
    fn hits<'r>(
        &'r self,
        references: &'r [Reference],
        rows: &'r ParsedRows<'r>,
        unusable: Unusable,
    ) -> Result<Vec<Option<Hit<'r>>>> {
        self.candidates(references, rows)
            .map(|(reference, candidates)| unusable.outcome(self.nearest(reference, candidates)))
            .collect()
    }

    /// The newest versions, if a resolve for the target could use them now.
    fn usable(
        &self,
        target: &Target,
        references: &[Reference],
        unusable: Unusable,
    ) -> Result<Vec<Versions>> {
        let rows = self.read(references, Permissions::USE)?;
        let rows = ParsedRows::of(self.core(), self.partition(), &rows)?;
        let hits = self.hits(references, &rows, unusable)?;
        let now = self.core().clock.now()?;
        // All are asked for before a value is opened.
        let admitted = hits
            .iter()
            .zip(references)
            .map(|(hit, reference)| match hit {
                Some(hit) => unusable.outcome(self.admit(hit, reference, target, now).cloned()),
                None => Ok(None),
            })
            .collect::<Result<Vec<Option<VersionEntry>>>>()?;
        let versions = |(hit, kept): (Option<Hit<'_>>, Option<VersionEntry>)| {
            let Some((hit, kept)) = hit.zip(kept) else {
                return Ok(None);
            };
            let value = self.open(&hit, &kept)?;
            Ok(Some((hit.info, vec![value])))
        };
        hits.into_iter().zip(admitted).map(versions).collect()
    }

    /// All versions that are kept.
    fn all_versions(&self, references: &[Reference], unusable: Unusable) -> Result<Vec<Versions>> {
        let mut attempts = 0..3;
        loop {
            let values = self.read_versions(references, unusable);
            // Between the two reads somebody may have stored a version, and the oldest was dropped.
            let moved = values
                .as_ref()
                .is_err_and(|error| error.kind() == ErrorKind::Corrupt);
            if !moved || attempts.next().is_none() {
                return values;
            }
        }
    }

    fn read_versions(&self, references: &[Reference], unusable: Unusable) -> Result<Vec<Versions>> {
        let rows = self.read(references, Permissions::REDACT)?;
        let rows = ParsedRows::of(self.core(), self.partition(), &rows)?;
        let hits = self.hits(references, &rows, unusable)?;
        let older = hits.iter().flatten().flat_map(|hit| self.older_rows(hit));
        let older: Vec<RowKey> = older.collect();
        let older = self.core().get(self.partition(), &older)?;
        let older = ParsedRows::of(self.core(), self.partition(), &older)?;
        let mut older_rows = older.rows.iter();
        let values = |hit: Option<Hit<'_>>| {
            let Some(hit) = hit else {
                return Ok(None);
            };
            let newest = hit
                .info
                .newest()
                .into_iter()
                .map(|kept| self.open(&hit, kept));
            let older = hit.info.older().iter().rev().map(|kept| {
                let sealed = match older_rows.next().and_then(Option::as_ref) {
                    Some(row) => row.value.map_err(Into::into),
                    None => Err(version_missing()),
                };
                let sealed = sealed.map_err(|error| unreadable(&hit.info, error))?;
                self.open_kept(&hit.info, kept, &sealed, &older.keys)
            });
            let values = newest.chain(older).collect::<Result<_>>()?;
            Ok(Some((hit.info, values)))
        };
        hits.into_iter().map(values).collect()
    }

    fn older_rows<'h>(&'h self, hit: &'h Hit<'_>) -> impl Iterator<Item = RowKey> + 'h {
        let older = hit.info.older().iter().rev();
        older.map(|kept| {
            self.core()
                .version_row(hit.scope, &hit.info.name, kept.version)
        })
    }
}
