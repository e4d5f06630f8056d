//! Revoking and deleting.

use crate::crypto::InfoState as State;
use crate::error::Result;
use crate::name::SecretName;
use crate::store::Purge;
use crate::vault::observer::Action;
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
        self.switch(Action::Revoke, name.as_ref(), State::Revoked)?;
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
        self.remove(name.as_ref(), false)
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
        self.remove(name.as_ref(), true)
    }

    fn remove(&self, name: &str, force: bool) -> Result<Purge> {
        let name = SecretName::new(name)?;
        self.edit(Action::Delete, &name, |ledger, entry| {
            let stored = self.existing(entry)?;
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
