//! Modes of an audit log.

use crate::text::coded_enum;

/// The way in which an open vault logs *uses*: see
/// [`VaultBuilder::audit`](crate::VaultBuilder::audit). Changes are logged in each of them. In text
/// and JSON, its code.
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

impl AuditMode {
    const ALL: [Self; 3] = [Self::Off, Self::Batched, Self::Required];

    /// Returns the code of the mode, as in JSON. It never changes.
    ///
    /// ```
    /// use keyslot::AuditMode;
    ///
    /// assert_eq!(AuditMode::Batched.as_str(), "batched");
    /// assert_eq!("batched".parse::<AuditMode>()?, AuditMode::Batched);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Batched => "batched",
            Self::Required => "required",
        }
    }
}

coded_enum!(AuditMode, "the mode of an audit log");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn every_mode_is_read_as_it_is_written() {
        for mode in AuditMode::ALL {
            assert_eq!(mode.to_string().parse::<AuditMode>().unwrap(), mode);
            let json = serde_json::to_string(&mode).unwrap();
            assert_eq!(serde_json::from_str::<AuditMode>(&json).unwrap(), mode);
        }
        let error = "Batched".parse::<AuditMode>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(
            error.to_string(),
            "the mode of an audit log is one of off, batched, required"
        );
    }
}
