//! Modes of an audit log.

/// The way in which an open vault logs *uses*: see
/// [`VaultBuilder::audit`](crate::VaultBuilder::audit). Changes are logged in each of them.
///
/// ```
/// use keyslot::{AuditAction, AuditMode, RootKey, Vault};
///
/// let vault = Vault::builder().audit(AuditMode::Required).create(&RootKey::generate()?)?;
/// let project = vault.scope("acme/billing")?;
/// project.put("STRIPE_KEY", "sk_live_...")?;
/// project.resolve("Bearer <<$secret.STRIPE_KEY>>")?;
/// let newest = vault.audit("acme")?.entries().next().unwrap()?;
/// assert_eq!(newest.action, AuditAction::Use);
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuditMode {
    /// Uses are not logged.
    Off,
    /// Entries about uses wait in memory and are stored together, within the
    /// [limits](crate::AuditLimits). A use costs nearly nothing. Whoever ends the process before
    /// they are stored takes them away; what is lost for another reason is counted and told.
    Batched,
    /// No value leaves before its entry is durable. A call whose entry cannot be stored is refused
    /// with the error of the store. So each call is a write to the store, and with a
    /// [rollback anchor](crate::RollbackAnchor) to the anchor too. Entries about refused uses are
    /// stored as in [`Batched`](AuditMode::Batched).
    Required,
}
