//! Ways out for an operator, where a record or a head cannot be read any more.

use super::vault::Vault;
use crate::error::{Error, Result};
use crate::name::SecretName;
use crate::record::AuditAction;
use crate::scope::Scope;
use crate::vault::observer::Action;
use crate::vault::reason;
use crate::vault::repair::Repair;

impl Vault {
    /// Revokes a secret whose record cannot be read, or is gone: where
    /// [`revoke`](crate::ScopedVault::revoke) and [`delete`](crate::ScopedVault::delete) fail as
    /// [`Corrupt`](crate::ErrorKind::Corrupt). The name becomes that of a revoked secret, which
    /// goes on hiding secrets of the same name above; its values are erased. From then on it can be
    /// [deleted](crate::ScopedVault::force_delete), or a
    /// [new secret](crate::ScopedVault::replace_revoked) can take its place.
    ///
    /// For operators: a handle on a scope does not have it. Restore a backup instead, where there
    /// is one. The head of the tenant is made anew as by [`rebuild_head`](Vault::rebuild_head), and
    /// what is said there holds. Older values in the scope that no readable record names are erased
    /// too: nothing can open them. The reason is told to the
    /// [observer](crate::Observer::repaired).
    ///
    /// No value comes back by it, and nothing that is refused becomes allowed. The identity of the
    /// secret is a new one, and its numbers of versions go on above all that it may have had.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::store::{Kind, MemoryStore, Partition, SecretStore};
    /// use keyslot::{ErrorKind, RootKey, Vault};
    ///
    /// let (store, key) = (MemoryStore::new(), RootKey::generate()?);
    /// let vault = Vault::builder().store(store.clone()).create(&key)?;
    /// let project = vault.scope("acme/billing")?;
    /// project.put("TOKEN", "t-1")?;
    /// # use keyslot::store::{Cursor, PageSize, Scan};
    /// # let tenant = store.partitions(Some(Partition::VAULT), std::num::NonZeroU32::MIN)?[0];
    /// # let all = Scan {
    /// #     kind: Kind::Secret,
    /// #     scope: None,
    /// #     from: Cursor::START,
    /// #     size: PageSize::MAX,
    /// #     bodies: true,
    /// # };
    /// # let mut row = store.scan(tenant, &all)?.rows.remove(0);
    /// # *row.info.last_mut().unwrap() ^= 1;
    /// # store.write(tenant, &[], &mut |_, tx| tx.put(&row))?;
    /// // A bit of its record is damaged.
    /// assert_eq!(project.revoke("TOKEN").unwrap_err().kind(), ErrorKind::Corrupt);
    ///
    /// let repair = vault.revoke_lost("acme/billing", "TOKEN", "a bad disk, ticket 4711")?;
    /// assert_eq!((repair.tombstones, repair.unreadable), (1, 0));
    /// assert!(vault.verify()?.is_intact());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when the record can be read, or for the
    /// reason as [`accept_rollback`](Vault::accept_rollback) says; those of
    /// [`rebuild_head`](Vault::rebuild_head).
    pub fn revoke_lost<S>(
        &self,
        scope: S,
        name: impl AsRef<str>,
        reason: impl AsRef<str>,
    ) -> Result<Repair>
    where
        S: TryInto<Scope>,
        S::Error: Into<Error>,
    {
        let scope = scope.try_into().map_err(Into::into)?;
        let (name, reason) = (SecretName::new(name)?, reason::check(reason.as_ref())?);
        let handle = self.scope(scope.clone())?;
        let call = self.operator.call(AuditAction::RevokeLost);
        let begun = handle.begin();
        let repair = self.core.rebuild(
            &self.core.hashed(&scope),
            Some(&name),
            call.because(Some(reason)),
        );
        handle.tell(|| {
            let outcome = repair.as_ref().map(drop).map_err(Error::kind);
            handle.event(begun, Action::Revoke, &name, outcome)
        });
        self.tell_repaired(&scope, reason, repair)
    }

    /// Makes the head of an organization anew from the records that can be read: where every write
    /// to the organization fails because its head cannot be read.
    ///
    /// For operators: it accepts the rows as they are now. A row that was deleted or put back from
    /// an older copy until then is not found any more, and a secret above shows where a record is
    /// gone. So restore a backup instead, where there is one, and look at the organization's
    /// secrets afterwards. The reason is told to the [observer](crate::Observer::repaired).
    ///
    /// The head of the organization's log of uses is made anew as well, if it cannot be read: no
    /// value leaves an open vault that [requires](crate::AuditMode::Required) an entry for it.
    ///
    /// One write that reads all records of the organization. Where the head was lost together with
    /// its newest records, its epoch may be one that was used before: other processes and an
    /// [anchor](crate::RollbackAnchor) then say [`Tampered`](crate::ErrorKind::Tampered) until
    /// [`accept_rollback`](Vault::accept_rollback) is called. A vault does not open with an anchor
    /// that has a mark of such an organization: open it without the anchor for this call.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("TOKEN", "t-1")?;
    /// let repair = vault.rebuild_head("acme", "a bad disk, ticket 4711")?;
    /// assert_eq!((repair.secrets, repair.unreadable, repair.missing), (1, 0, Some(0)));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) when the organization has stored nothing;
    /// [`Corrupt`](crate::ErrorKind::Corrupt) when none of its data keys can be read, or an index
    /// of the store is damaged; [`InvalidInput`](crate::ErrorKind::InvalidInput) for the reason, as
    /// [`accept_rollback`](Vault::accept_rollback) says; or why the store cannot be written.
    pub fn rebuild_head<S>(&self, organization: S, reason: impl AsRef<str>) -> Result<Repair>
    where
        S: TryInto<Scope>,
        S::Error: Into<Error>,
    {
        let scope = organization.try_into().map_err(Into::into)?;
        let reason = reason::check(reason.as_ref())?;
        let call = self.operator.call(AuditAction::RebuildHead);
        let call = call.because(Some(reason));
        let repair = self.core.rebuild(&self.core.hashed(&scope), None, call);
        self.tell_repaired(&scope, reason, repair)
    }

    fn tell_repaired(&self, scope: &Scope, reason: &str, repair: Result<Repair>) -> Result<Repair> {
        if let (Ok(_), Some(observer)) = (&repair, &self.core.observer) {
            observer.repaired(scope, reason);
        }
        repair
    }
}
