//! The audit log of an organization or a scope.

use std::fmt;
use std::sync::Arc;

use super::cursor::AuditCursor;
use super::entries::AuditEntries;
use super::follow::AuditFollow;
use super::page::AuditPage;
use super::query::AuditQuery;
use super::reader::Reader;
use crate::error::{Error, ErrorKind, Result};
use crate::record::AuditEntry;
use crate::scope::Scope;
use crate::store::Partition;
use crate::vault::core::Core;
use crate::vault::hashed_scope::HashedScope;
use crate::vault::permissions::Permissions;
use crate::vault::scoped::ScopedVault;

/// The audit log of an organization, from [`Vault::audit`](crate::Vault::audit), or of a
/// scope, from [`ScopedVault::audit`].
///
/// It is two logs: one of changes and one of uses, which are read as one.
#[derive(Clone)]
pub struct AuditLog {
    pub(super) core: Arc<Core>,
    pub(super) tenant: HashedScope,
    pub(super) uses: Partition,
    within: Option<Scope>,
    /// True unless it is the log of a handle that may not read.
    may_read: bool,
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
            may_read: true,
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
        self.read(&AuditQuery::new(), None)
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
        self.read(&AuditQuery::new().oldest_first(), None)
    }

    /// Returns the entries that fit a question.
    ///
    /// ```
    /// use keyslot::{AuditMode, AuditQuery, RootKey, SecretName, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
    /// let project = vault.scope("acme")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// project.put("CRM_TOKEN", "a value")?;
    /// let query = AuditQuery::new().name(SecretName::new("CRM_TOKEN")?);
    /// assert_eq!(vault.audit("acme")?.find(&query).count(), 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`entries`](AuditLog::entries).
    pub fn find(&self, query: &AuditQuery) -> AuditEntries {
        self.read(query, None)
    }

    /// Returns a page of the entries that fit a question: `limit` at most, from a place on or from
    /// the first one. The same question must be asked for each page.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{AuditMode, AuditQuery, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// let page = vault.audit("acme")?.page(&AuditQuery::new(), None, 100)?;
    /// assert_eq!((page.entries.len(), page.next), (1, None));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`entries`](AuditLog::entries).
    pub fn page(
        &self,
        query: &AuditQuery,
        after: Option<AuditCursor>,
        limit: usize,
    ) -> Result<AuditPage> {
        let (entries, next) = self.some(query, after, limit)?;
        let is_full = entries.len() >= limit;
        Ok(AuditPage::new(entries, is_full.then_some(next)))
    }

    /// Follows the log from its end on: see [`AuditFollow`].
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// assert!(vault.audit("acme")?.follow()?.poll()?.is_empty());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the store cannot be read, or the head of a log is not what this vault wrote.
    pub fn follow(&self) -> Result<AuditFollow> {
        let newest_first = AuditQuery::new();
        let mut end = self.read(&newest_first, None).cursor()?;
        // The place before an entry that is not there yet is the one behind the last.
        for position in [&mut end.changes, &mut end.uses] {
            position.row = position.row.saturating_add(1);
            position.entry = position.entry.saturating_sub(1);
        }
        Ok(self.follow_from(end))
    }

    /// Follows the log from a place on.
    ///
    /// ```
    /// use keyslot::{AuditMode, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
    /// let log = vault.audit("acme")?;
    /// let from = log.follow()?.cursor();
    /// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// assert_eq!(log.follow_from(from).poll()?.len(), 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn follow_from(&self, place: AuditCursor) -> AuditFollow {
        AuditFollow::new(self.clone(), place)
    }

    /// Refuses the log of a scope.
    ///
    /// # Errors
    ///
    /// [`Denied`](ErrorKind::Denied).
    pub(super) fn must_be_whole(&self) -> Result<()> {
        if self.within.is_none() {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Denied,
            "the log of a scope is a part of that of its organization; ask the vault for that one",
        ))
    }

    /// Some entries, and the place behind them.
    pub(super) fn some(
        &self,
        query: &AuditQuery,
        after: Option<AuditCursor>,
        limit: usize,
    ) -> Result<(Vec<AuditEntry>, AuditCursor)> {
        let mut all = self.read(query, after);
        let entries = all.by_ref().take(limit).collect::<Result<_>>()?;
        Ok((entries, all.cursor()?))
    }

    fn read(&self, query: &AuditQuery, after: Option<AuditCursor>) -> AuditEntries {
        let log = |partition, position| {
            let core = Arc::clone(&self.core);
            Reader::new(core, partition, !query.oldest_first, position)
        };
        let logs = [
            log(self.tenant.partition, after.map(|after| after.changes)),
            log(self.uses, after.map(|after| after.uses)),
        ];
        AuditEntries::new(logs, query.clone(), self.within.clone(), self.may_read)
    }
}

impl ScopedVault {
    /// Returns the audit log of this scope and those within it: the calls of handles on them. It
    /// has no entries for a handle without [`READ`](Permissions::READ).
    ///
    /// ```
    /// use keyslot::{AuditMode, Permissions, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
    /// let (billing, sales) = (vault.scope("acme/billing")?, vault.scope("acme/sales")?);
    /// billing.put("STRIPE_KEY", "sk_live_...")?;
    /// assert_eq!(billing.audit().entries().count(), 1);
    /// assert_eq!(sales.audit().entries().count(), 0);
    /// assert_eq!(vault.scope("acme")?.audit().entries().count(), 1);
    /// assert_eq!(billing.with(Permissions::USE).audit().entries().count(), 0);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn audit(&self) -> AuditLog {
        let (core, own) = (self.shared_core(), self.own().clone());
        let within = Some(own.scope.clone());
        AuditLog {
            may_read: self.may(Permissions::READ),
            ..AuditLog::new(core, own, within)
        }
    }
}

impl fmt::Debug for AuditLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditLog")
            .field("organization", &self.tenant.scope.tenant())
            .field("within", &self.within)
            .finish_non_exhaustive()
    }
}
