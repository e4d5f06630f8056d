//! The data keys of the tenant of a ledger.

use std::sync::Arc;

use super::transaction::Ledger;
use crate::crypto::{DataKeyState as State, KeyId};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Kind, Row};
use crate::vault::keyring::data_key_row;
use crate::vault::tenant_key::TenantKey;
use crate::vault::walk::Walk;
use crate::vault::write::numbers::exhausted;

/// The most data keys of a tenant that are not destroyed. A rewrap opens them all.
const MAX_KEYS: usize = 64;

impl Ledger<'_> {
    /// Makes a new data key that seals from now on; the one before opens what it sealed. Returns
    /// the generation of the new one.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound) when the tenant never stored anything,
    /// [`Conflict`](ErrorKind::Conflict) when it has too many keys.
    pub(in crate::vault::write) fn rotate(&mut self) -> Result<u32> {
        self.must_exist()?;
        let mut keys = 0;
        self.each_data_key(|_, row| {
            keys += usize::from(!row.body.is_empty());
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

    /// The data key of a name; `None` when it is missing or opens nothing.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub(super) fn readable_key(&mut self, id: KeyId) -> Result<Option<Arc<TenantKey>>> {
        if let Some(key) = self.core.keys.known(id) {
            return Ok(Some(key));
        }
        let row = self.get_one(data_key_row(id))?;
        let key = row.and_then(|row| self.core.keys.open_data_key(&row).ok());
        Ok(key.map(|key| self.core.keys.learn(key)))
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
