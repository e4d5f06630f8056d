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
        let log = AuditLog::new(Arc::clone(&self.core), tenant, None);
        Ok(log.by(self.operator.actor.clone()))
    }

    /// Returns the audit log of the keys that open the vault: [added](Vault::add_key),
    /// [removed](Vault::remove_key), [changed](Vault::change_root_key), and what was done to the
    /// [vault key](Vault::replace_vault_key). Each entry is stored in the write of its change.
    /// There is one if it was [asked for](crate::VaultBuilder::audit) when a key changed; without
    /// one, it has no entries.
    ///
    /// It holds ids and names of keys, never a key. The list of the [keys](Vault::keys) accounts
    /// for it, so an older one that somebody puts back is told as an older list is. Once another
    /// process replaced the vault key, neither is read before the vault is opened anew.
    ///
    /// ```
    /// use keyslot::{AuditAction, AuditMode, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
    /// let added = vault.add_key("recovery", &RootKey::generate()?)?;
    /// let entry = vault.key_log().entries().next().unwrap()?;
    /// assert_eq!((entry.action, entry.key), (AuditAction::AddKey, Some(added.id)));
    /// assert_eq!(entry.key_name.as_deref(), Some("recovery"));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn key_log(&self) -> AuditLog {
        AuditLog::of_keys(Arc::clone(&self.core)).by(self.operator.actor.clone())
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
