//! Uses of secrets, asked by a handle.

use super::list::List;
use crate::error::Result;
use crate::vault::scoped::ScopedVault;
use crate::vault::usage::{SecretUsage, WithUsage};

impl ScopedVault {
    /// Returns the uses of a secret of this scope: the last one, and how many there were; `None`
    /// for a secret that was not used since uses are [counted](crate::VaultBuilder::count_uses).
    /// Uses that wait in this or another process are not in it.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{Actor, RootKey, Vault};
    ///
    /// let vault = Vault::builder().count_uses(true).create(&RootKey::generate()?)?;
    /// let project = vault.scope("acme/billing")?.acting_as(Actor::new("service:crm")?);
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// assert_eq!(project.usage("STRIPE_KEY")?, None);
    /// project.resolve("<<$secret.STRIPE_KEY>>")?;
    /// project.reveal("STRIPE_KEY")?;
    /// vault.flush_usage()?;
    /// let usage = project.usage("STRIPE_KEY")?.unwrap();
    /// assert_eq!((usage.uses, usage.reveals), (1, 1));
    /// assert_eq!(usage.actor, project.actor().cloned());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound), also without the permission
    /// [`READ`](crate::Permissions::READ); [`Corrupt`](crate::ErrorKind::Corrupt) for uses that
    /// cannot be read; or why the store cannot be read.
    pub fn usage(&self, name: impl AsRef<str>) -> Result<Option<SecretUsage>> {
        let info = self.info(name)?;
        Ok(self.core().usage_of(self.scope(), &[info])?.pop().flatten())
    }
}

impl List {
    /// Joins the uses of each secret to it: 256 secrets with one more call of the store.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::builder().count_uses(true).create(&RootKey::generate()?)?;
    /// let project = vault.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// project.resolve("<<$secret.STRIPE_KEY>>")?;
    /// vault.flush_usage()?;
    /// let used = project.list().with_usage().next().unwrap()?;
    /// assert_eq!(used.info.name.as_str(), "STRIPE_KEY");
    /// assert_eq!(used.usage.unwrap().uses, 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A secret is an error as in the listing; and when its uses cannot be read.
    pub fn with_usage(self) -> WithUsage {
        WithUsage::new(self.handle().clone(), self)
    }
}
