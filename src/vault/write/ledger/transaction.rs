//! The transaction of a write.

use std::mem;
use std::sync::Arc;

use super::account::{Account, Written};
use super::data_keys::erased;
use super::read_ahead::ReadAhead;
use crate::actor::Actor;
use crate::crypto::{Facts, Info, KeyId, Timestamp};
use crate::error::Result;
use crate::store::{Row, RowKey, WriteTx};
use crate::vault::audit::Noted;
use crate::vault::call::Call;
use crate::vault::core::Core;
use crate::vault::guarded::WriteGuard;
use crate::vault::hashed_scope::{HashedScope, head_row};
use crate::vault::high_water::Mark;
use crate::vault::keyring::data_key_row;
use crate::vault::numbers::exhausted;
use crate::vault::own_rows::replaced;
use crate::vault::rows::{corrupt, get_in, get_one_in};
use crate::vault::tenant_key::TenantKey;

/// One write to the secrets of a tenant. Everything it reads is true until it commits, because
/// nobody else writes meanwhile; everything it writes becomes visible at once or not at all.
pub(in crate::vault::write) struct Ledger<'a> {
    pub(super) core: &'a Core,
    pub(super) tx: &'a mut dyn WriteTx,
    ahead: ReadAhead,
    /// A scope of the tenant.
    pub(super) scope: &'a HashedScope,
    /// The account of the tenant; `None` until it is stored or written to for the first time.
    pub(super) account: Option<Account>,
    /// The view of the tenant, if the vault has a guard.
    pub(super) guard: WriteGuard,
    /// True once something was written, all of it in one epoch.
    pub(super) changed: bool,
    /// True if the vault key was looked at and is current.
    knows_vault_key: bool,
    /// True if the write ended because that is not known.
    is_held: bool,
    /// The time of the write.
    pub(in crate::vault::write) now: Timestamp,
    /// Actor of the write.
    pub(in crate::vault::write) actor: Option<&'a Actor>,
    /// The call that the write is made by.
    call: Call<'a>,
    /// Entries for the audit log.
    noted: Noted,
}

impl Core {
    /// Runs `work` as one write to the tenant of `scope`. It may run again when the store has to
    /// retry. The rows of `first` are read together with the lock.
    ///
    /// One call of the store, but for the write that begins a tenant, which makes a data key: that
    /// takes four. Another process may replace the vault key meanwhile, and a store may lock the
    /// vault's own rows apart from those of the tenant, so no transaction sees both.
    ///
    /// 1. A write finds that the tenant is not there, and is given up. To look at the vault key
    ///    before it would save this call once for a tenant, and cost one more for each tenant in
    ///    each process that writes to it: nothing but its rows tells if a tenant is new.
    /// 2. A look at the vault key. Without it, a process that has an older one would leave a tenant
    ///    behind that opens for nobody. It is not made within a write, because it would hold a lock
    ///    and a connection while it waits for another connection, of which a pool may have one.
    /// 3. The write.
    /// 4. A look after the commit. Whoever replaces the vault key after that finds the new data key
    ///    as all others. Whoever did so before may have passed the tenant by, and then nobody may
    ///    be told that it is stored.
    pub(in crate::vault::write) fn write<T>(
        &self,
        scope: &HashedScope,
        call: Call<'_>,
        first: &[RowKey],
        mut work: impl FnMut(&mut Ledger<'_>) -> Result<T>,
    ) -> Result<T> {
        self.prepare_guard(scope.partition)?;
        let seen = self.seen.of(scope.partition);
        let mut keys = vec![head_row(scope.partition)];
        // The data key that sealed last is nearly always the one that seals now.
        let active_key = self.seen.active_key(scope.partition);
        keys.extend(active_key.map(data_key_row));
        keys.extend(first);
        // True once the write was held because it begins the tenant's account.
        let mut is_held = false;
        let mut commit = |knows_vault_key: bool, is_held: &mut bool| {
            self.commit(scope.partition, &keys, |rows, tx| {
                let ahead = ReadAhead::new(&keys, rows)?;
                let mut ledger = Ledger::open(self, tx, ahead, scope, call, seen)?;
                ledger.knows_vault_key = knows_vault_key;
                let result = work(&mut ledger);
                if ledger.is_held {
                    *is_held = true;
                    return Err(replaced());
                }
                Ok((result?, ledger.close()?))
            })
        };
        let mut outcome = commit(false, &mut is_held);
        if is_held {
            self.check_vault_key()?;
            outcome = commit(true, &mut is_held);
        }
        let (result, written) = outcome.map_err(|error| self.explained(error))?;
        if let Some(Written { mark, key, is_new }) = written {
            if is_new {
                self.keys.keep(&key);
            }
            self.note_head(scope.partition, mark, key.id());
            if is_held && is_new {
                self.confirm_vault_key(&key)?;
            }
        }
        Ok(result)
    }
}

impl<'a> Ledger<'a> {
    fn open(
        core: &'a Core,
        tx: &'a mut dyn WriteTx,
        ahead: ReadAhead,
        scope: &'a HashedScope,
        call: Call<'a>,
        seen: Option<Mark>,
    ) -> Result<Self> {
        let now = core.clock.now()?.reading;
        let mut ledger = Self {
            core,
            tx,
            ahead,
            scope,
            account: None,
            guard: WriteGuard::default(),
            changed: false,
            knows_vault_key: false,
            is_held: false,
            now,
            actor: call.actor,
            call,
            noted: Noted::default(),
        };
        let row = ledger.get_one(head_row(scope.partition))?;
        let head = core.admit_head(scope.partition, row.as_ref(), seen)?;
        let found = row.as_ref().zip(head.as_ref());
        ledger.guard = WriteGuard::open(core, scope.partition, ledger.tx, found)?;
        if let Some(head) = head {
            let key = ledger.get_one(data_key_row(head.active_key))?;
            ledger.account = Some(Account::stored(core, head, key)?);
        }
        Ok(ledger)
    }

