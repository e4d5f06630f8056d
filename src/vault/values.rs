//! The values of secrets for those who hide them.

use super::observer::Action;
use super::permissions::Permissions;
use super::scoped::ScopedVault;
use super::select::Hit;
use crate::crypto::{VersionEntry, key_id};
use crate::error::{ErrorKind, Result};
use crate::name::SecretName;
use crate::reference::Reference;
use crate::resolve::Found;
use crate::store::{Row, RowKey};
use crate::target::Target;

/// Values to hide.
pub(crate) struct Hidden {
    /// For each name, in the order of the names, the versions, the newest first. A revoked secret
    /// has none.
    pub(crate) values: Vec<Vec<Found>>,
    /// True if the handle may hide the values but not learn them.
    pub(crate) guarded: bool,
}

impl ScopedVault {
    /// The values of the nearest secret of each name. With [`Permissions::REDACT`] all versions
    /// that are kept, whatever the status, times and rules; without it the newest one, if it could
    /// be resolved now for the target.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound), also without [`Permissions::USE`]; without
    /// [`Permissions::REDACT`] why a secret may not be used; or why the store cannot be read.
    pub(crate) fn hidden(&self, target: &Target, names: &[SecretName]) -> Result<Hidden> {
        let everything = self.may(Permissions::REDACT);
        let values = if everything {
            self.all_versions(names)
        } else {
            self.usable(target, names)
        };
        for (at, name) in names.iter().enumerate() {
            let hit = values
                .as_ref()
                .map(|values| values.get(at).map(|(hit, _)| &hit.stored));
            if let Some(stored) = hit.transpose() {
                self.tell_stored(Action::Redact, name, stored);
            }
        }
        let values = values?.into_iter().map(|(_, values)| values).collect();
        Ok(Hidden {
            values,
            guarded: everything && !self.may(Permissions::REVEAL),
        })
    }

    /// The nearest secret of each name, read with one `get`.
    fn hits(&self, names: &[SecretName], permission: Permissions) -> Result<Vec<Hit>> {
        let references: Vec<Reference> = names.iter().cloned().map(Reference::secret).collect();
        let candidates = self.candidates(&references, permission)?;
        candidates
            .map(|(reference, candidates)| self.nearest(reference, candidates))
            .collect()
    }

    /// The newest versions, if a resolve for the target could use them now.
    fn usable(&self, target: &Target, names: &[SecretName]) -> Result<Vec<(Hit, Vec<Found>)>> {
        let hits = self.hits(names, Permissions::USE)?;
        let now = self.core().clock.now()?;
        // All are asked for before a value is opened.
        let admitted = hits.iter().map(|hit| {
            let reference = Reference::secret(hit.stored.info.name.clone());
            self.admit(hit, &reference, target, now)
        });
        let admitted = admitted.collect::<Result<Vec<&VersionEntry>>>()?;
        let values = hits
            .iter()
            .zip(admitted)
            .map(|(hit, kept)| Ok(vec![self.open(hit, kept)?]));
        let values = values.collect::<Result<Vec<_>>>()?;
        Ok(hits.into_iter().zip(values).collect())
    }

    /// All versions that are kept.
    fn all_versions(&self, names: &[SecretName]) -> Result<Vec<(Hit, Vec<Found>)>> {
        let mut attempts = 0..3;
        loop {
            let values = self.read_versions(names);
            // Between the two reads somebody may have stored a version, and the oldest was dropped.
            let moved = values
                .as_ref()
                .is_err_and(|error| error.kind() == ErrorKind::Corrupt);
            if !moved || attempts.next().is_none() {
                return values;
            }
        }
    }

    fn read_versions(&self, names: &[SecretName]) -> Result<Vec<(Hit, Vec<Found>)>> {
        let hits = self.hits(names, Permissions::REDACT)?;
        let older: Vec<RowKey> = hits.iter().flat_map(|hit| self.older_rows(hit)).collect();
        let rows = self.core().get(&older)?;
        self.core().learn_keys_of(&rows)?;
        let mut rows = rows.into_iter();
        let values = |hit: Hit| {
            let info = &hit.stored.info;
            let newest = info
                .newest()
                .into_iter()
                .map(|kept| self.open_kept(&hit, kept, None));
            let older = info.older().iter().rev();
            let older =
                older.map(|kept| self.open_kept(&hit, kept, rows.next().flatten().as_ref()));
            let values = newest.chain(older).collect::<Result<_>>()?;
            Ok((hit, values))
        };
        hits.into_iter().map(values).collect()
    }

    fn older_rows<'h>(&'h self, hit: &'h Hit) -> impl Iterator<Item = RowKey> + 'h {
        hit.stored.info.older().iter().rev().map(|kept| {
            self.core()
                .version_row(&hit.place, &hit.stored.info.name, kept.version)
        })
    }

    fn open_kept(&self, hit: &Hit, kept: &VersionEntry, row: Option<&Row>) -> Result<Found> {
        let info = &hit.stored.info;
        let value = hit.stored.sealed_value(kept, row).and_then(|sealed| {
            let key = self.core().key_for(key_id(sealed)?)?;
            self.core().open_value(info, kept.version, sealed, &key)
        });
        let value = value.map_err(|error| {
            hit.refuse(error.kind(), "has a value that cannot be read")
                .with_source(error)
        })?;
        Ok(Found::new(info.name.clone(), value)
            .with_scope(info.scope.clone())
            .with_version(kept.version))
    }
}
