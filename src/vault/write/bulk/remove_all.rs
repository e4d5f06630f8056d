//! Deleting many secrets.

use std::cell::RefCell;
use std::ops::ControlFlow;

use super::changes::{Changes, PartCheck};
use super::items::{Refused, of_names};
use super::progress::{BulkError, BulkProgress};
use crate::crypto::InfoState as State;
use crate::error::Result;
use crate::name::SecretName;
use crate::vault::documents::{Asking, DocumentUses};
use crate::vault::observer::Action;
use crate::vault::permissions::Permissions;
use crate::vault::scoped::ScopedVault;
use crate::vault::write::ledger::{Ledger, LedgerEntry};
use crate::vault::write::removal::{OnReferenced, RemovedAll};

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

    /// Deletes many secrets as [`delete_all`](ScopedVault::delete_all) does, and tells the progress
    /// after each write. The callback may end the call there: what is deleted stays so.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use keyslot::{OnExisting, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let items = (0..600).map(|number| (format!("KEY_{number}"), "a value"));
    /// project.put_all(items, OnExisting::Fail)?;
    /// let names = project.names()?;
    /// let done = project.delete_all_telling(&names, |_| ControlFlow::Break(()))?;
    /// assert_eq!((done.changed, done.total), (256, 600));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `delete_all`.
    pub fn delete_all_telling<N: AsRef<str>>(
        &self,
        names: impl IntoIterator<Item = N>,
        progress: impl FnMut(BulkProgress) -> ControlFlow<()>,
    ) -> Result<BulkProgress, BulkError> {
        self.remove_all_with(names, false, &|_, _| Ok(()), progress)
    }

    /// Deletes many secrets as [`force_delete_all`](ScopedVault::force_delete_all) does, and tells
    /// the progress as [`delete_all_telling`](ScopedVault::delete_all_telling) does.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "a leaked value")?;
    /// project.revoke("STRIPE_KEY")?;
    /// let done = project.force_delete_all_telling(["STRIPE_KEY"], |progress| {
    ///     assert_eq!(progress.changed, 1);
    ///     ControlFlow::Continue(())
    /// })?;
    /// assert_eq!(done.total, 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `force_delete_all`.
    pub fn force_delete_all_telling<N: AsRef<str>>(
        &self,
        names: impl IntoIterator<Item = N>,
        progress: impl FnMut(BulkProgress) -> ControlFlow<()>,
    ) -> Result<BulkProgress, BulkError> {
        self.remove_all_with(names, true, &|_, _| Ok(()), progress)
    }

    /// Deletes many secrets as [`delete_all`](ScopedVault::delete_all) does, and asks in each write
    /// for the documents that get one of its secrets, as
    /// [`delete_with`](ScopedVault::delete_with) does: with [`OnReferenced::Refuse`] the first
    /// secret that a document needs ends the call, and with [`OnReferenced::Report`] they are
    /// named.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{OnReferenced, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// project.put("OLD_KEY", "a value")?;
    /// project.documents().set("workflow:42", "<<$secret.STRIPE_KEY>>")?;
    /// let names = ["OLD_KEY", "STRIPE_KEY"];
    /// let error = project.delete_all_with(names, OnReferenced::Refuse).unwrap_err();
    /// assert_eq!((error.item(), error.progress().changed), (Some(1), 0));
    /// let removed = project.delete_all_with(names, OnReferenced::Report)?;
    /// assert_eq!(removed.progress.changed, 2);
    /// assert_eq!(removed.documents[0].0.as_str(), "STRIPE_KEY");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `delete_all` and of `delete_with`. The documents that needed the secrets which are
    /// deleted all the same are in the error: [`BulkError::documents`].
    pub fn delete_all_with<N: AsRef<str>>(
        &self,
        names: impl IntoIterator<Item = N>,
        on: OnReferenced,
    ) -> Result<RemovedAll, BulkError> {
        // Those of the part that is being written, until it is.
        let (part, mut documents) = (RefCell::new(Vec::new()), Vec::new());
        let mut room = RemovedAll::MAX;
        let check_part = |ledger: &mut Ledger<'_>, entries: &[LedgerEntry<'_>]| {
            let needed = self.needed(ledger, entries, on)?;
            part.replace(needed);
            Ok(())
        };
        let mut keep = || {
            for (name, mut uses) in part.take() {
                uses.documents.truncate(room);
                room -= uses.documents.len();
                documents.push((name, uses));
            }
        };
        let progress = self.remove_all_with(names, false, &check_part, |_| {
            keep();
            ControlFlow::Continue(())
        });
        let is_settled = |error: &BulkError| error.unsettled().is_empty();
        if !progress.as_ref().err().is_none_or(is_settled) {
            // The last write may have deleted its secrets.
            keep();
        }
        if !self.may(Permissions::READ) {
            documents.clear();
        }
        match progress {
            Ok(progress) => Ok(RemovedAll {
                progress,
                documents,
            }),
            // Nobody could ask for them again.
            Err(error) => Err(error.with_documents(documents)),
        }
    }

    /// The secrets of a part that documents need.
    fn needed(
        &self,
        ledger: &mut Ledger<'_>,
        entries: &[LedgerEntry<'_>],
        on: OnReferenced,
    ) -> Result<Vec<(SecretName, DocumentUses)>, Refused> {
        let there = entries.iter().enumerate();
        let there: Vec<(usize, &SecretName)> = there
            .filter(|(_, entry)| entry.current().is_some())
            .map(|(number, entry)| (number, entry.row.name))
            .collect();
        let asking = Asking::new(self.scope(), there.iter().map(|(_, name)| *name));
        let mut uses = ledger
            .who_references(asking)
            .map_err(|error| (None, error))?;
        let mut needed = Vec::new();
        for (number, name) in there {
            let uses = uses.remove(name).unwrap_or_default();
            self.check_referenced(name, &uses, on)
                .map_err(|error| (Some(number), error))?;
            if !uses.is_empty() {
                needed.push((name.clone(), uses));
            }
        }
        Ok(needed)
    }

    fn remove_all<N: AsRef<str>>(
        &self,
        names: impl IntoIterator<Item = N>,
        force: bool,
    ) -> Result<BulkProgress, BulkError> {
        let go_on = |_| ControlFlow::Continue(());
        self.remove_all_with(names, force, &|_, _| Ok(()), go_on)
    }

    fn remove_all_with<N: AsRef<str>>(
        &self,
        names: impl IntoIterator<Item = N>,
        force: bool,
        check_part: &PartCheck<'_>,
        progress: impl FnMut(BulkProgress) -> ControlFlow<()>,
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
            check_part,
            next: &|ledger, entry, ()| {
                let removed = |stored| ledger.tombstone(stored, State::Deleted);
                entry.current().map(removed).transpose()
            },
        };
        self.change_all(of_names(names), &changes, progress)
    }
}
