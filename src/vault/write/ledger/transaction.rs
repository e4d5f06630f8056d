//! The transaction of a write.

use std::sync::Arc;

use super::account::{Account, Written};
use crate::actor::Actor;
use crate::crypto::{KeyId, Timestamp};
use crate::error::{Error, ErrorKind, Result};
use crate::store::WriteTx;
use crate::vault::core::Core;
use crate::vault::hashed_scope::{HashedScope, head_row};
use crate::vault::high_water::Mark;
use crate::vault::keyring::data_key_row;
use crate::vault::rows::{corrupt, get_one_in};
use crate::vault::tenant_key::TenantKey;
use crate::vault::write::numbers::exhausted;

/// One write to the secrets of a tenant. Everything it reads is true until it commits, because
/// nobody else writes meanwhile; everything it writes becomes visible at once or not at all.
pub(in crate::vault::write) struct Ledger<'a> {
    pub(super) core: &'a Core,
    pub(super) tx: &'a mut dyn WriteTx,
    /// A scope of the tenant.
    pub(super) scope: &'a HashedScope,
    /// The account of the tenant; `None` until it is stored or written to for the first time.
    pub(super) account: Option<Account>,
    /// True once something was written, all of it in one epoch.
    pub(super) changed: bool,
    /// The time of the write.
    pub(in crate::vault::write) now: Timestamp,
    /// Actor of the write.
    pub(in crate::vault::write) actor: Option<&'a Actor>,
}

impl Core {
    /// Runs `work` as one write to the tenant of `scope`. It may run again when the store has to
    /// retry.
    pub(in crate::vault::write) fn write<T>(
        &self,
        scope: &HashedScope,
        actor: Option<&Actor>,
        mut work: impl FnMut(&mut Ledger<'_>) -> Result<T>,
    ) -> Result<T> {
        let seen = self.seen.of(scope.tenant_tag);
        let mut done = None;
        self.store.write(&head_row(scope.tenant_tag), &mut |tx| {
            // Nothing of a run counts if the store runs it again.
            done = None;
            let mut ledger = Ledger::open(self, tx, scope, actor, seen)?;
            let result = work(&mut ledger)?;
            done = Some((result, ledger.close()?));
            Ok(())
        })?;
        let (result, written) = done.ok_or_else(|| {
            Error::new(
                ErrorKind::Store,
                "the store did not run a write that it says it ran",
            )
        })?;
        // Only now, because nobody ever sees rows that are not committed.
        if let Some(Written { mark, new_key }) = written {
            self.seen.note(scope.tenant_tag, mark);
            if let Some(key) = &new_key {
                self.keys.keep(key);
            }
        }
        Ok(result)
    }
}

impl<'a> Ledger<'a> {
    fn open(
        core: &'a Core,
        tx: &'a mut dyn WriteTx,
        scope: &'a HashedScope,
        actor: Option<&'a Actor>,
        seen: Option<Mark>,
    ) -> Result<Self> {
        let now = core.clock.now()?.reading;
        let row = get_one_in(tx, head_row(scope.tenant_tag))?;
        let account = match core.admit_head(scope.tenant_tag, row.as_ref(), seen)? {
            Some(head) => Some(Account::read(core, tx, head)?),
            None => None,
        };
        Ok(Self {
            core,
            tx,
            scope,
            account,
            changed: false,
            now,
            actor,
        })
    }

    fn close(self) -> Result<Option<Written>> {
        let Some(account) = self.account.filter(|_| self.changed) else {
            return Ok(None);
        };
        if let Some(row) = &account.first_key {
            self.tx.put(row)?;
        }
        let row = self.core.seal_head(self.scope.tenant_tag, &account.head)?;
        self.tx.put(&row)?;
        Ok(Some(Written {
            mark: Mark::of(&row, &account.head)?,
            new_key: account.first_key.map(|_| account.key),
        }))
    }

    /// The account of the tenant, which begins with the first write.
    pub(super) fn account(&mut self) -> Result<&mut Account> {
        if self.account.is_none() {
            self.account = Some(Account::first(self.core, self.scope)?);
        }
        self.account.as_mut().ok_or_else(exhausted)
    }

    /// The data key of a name.
    pub(super) fn key_of(&mut self, id: KeyId) -> Result<Arc<TenantKey>> {
        let own = self.account.as_ref().map(|account| &account.key);
        if let Some(key) = own.filter(|key| key.id() == id) {
            return Ok(Arc::clone(key));
        }
        if let Some(key) = self.core.keys.known(id) {
            return Ok(key);
        }
        let row = get_one_in(self.tx, data_key_row(id))?;
        let row = row.ok_or_else(|| corrupt("the data key of a tenant is missing"))?;
        Ok(self.core.keys.learn(self.core.keys.open_data_key(&row)?))
    }
}
