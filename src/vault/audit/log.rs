//! The audit log of an organization or a scope.

use std::fmt;
use std::sync::Arc;

use super::entries::AuditEntries;
use super::reader::Reader;
use crate::scope::Scope;
use crate::store::Partition;
use crate::vault::core::Core;
use crate::vault::hashed_scope::HashedScope;

/// The audit log of an organization, from [`Vault::audit`](crate::Vault::audit).
///
/// It is two logs: one of changes and one of uses, which are read as one.
#[derive(Clone)]
pub struct AuditLog {
    core: Arc<Core>,
    tenant: HashedScope,
    uses: Partition,
    within: Option<Scope>,
}

impl AuditLog {
    pub(in crate::vault) fn new(
        core: Arc<Core>,
        tenant: HashedScope,
        within: Option<Scope>,
    ) -> Self {
        let uses = core.uses_of(tenant.scope.tenant());
        Self {
            core,
            tenant,
            uses,
            within,
        }
    }

    /// Returns the entries, the newest first. Each one is held against the sealed head of its log.
    ///
    /// ```
    /// use keyslot::{AuditAction, AuditMode, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
    /// let project = vault.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// project.revoke("STRIPE_KEY")?;
    /// let actions: Vec<_> = vault
    ///     .audit("acme")?
    ///     .entries()
    ///     .map(|entry| Ok(entry?.action))
    ///     .collect::<keyslot::Result<_>>()?;
    /// assert_eq!(actions, [AuditAction::Revoke, AuditAction::Put]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// An entry is an error when the store cannot be read, or
    /// [`Tampered`](crate::ErrorKind::Tampered) when it is not the one that the head accounts for.
    pub fn entries(&self) -> AuditEntries {
        self.read(true)
    }

    /// Returns the entries, the oldest first.
    ///
    /// ```
    /// use keyslot::{AuditAction, AuditMode, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// let first = vault.audit("acme")?.oldest_first().next().unwrap()?;
    /// assert_eq!((first.number, first.action), (1, AuditAction::Put));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`entries`](AuditLog::entries).
    pub fn oldest_first(&self) -> AuditEntries {
        self.read(false)
    }

    fn read(&self, newest_first: bool) -> AuditEntries {
        let log = |partition| Reader::new(Arc::clone(&self.core), partition, newest_first);
        let logs = [log(self.tenant.partition), log(self.uses)];
        AuditEntries::new(logs, newest_first, self.within.clone())
    }
}

impl fmt::Debug for AuditLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditLog")
            .field("organization", &self.tenant.scope)
            .field("within", &self.within)
            .finish_non_exhaustive()
    }
}
