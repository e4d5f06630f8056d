//! Deleting many secrets.

use std::ops::ControlFlow;

use super::changes::Changes;
use super::items::of_names;
use super::progress::{BulkError, BulkProgress};
use crate::crypto::InfoState as State;
use crate::error::Result;
use crate::vault::observer::Action;
use crate::vault::scoped::ScopedVault;

impl ScopedVault {
    /// Deletes many secrets of this scope, in writes of bounded size.
    ///
    /// A write has 256 secrets at most, and happens whole or not at all. The first one that fails
    /// ends the call, and the error tells how many secrets are deleted: the first ones, in the
    /// order of the names. Each secret is deleted as [`delete`](ScopedVault::delete) does it, but
    /// that a name without a secret is skipped: so a call that failed can be made again as it is.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// project.put("CRM_TOKEN", "a value")?;
    /// let progress = project.delete_all(["STRIPE_KEY", "CRM_TOKEN", "NEVER_STORED"])?;
    /// assert_eq!((progress.changed, progress.skipped), (2, 1));
    /// assert!(project.names()?.is_empty());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `delete`, among them [`Revoked`](crate::ErrorKind::Revoked) for a revoked name, but
    /// not [`NotFound`](crate::ErrorKind::NotFound);
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a name that is given twice, before
    /// anything is deleted.
    pub fn delete_all<N: AsRef<str>>(
        &self,
        names: impl IntoIterator<Item = N>,
    ) -> Result<BulkProgress, BulkError> {
        self.remove_all(names, false)
    }

    /// Deletes many secrets as [`delete_all`](ScopedVault::delete_all) does, and also revoked ones:
    /// from then on secrets of the same names above resolve where those were refused.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "a leaked value")?;
    /// project.revoke("STRIPE_KEY")?;
    /// assert!(project.delete_all(["STRIPE_KEY"]).is_err());
    /// assert_eq!(project.force_delete_all(["STRIPE_KEY"])?.changed, 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `delete_all`, but not [`Revoked`](crate::ErrorKind::Revoked).
    pub fn force_delete_all<N: AsRef<str>>(
        &self,
        names: impl IntoIterator<Item = N>,
    ) -> Result<BulkProgress, BulkError> {
        self.remove_all(names, true)
    }

    fn remove_all<N: AsRef<str>>(
        &self,
        names: impl IntoIterator<Item = N>,
        force: bool,
    ) -> Result<BulkProgress, BulkError> {
        let changes = Changes {
            action: Action::Delete,
            erases: true,
            check_input: &|()| Ok(()),
            size: &|()| 0,
            check_stored: &|entry| match entry.current() {
                Some(stored) => self.check_removable(stored, force),
                None => Ok(()),
            },
            next: &|ledger, entry, ()| {
                let removed = |stored| ledger.tombstone(stored, State::Deleted);
                entry.current().map(removed).transpose()
            },
        };
        self.change_all(of_names(names), &changes, |_| ControlFlow::Continue(()))
    }
}
