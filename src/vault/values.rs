//! The values of secrets for those who hide them: no use of a secret, so nothing is asked but the permission.

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

impl ScopedVault {
    /// The values of the nearest secret of each name, whatever its status: all versions that are kept, the newest first. None
    /// of a revoked one.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound), also without [`Permissions::USE`]; or why the store cannot be read.
    pub(crate) fn values(&self, names: &[SecretName]) -> Result<Vec<Vec<Found>>> {
        let mut attempts = 0..3;
        let values = loop {
            let values = self.read_values(names);
            // Between the two reads somebody may have stored a version, and the oldest was dropped.
            let moved = values.as_ref().is_err_and(|error| error.kind() == ErrorKind::Corrupt);
            if !moved || attempts.next().is_none() {
                break values;
            }
        };
        for (at, name) in names.iter().enumerate() {
            let hit = values.as_ref().map(|values| values.get(at).map(|(hit, _)| &hit.stored));
            if let Some(stored) = hit.transpose() {
                self.tell_stored(Action::Redact, name, stored);
            }
        }
        Ok(values?.into_iter().map(|(_, values)| values).collect())
    }

    fn read_values(&self, names: &[SecretName]) -> Result<Vec<(Hit, Vec<Found>)>> {
        let references: Vec<Reference> = names.iter().cloned().map(Reference::secret).collect();
        let candidates = self.candidates(&references, Permissions::USE)?;
        let hits = candidates.map(|(reference, candidates)| self.nearest(reference, candidates));
        let hits = hits.collect::<Result<Vec<Hit>>>()?;
        let older: Vec<RowKey> = hits.iter().flat_map(|hit| self.older_rows(hit)).collect();
        let rows = self.core().get(&older)?;
        self.core().learn_keys_of(&rows)?;
        let mut rows = rows.into_iter();
        let values = |hit: Hit| {
            let info = &hit.stored.info;
            let newest = info.newest().into_iter().map(|kept| self.open_kept(&hit, kept, None));
            let older = info.older().iter().rev();
            let older = older.map(|kept| self.open_kept(&hit, kept, rows.next().flatten().as_ref()));
            let values = newest.chain(older).collect::<Result<_>>()?;
            Ok((hit, values))
        };
        hits.into_iter().map(values).collect()
    }

    fn older_rows<'h>(&'h self, hit: &'h Hit) -> impl Iterator<Item = RowKey> + 'h {
        hit.stored
            .info
            .older()
            .iter()
            .rev()
            .map(|kept| self.core().version_row(&hit.place, &hit.stored.info.name, kept.version))
    }

    fn open_kept(&self, hit: &Hit, kept: &VersionEntry, row: Option<&Row>) -> Result<Found> {
        let info = &hit.stored.info;
        let value = hit.stored.sealed_value(kept, row).and_then(|sealed| {
            let key = self.core().key_for(key_id(sealed)?)?;
            self.core().open_value(info, kept.version, sealed, &key)
        });
        let value =
            value.map_err(|error| hit.refuse(error.kind(), "has a value that cannot be read").with_source(error))?;
        Ok(Found::new(info.name.clone(), value).in_scope(info.scope.clone()).at(kept.version))
    }
}
