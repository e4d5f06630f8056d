//! The data keys of the tenant of a ledger.

use std::sync::Arc;

use super::transaction::Ledger;
use crate::crypto::{DataKeyState as State, KeyId};
use crate::error::{Error, ErrorKind, Result};
use crate::scope::Scope;
use crate::store::{Kind, Row};
use crate::vault::key_uses::KeyUses;
use crate::vault::keyring::data_key_row;
use crate::vault::numbers::exhausted;
use crate::vault::rows::{corrupt, get_one_in};
use crate::vault::tenant_key::TenantKey;
use crate::vault::walk::Walk;

/// The error for a row that is sealed with a data key of before an erasure.
pub(super) fn erased() -> Error {
    Error::new(
        ErrorKind::Corrupt,
        "a secret of before an erasure is still stored; call erase_tenant again",
    )
}

/// Refuses to destroy a data key that is in use.
///
/// # Errors
///
/// [`Conflict`](ErrorKind::Conflict).
pub(in crate::vault::write) fn check_unused(
    organization: &Scope,
    generation: u32,
    is_active: bool,
    rows: u64,
) -> Result<()> {
    let message = match (is_active, rows) {
        (true, _) => format!(
            "data key {generation} of {organization} seals what is stored now; rotate it and \
             rewrap first"
        ),
        (_, 0) => return Ok(()),
        (_, rows) => format!(
            "{rows} rows are sealed with data key {generation} of {organization}; rewrap first, \
             and see with verify whether some cannot be read"
        ),
    };
    Err(Error::new(ErrorKind::Conflict, message))
}

/// The most data keys of a tenant that are not destroyed. A rewrap opens them all.
const MAX_KEYS: usize = 64;

impl Ledger<'_> {
    /// Makes a new data key that seals from now on; the one before opens what it sealed. Returns
    /// the generation of the new one.
    ///
    /// # Errors
    ///
    /// [`Conflict`](ErrorKind::Conflict) when the tenant has too many keys.
    pub(in crate::vault::write) fn rotate(&mut self) -> Result<u32> {
        let (mut keys, tenant) = (0, self.scope.partition);
        self.each_data_key(|ledger, row| {
            let about = ledger.core.data_key_record(tenant, &row);
            keys += usize::from(about.is_some_and(|(_, about)| about.state != State::Destroyed));
            Ok(())
        })?;
        if keys >= MAX_KEYS {
            return Err(Error::new(
                ErrorKind::Conflict,
                format!(
                    "an organization has {MAX_KEYS} data keys at most; rewrap it and destroy the \
                     old ones first"
                ),
            ));
        }
        let (core, now) = (self.core, self.now);
        let account = self.begun()?;
        let (old, epoch) = (Arc::clone(&account.key), account.head.epoch);
        let generation = old.about().generation;
        let generation = generation.checked_add(1).ok_or_else(exhausted)?;
        let (new, row) = core
            .keys
            .new_data_key(old.tenant(), generation, now, epoch)?;
        account.head.active_key = new.id();
        account.key = Arc::new(new);
        account.is_new_key = true;
        self.tx.put(&row)?;
        let (about, wrapped) = (old.about(), old.wrapped());
        let row = core
            .keys
            .in_state(old.id(), about, State::OpenOnly, wrapped, epoch)?;
        self.tx.put(&row)?;
        self.note_keys(generation, None);
        Ok(generation)
    }

    /// Refuses a tenant that never stored anything.
    pub(in crate::vault::write) fn must_exist(&self) -> Result<()> {
        if self.account.is_some() {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::NotFound,
            format!("there is no organization {}", self.scope.scope),
        ))
    }

    /// Destroys a data key that nothing uses, as somebody found who read the tenant in an epoch.
    /// Returns its name, if it was not destroyed before.
    ///
    /// # Errors
    ///
    /// [`Conflict`](ErrorKind::Conflict) when it is in use, or seals now.
    pub(in crate::vault::write) fn destroy(
        &mut self,
        id: KeyId,
        generation: u32,
        epoch: u64,
    ) -> Result<bool> {
        let row = get_one_in(self.tx, data_key_row(id))?;
        let found = row.and_then(|row| self.core.data_key_record(self.scope.partition, &row));
        let (_, about) = found.ok_or_else(|| corrupt("the data key of a tenant is missing"))?;
        if about.state == State::Destroyed {
            return Ok(false);
        }
        let mut uses = KeyUses::of([id]);
        uses.count(self.tx, epoch)?;
        // The head says which key is active. The row of another one may be an older copy.
        let is_active = self.account()?.head.active_key == id;
        check_unused(&self.scope.scope, generation, is_active, uses.get(id))?;
        let core = self.core;
        let epoch = self.begun()?.head.epoch;
        let row = core
            .keys
            .in_state(id, &about, State::Destroyed, &[], epoch)?;
        self.tx.put(&row)?;
        self.note_keys(generation, None);
        Ok(true)
    }

    /// Returns true if all secrets were erased since a data key was made.
    pub(super) fn is_erased(&self, generation: u32) -> bool {
        let account = self.account.as_ref();
        account.is_some_and(|account| generation < account.head.erased_before)
    }

    /// The data key of a name; `None` when it is missing or opens nothing.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub(super) fn readable_key(&mut self, id: KeyId) -> Result<Option<Arc<TenantKey>>> {
        let mut key = self.core.keys.known(id);
        if key.is_none() {
            let row = self.get_one(data_key_row(id))?;
            let opened = row.and_then(|row| self.core.keys.open_data_key(&row).ok());
            key = opened.map(|key| self.core.keys.learn(key));
        }
        Ok(key.filter(|key| !self.is_erased(key.about().generation)))
    }

    /// Goes through the rows of the tenant's data keys, destroyed ones included.
    fn each_data_key(&mut self, mut each: impl FnMut(&mut Self, Row) -> Result<()>) -> Result<()> {
        let mut walk = Walk::of_all(Kind::DataKey, true);
        while let Some(rows) = walk.step_in(self.tx)?.page()? {
            for row in rows {
                each(self, row)?;
            }
        }
        Ok(())
    }
}
