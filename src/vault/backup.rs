//! Copies of a vault in a file.

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::path::Path;

use super::core::Core;
use super::verify::{Verification, VerifyProgress, Watch, go_on, verify};
use crate::error::{Error, ErrorKind, Result};
use crate::store::Purge;

/// Progress of a [backup](crate::Vault::backup_to_with).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BackupProgress {
    /// Bytes that were copied.
    pub copied: u64,
    /// All bytes of the file. More than before where others write meanwhile.
    pub size: u64,
    /// Progress of the verification of the copy, which begins when all bytes are copied.
    pub verified: VerifyProgress,
}

impl Core {
    /// Copies the vault into a new file, which is verified before it has its name.
    pub(super) fn backup_to(
        &self,
        path: &Path,
        tell: &mut dyn FnMut(BackupProgress) -> ControlFlow<()>,
    ) -> Result<Verification> {
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
        let so_far = Cell::new(BackupProgress::default());
        let tell = RefCell::new(tell);
        let tell = |now: BackupProgress| {
            so_far.set(now);
            (tell.borrow_mut())(now)
        };
        let mut copied = |copied, size| {
            go_on(tell(BackupProgress {
                copied,
                size,
                ..BackupProgress::default()
            }))
        };
        file.backup(path, &mut copied, &mut |copy| {
            let verified = &mut |verified| {
                tell(BackupProgress {
                    verified,
                    ..so_far.get()
                })
            };
            let copy = self.over(copy, seen.take().unwrap_or_default());
            report = verify(&copy, &mut Watch::of(verified))?;
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
