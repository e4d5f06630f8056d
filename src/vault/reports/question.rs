//! The questions that reports answer.

use std::time::{Duration, SystemTime};

use crate::record::SecretInfo;
use crate::status::Status;

/// A question for secrets that somebody should look at: see
/// [`ScopedVault::report`](crate::ScopedVault::report).
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use keyslot::{Report, RootKey, Vault};
///
/// let vault = Vault::builder().count_uses(true).create(&RootKey::generate()?)?;
/// let project = vault.scope("acme")?;
/// project.put("STRIPE_KEY", "sk_live_...")?;
/// let soon = SystemTime::now() + Duration::from_secs(60);
/// let page = project.report(Report::UnusedSince(soon), None, 100)?;
/// assert_eq!(page.rows[0].info.name.as_str(), "STRIPE_KEY");
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Report {
    /// Secrets that were not used since a time, and are older than that themselves. It knows the
    /// uses that were [counted](crate::VaultBuilder::count_uses) and stored. Revoked ones are left
    /// out.
    UnusedSince(SystemTime),
    /// Secrets that expire within a time from now, or have expired. Revoked ones are left out.
    ExpiringWithin(Duration),
    /// Secrets whose newest value is older than it [should be](SecretInfo::due_for_rotation).
    /// Revoked ones are left out.
    DueForRotation,
    /// Secrets that hide one of the same name in a scope above.
    Shadowed,
    /// Secrets that no [document](crate::Documents) needs. Revoked ones are left out.
    Unreferenced,
    /// Secrets that documents need, but that cannot be used: inactive, revoked or expired.
    InactiveReferenced,
}

impl Report {
    /// Returns true if the report counts documents.
    pub(super) fn counts_documents(self) -> bool {
        matches!(self, Self::Unreferenced | Self::InactiveReferenced)
    }

    /// Returns true if a record may be in the report, as far as the record says.
    pub(super) fn may_have(self, info: &SecretInfo, now: SystemTime) -> bool {
        let is_revoked = info.status == Status::Revoked;
        let expires_until = |time| info.expires_at.is_some_and(|expires| expires <= time);
        match self {
            Self::UnusedSince(time) => !is_revoked && info.created_at < time,
            Self::ExpiringWithin(left) => {
                let until = now.checked_add(left);
                !is_revoked && until.map_or(info.expires_at.is_some(), expires_until)
            }
            Self::DueForRotation => !is_revoked && info.due_for_rotation(now),
            Self::Shadowed => true,
            Self::Unreferenced => !is_revoked,
            Self::InactiveReferenced => info.status != Status::Active || expires_until(now),
        }
    }
}