    /// Reads rows together that are going to be asked for one by one.
    pub(in crate::vault::write) fn read_ahead(&mut self, keys: &[RowKey]) -> Result<()> {
        self.ahead = ReadAhead::new(keys, get_in(self.tx, keys)?)?;
        Ok(())
    }

    /// Reads one row, unless it was read ahead.
    pub(super) fn get_one(&mut self, key: RowKey) -> Result<Option<Row>> {
        let tx = &mut *self.tx;
        self.ahead.take_or(&key, || get_one_in(tx, key))
    }

    fn close(self) -> Result<Option<Written>> {
        let Some(mut account) = self.account.filter(|_| self.changed) else {
            return Ok(None);
        };
        if let Some(row) = &account.first_key {
            self.tx.put(row)?;
        }
        let (partition, head) = (self.scope.partition, &mut account.head);
        self.core
            .log_change(self.tx, partition, head, &self.noted, self.now)?;
        let row = self.core.seal_head(self.scope.partition, &account.head)?;
        self.tx.put(&row)?;
        Ok(Some(Written {
            mark: Mark::of(&row, &account.head)?,
            is_new: account.is_new_key,
            key: account.key,
        }))
    }

    /// Notes what is done to a secret, for the audit log.
    pub(super) fn note(&mut self, info: &Info) {
        let newest = info.newest();
        self.note_more(&Facts {
            name: Some(&info.name),
            record: Some(info.record),
            version: newest.map(|kept| kept.version),
            fingerprint: newest.and_then(|kept| kept.fingerprint),
            ..self.call.facts(self.now, &info.scope)
        });
    }

    /// Notes what is done to the data keys of the tenant, for the audit log.
    pub(in crate::vault::write) fn note_keys(&mut self, generation: u32, count: Option<u64>) {
        self.note_more(&Facts {
            generation: Some(generation),
            count,
            ..self.call.facts(self.now, &self.scope.scope)
        });
    }

    fn note_more(&mut self, facts: &Facts<'_>) {
        let head = self.account.as_ref().map(|account| &account.head);
        if self.core.logs_changes(head) {
            self.noted.push(facts);
        }
    }

    /// The account of the tenant, which begins with the first write.
    pub(super) fn account(&mut self) -> Result<&mut Account> {
        if self.account.is_none() {
            self.needs_vault_key()?;
            self.account = Some(Account::first(self.core, self.scope, self.now)?);
        }
        self.account.as_mut().ok_or_else(exhausted)
    }

    /// Holds the write until the vault key is known to be current, because it makes a data key.
    pub(super) fn needs_vault_key(&mut self) -> Result<()> {
        self.is_held = !self.knows_vault_key;
        if self.is_held {
            return Err(replaced());
        }
        Ok(())
    }

    /// The account of the tenant, in the epoch of this write.
    pub(super) fn begun(&mut self) -> Result<&mut Account> {
        let is_first = !mem::replace(&mut self.changed, true);
        let account = self.account()?;
        if is_first {
            account.next_epoch()?;
        }
        Ok(account)
    }

    /// The data key of a name.
    pub(super) fn key_of(&mut self, id: KeyId) -> Result<Arc<TenantKey>> {
        let own = self.account.as_ref().map(|account| &account.key);
        if let Some(key) = own.filter(|key| key.id() == id) {
            return Ok(Arc::clone(key));
        }
        let key = if let Some(key) = self.core.keys.known(id) {
            key
        } else {
            let row = self.get_one(data_key_row(id))?;
            let row = row.ok_or_else(|| corrupt("the data key of a tenant is missing"))?;
            self.core.keys.learn(self.core.keys.open_data_key(&row)?)
        };
        // What was sealed before an erasure is not accounted for any more.
        if self.is_erased(key.about().generation) {
            return Err(erased());
        }
        Ok(key)
    }
}
