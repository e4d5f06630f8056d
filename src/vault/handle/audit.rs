//! The audit logs of a vault.

use std::sync::Arc;

use super::vault::Vault;
use crate::error::{Error, Result};
use crate::scope::Scope;
use crate::vault::audit::AuditLog;

impl Vault {
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
    /// [`InvalidScope`](crate::ErrorKind::InvalidScope) for what is no organization.
    pub fn audit<S>(&self, organization: S) -> Result<AuditLog>
    where
        S: TryInto<Scope>,
        S::Error: Into<Error>,
    {
        let organization = organization.try_into().map_err(Into::into)?;
        let tenant = self.core.hashed_organization(&organization)?;
        Ok(AuditLog::new(Arc::clone(&self.core), tenant, None))
    }
}
