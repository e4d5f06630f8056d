//! Revoking and deleting.

use super::input::Expected;
use super::removal::{OnReferenced, Removed, Revoked};
use crate::crypto::InfoState as State;
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::store::Purge;
use crate::vault::documents::{Asking, DocumentUses};
use crate::vault::observer::Action;
use crate::vault::permissions::Permissions;
use crate::vault::scoped::ScopedVault;
use crate::vault::stored::Stored;

impl ScopedVault {
    /// Revokes a secret for good: the values of all its versions are erased, and the name goes on
    /// hiding secrets of the same name above. Revoking twice is no error.
    ///
    /// After this call, no resolve that starts later, in any process, gets the value.
    /// [`Purge::Pending`] says that its sealed bytes are still in the store's files, because
    /// somebody is reading an older state.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("STRIPE_KEY", "of the organization")?;
    /// let project = vault.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "a leaked value")?;
    /// project.revoke("STRIPE_KEY")?;
    /// let error = project.resolve("<<$secret.STRIPE_KEY>>").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Revoked, "and not the one above");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound), or why the store cannot be written.
    pub fn revoke(&self, name: impl AsRef<str>) -> Result<Purge> {
        self.revoke_at(name.as_ref(), Expected::Anything)
    }

    pub(super) fn revoke_at(&self, name: &str, expected: Expected) -> Result<Purge> {
        self.switch(Action::Revoke, name, State::Revoked, expected)?;
        Ok(self.purge())
    }

    /// Deletes a secret: its values are erased, and a secret of the same name above shows through
    /// again. A tombstone stays, so that identity and version numbers are never used twice.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("REGION", "eu")?;
    /// let project = vault.scope("acme/billing")?;
    /// project.put("REGION", "us")?;
    /// project.delete("REGION")?;
    /// assert_eq!(project.resolve("<<$secret.REGION>>")?.expose_secret(), "eu", "the one above");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound); [`Revoked`](crate::ErrorKind::Revoked) when it is
    /// revoked, because deleting it lets a secret above show through (see
    /// [`force_delete`](ScopedVault::force_delete)); or why the store cannot be written.
    pub fn delete(&self, name: impl AsRef<str>) -> Result<Purge> {
        self.remove(name.as_ref(), false, Expected::Anything)
    }

    /// Deletes as [`delete`](ScopedVault::delete) does, and also a revoked name: from then on a
    /// secret of the same name above resolves where this one was refused.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// project.put("STRIPE_KEY", "a leaked value")?;
    /// project.revoke("STRIPE_KEY")?;
    /// assert_eq!(project.delete("STRIPE_KEY").unwrap_err().kind(), ErrorKind::Revoked);
    /// project.force_delete("STRIPE_KEY")?;
    /// assert!(project.names()?.is_empty());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound), or why the store cannot be written.
    pub fn force_delete(&self, name: impl AsRef<str>) -> Result<Purge> {
        self.remove(name.as_ref(), true, Expected::Anything)
    }

    /// Deletes as [`delete`](ScopedVault::delete) does, and asks in the same transaction for the
    /// documents that get the secret, as [`who_references`](crate::Documents::who_references) finds
    /// them: with [`OnReferenced::Refuse`] it is not deleted if there are any, and with
    /// [`OnReferenced::Report`] they are named. No document that is set meanwhile is missed.
    ///
    /// Others wait for it while all documents of the organization are read. Without the permission
    /// [`READ`](Permissions::READ) none are named.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{OnReferenced, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// let removed = project.delete_with("STRIPE_KEY", OnReferenced::Refuse)?;
    /// assert!(removed.documents.is_empty());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Conflict`](ErrorKind::Conflict) for a secret that documents need;
    /// [`Tampered`](ErrorKind::Tampered) for other documents than the organization's head accounts
    /// for, and [`Corrupt`](ErrorKind::Corrupt) for one that cannot be read: nothing is deleted
    /// then; and those of `delete`.
    pub fn delete_with(&self, name: impl AsRef<str>, on: OnReferenced) -> Result<Removed> {
        self.remove_with(name.as_ref(), on, Expected::Anything)
    }

    pub(super) fn remove_with(
        &self,
        name: &str,
        on: OnReferenced,
        expected: Expected,
    ) -> Result<Removed> {
        let name = SecretName::new(name)?;
        let mut documents = DocumentUses::default();
        self.edit(Action::Delete, &name, |ledger, entry| {
            let stored = self.existing(entry)?;
            self.check_expected(expected, entry)?;
            self.check_removable(stored, false)?;
            let asking = Asking::new(self.scope(), [&name]);
            let needed = ledger.who_references(asking)?.remove(&name);
            documents = needed.unwrap_or_default();
            self.check_referenced(&name, &documents, on)?;
            ledger.tombstone(stored, State::Deleted).map(Some)
        })?;
        if !self.may(Permissions::READ) {
            documents = DocumentUses::default();
        }
        Ok(Removed {
            purge: self.purge(),
            documents,
        })
    }

    /// Revokes as [`revoke`](ScopedVault::revoke) does, and then names the documents that need the
    /// secret. It never refuses for their sake: the secret is revoked also if they cannot be read.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "a leaked value")?;
    /// project.documents().set("workflow:42", "<<$secret.STRIPE_KEY>>")?;
    /// let revoked = project.revoke_reporting("STRIPE_KEY")?;
    /// assert_eq!(revoked.documents?.documents[0].id, "workflow:42");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `revoke`.
    pub fn revoke_reporting(&self, name: impl AsRef<str>) -> Result<Revoked> {
        self.revoke_telling(name.as_ref(), Expected::Anything)
    }

    pub(super) fn revoke_telling(&self, name: &str, expected: Expected) -> Result<Revoked> {
        let purge = self.revoke_at(name, expected)?;
        Ok(Revoked {
            purge,
            // A revoked secret hides those above as it did before.
            documents: self.documents().who_references(name),
        })
    }

    /// Refuses to delete a secret that documents need, unless they are only to be named.
    pub(super) fn check_referenced(
        &self,
        name: &SecretName,
        documents: &DocumentUses,
        on: OnReferenced,
    ) -> Result<()> {
        if on == OnReferenced::Report || documents.is_empty() {
            return Ok(());
        }
        let message = format!(
            "secret {name} in {} is needed by documents, {} in number; who_references names them, \
             and OnReferenced::Report deletes it all the same",
            self.scope(),
            documents.total
        );
        Err(Error::new(ErrorKind::Conflict, message).with_name(name))
    }

    pub(super) fn remove(&self, name: &str, force: bool, expected: Expected) -> Result<Purge> {
        let name = SecretName::new(name)?;
        self.edit(Action::Delete, &name, |ledger, entry| {
            let stored = self.existing(entry)?;
            self.check_expected(expected, entry)?;
            self.check_removable(stored, force)?;
            ledger.tombstone(stored, State::Deleted).map(Some)
        })?;
        Ok(self.purge())
    }

    /// Refuses a revoked secret, unless it is removed by force.
    pub(super) fn check_removable(&self, stored: &Stored, force: bool) -> Result<()> {
        if stored.info.state != State::Revoked || force {
            return Ok(());
        }
        let hint = "; use force_delete: deleting exposes any secret of that name in a parent scope";
        Err(self.revoked(&stored.info.name, hint))
    }

    /// Erases what a write left in the store. The write stands, so a failure to tidy up after it is
    /// not its failure.
    pub(super) fn purge(&self) -> Purge {
        self.core().store.purge().unwrap_or(Purge::Pending)
    }
}
