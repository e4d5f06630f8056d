//! The audit log of an organization or a scope.

use std::fmt;
use std::sync::Arc;

use super::cursor::{AuditCursor, CursorLogs, Position};
use super::entries::AuditEntries;
use super::follow::AuditFollow;
use super::page::AuditPage;
use super::query::AuditQuery;
use super::reader::Reader;
use crate::actor::Actor;
use crate::error::{Error, ErrorKind, Result};
use crate::record::AuditEntry;
use crate::scope::Scope;
use crate::store::Partition;
use crate::vault::core::Core;
use crate::vault::hashed_scope::HashedScope;
use crate::vault::permissions::Permissions;
use crate::vault::scoped::ScopedVault;

/// The audit log of an organization, from [`Vault::audit`](crate::Vault::audit), of a
/// scope, from [`ScopedVault::audit`], or of the keys that open the vault, from
/// [`Vault::key_log`](crate::Vault::key_log).
///
/// That of an organization is two logs: one of changes and one of uses, which are read as one.
#[derive(Clone)]
pub struct AuditLog {
    pub(super) core: Arc<Core>,
    /// The organization, or a scope of it; `None` for the log of keys.
    pub(super) organization: Option<Scope>,
    /// The partition of the log of changes, or of keys.
    pub(super) changes: Partition,
    pub(super) uses: Option<Partition>,
    /// The actor of what is done to the log.
    pub(super) actor: Option<Actor>,
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
            organization: Some(tenant.scope),
            changes: tenant.partition,
            uses: Some(uses),
            actor: None,
            within,
            may_read: true,
        }
    }

    /// The log of the keys that open the vault.
    pub(in crate::vault) fn of_keys(core: Arc<Core>) -> Self {
        Self {
            core,
            organization: None,
            changes: Partition::VAULT,
            uses: None,
            actor: None,
            within: None,
            may_read: true,
        }
    }

    /// The same log, for an actor if there is one.
    pub(in crate::vault) fn by(self, actor: Option<Actor>) -> Self {
        Self { actor, ..self }
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
    /// the first one. The same question must be asked for each page. It reads on to the entry
    /// behind the page, to say if there is another page.
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
    /// Those of [`entries`](AuditLog::entries);
    /// [`Tampered`](crate::ErrorKind::Tampered), too, when the log ends before the place;
    /// [`InvalidInput`](ErrorKind::InvalidInput) for a cursor that is not of this log and order.
    pub fn page(
        &self,
        query: &AuditQuery,
        after: Option<AuditCursor>,
        limit: usize,
    ) -> Result<AuditPage> {
        let mut all = self.read_after(query, after)?;
        let entries: Vec<AuditEntry> = all.by_ref().take(limit).collect::<Result<_>>()?;
        let next = self.cursor(query.oldest_first, all.positions()?);
        let is_more = entries.len() >= limit && all.next().transpose()?.is_some();
        Ok(AuditPage::new(entries, is_more.then_some(next)))
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
        let end = |log| -> Result<Position> {
            let log = self.core.log_state(log)?;
            Ok(Position::behind(log.map(|log| log.end).unwrap_or_default()))
        };
        let uses = self.uses.map(end).transpose()?.unwrap_or_default();
        let ends = [end(self.changes)?, uses];
        Ok(self.follow_from(self.cursor(true, ends)))
    }

    /// Follows the log from a place on: that of a follower, or of a page of a question that asks
    /// for the oldest entries first.
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
        let mut all = self.read_after(query, after)?;
        let entries = all.by_ref().take(limit).collect::<Result<_>>()?;
        Ok((entries, self.cursor(query.oldest_first, all.positions()?)))
    }

    /// The entries from a place on, which must be one of this log.
    fn read_after(&self, query: &AuditQuery, after: Option<AuditCursor>) -> Result<AuditEntries> {
        if let Some(after) = &after {
            self.cursor_logs().check(after, query.oldest_first)?;
        }
        Ok(self.read(query, after))
    }

    fn cursor(&self, oldest_first: bool, positions: [Position; 2]) -> AuditCursor {
        self.cursor_logs().cursor(oldest_first, positions)
    }

    fn cursor_logs(&self) -> CursorLogs<'_> {
        CursorLogs {
            keys: self.core.keys.sub(),
            changes: self.changes,
            uses: self.uses.unwrap_or(Partition::VAULT),
        }
    }

    fn read(&self, query: &AuditQuery, after: Option<AuditCursor>) -> AuditEntries {
        let log = |partition, position| {
            let core = Arc::clone(&self.core);
            Reader::new(core, partition, !query.oldest_first, position)
        };
        let changes = log(self.changes, after.map(|after| after.changes));
        let uses = self.uses;
        let uses = uses.map(|uses| log(uses, after.map(|after| after.uses)));
        AuditEntries::new(
            [Some(changes), uses],
            query.clone(),
            self.within.clone(),
            self.may_read,
        )
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
            .field(
                "organization",
                &self.organization.as_ref().map(Scope::tenant),
            )
            .field("within", &self.within)
            .finish_non_exhaustive()
    }
}
