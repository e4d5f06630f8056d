//! The operator of a vault: on whose behalf and why its keys are changed and damage is repaired.

use super::vault::Vault;
use crate::actor::Actor;
use crate::error::Result;
use crate::vault::reason;

impl Vault {
    /// The same open vault, for an actor: the audit logs have the actor with each change of keys
    /// and each repair, and the handles on its scopes begin with it. The host must know the actor;
    /// nothing is checked here.
    ///
    /// ```
    /// use keyslot::{Actor, AuditMode, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
    /// let ada = vault.acting_as(Actor::new("user:ada")?);
    /// ada.add_key("recovery", &RootKey::generate()?)?;
    /// let entry = vault.key_log().entries().next().unwrap()?;
    /// assert_eq!(entry.actor, Some(Actor::new("user:ada")?));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn acting_as(&self, actor: Actor) -> Self {
        let mut vault = self.clone();
        vault.operator.actor = Some(actor);
        vault
    }

    /// The same open vault, with a reason, which the audit logs have as they have the
    /// [actor](Vault::acting_as): a ticket, or words of a person.
    ///
    /// ```
    /// use keyslot::{AuditMode, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
    /// vault.because("ticket 12")?.add_key("recovery", &RootKey::generate()?)?;
    /// let entry = vault.key_log().entries().next().unwrap()?;
    /// assert_eq!(entry.reason.as_deref(), Some("ticket 12"));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput): a reason has 1 to 1024 bytes and no
    /// control characters.
    pub fn because(&self, reason: impl AsRef<str>) -> Result<Self> {
        let reason = reason::check(reason.as_ref())?;
        let mut vault = self.clone();
        vault.operator.reason = Some(reason.into());
        Ok(vault)
    }
}
