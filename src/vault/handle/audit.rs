//! The audit logs of a vault.

use std::sync::Arc;

use super::vault::Vault;
use crate::error::{Error, Result};
use crate::scope::Scope;
use crate::vault::audit::{AuditBacklog, AuditLog};
use crate::vault::audit_mode::AuditMode;
use crate::vault::use_queue::UseQueue;

impl Vault {
    /// Returns the way in which uses are logged; [`Off`](AuditMode::Off) also if the vault can only
    /// be read.
    ///
    /// ```
    /// use keyslot::{AuditMode, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Required).create(&RootKey::generate()?)?;
    /// assert_eq!(vault.audit_mode(), AuditMode::Required);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn audit_mode(&self) -> AuditMode {
        let uses = self.core.uses.as_ref();
        uses.map_or(AuditMode::Off, |uses| uses.mode)
    }

    /// Returns the audit log of an organization: who did what. There is one if it was
    /// [asked for](crate::VaultBuilder::audit); without one, it has no entries.
    ///
    /// ```
    /// use keyslot::{Actor, AuditAction, AuditMode, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
    /// let ada = vault.scope("acme/billing")?.acting_as(Actor::new("user:ada")?);
    /// ada.put("STRIPE_KEY", "sk_live_...")?;
    /// let entry = vault.audit("acme")?.entries().next().unwrap()?;
    /// assert_eq!((entry.action, entry.actor), (AuditAction::Put, ada.actor().cloned()));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidScope`](crate::ErrorKind::InvalidScope) for a scope that is not an organization.
    pub fn audit<S>(&self, organization: S) -> Result<AuditLog>
    where
        S: TryInto<Scope>,
        S::Error: Into<Error>,
    {
        let organization = organization.try_into().map_err(Into::into)?;
        let tenant = self.core.hashed_organization(&organization)?;
        Ok(AuditLog::new(Arc::clone(&self.core), tenant, None))
    }

    /// Stores all entries about uses that wait, and returns once those are stored too that another
    /// thread is storing.
    ///
    /// They are stored in time without this call, and when the last handle on the vault is gone.
    /// But the thread that stores them in time may be the one that ends the vault then, and a
    /// process that exits does not wait for it: call this before.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{AuditAction, AuditMode, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Batched).create(&RootKey::generate()?)?;
    /// let project = vault.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// project.resolve("Bearer <<$secret.STRIPE_KEY>>")?;
    /// vault.flush_audit()?;
    /// let newest = vault.audit("acme")?.entries().next().unwrap()?;
    /// assert_eq!(newest.action, AuditAction::Use);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of a store that cannot be written; the entries then wait on.
    pub fn flush_audit(&self) -> Result<()> {
        self.core.flush_all_uses()
    }

    /// Returns the number of entries about uses that wait, and of those that were lost.
    ///
    /// ```
    /// use keyslot::{AuditBacklog, RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// assert_eq!(vault.audit_backlog(), AuditBacklog::default());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn audit_backlog(&self) -> AuditBacklog {
        let counts = self.core.uses.as_ref().map(UseQueue::counts);
        let (waiting, lost) = counts.unwrap_or_default();
        AuditBacklog::new(waiting, lost)
    }
}
