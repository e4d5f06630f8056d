//! Copies of a vault in a file.

use std::path::Path;

use super::core::Core;
use super::verify::{Verification, verify};
use crate::error::{Error, ErrorKind, Result};
use crate::store::Purge;

impl Core {
    /// Copies the vault into a new file, which is verified before it has its name.
    pub(super) fn backup_to(&self, path: &Path) -> Result<Verification> {
        let Some(file) = self.store.as_file() else {
            return Err(Error::new(
                ErrorKind::Store,
                "the store of this vault is not a file, so it cannot be copied into one; copy it \
                 with the tools of its database, such as `pg_dump`, or with copy_vault",
            ));
        };
        // What was acknowledged by now must be there.
        let mut seen = Some(self.seen.copy());
        let mut report = Verification::default();
        file.backup(path, &mut |copy| {
            report = verify(&self.over(copy, seen.take().unwrap_or_default()))?;
            report.accept(
                "the copy was not kept, because it is damaged as the vault is; Vault::verify \
                 lists the damage",
            )
        })?;
        Ok(report)
    }

    /// Gives the space of deleted rows back, where the store is a file, and purges.
    pub(super) fn compact(&self) -> Result<Purge> {
        match self.store.as_file() {
            Some(file) => file.compact(),
            None => self.store.purge(),
        }
    }
}
