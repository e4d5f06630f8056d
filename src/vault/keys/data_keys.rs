//! The data keys that are wrapped under a vault key which was replaced.

use std::sync::Arc;

use super::replaced::RewrappedDataKeys;
use crate::crypto::VaultKeys;
use crate::error::{Error, ErrorKind, Result};
use crate::record::AuditAction;
use crate::store::{Kind, Partition, Purge, WriteTx};
use crate::vault::call::Call;
use crate::vault::core::Core;
use crate::vault::keyring::is_under_current;
use crate::vault::observer::KeyAction;
use crate::vault::partition_walk::PartitionWalk;
use crate::vault::walk::Walk;

impl Core {
    /// Wraps all data keys under the current vault key, each tenant in one write.
    pub(in crate::vault) fn rewrap_data_keys(&self) -> Result<RewrappedDataKeys> {
        let done = self.refused(KeyAction::RewrapDataKeys, self.rewrap_all())?;
        self.tell(KeyAction::RewrapDataKeys, Ok(None));
        Ok(done)
    }

    fn rewrap_all(&self) -> Result<RewrappedDataKeys> {
        let (keys, _) = self.stored_vault_keys()?;
        let mut done = RewrappedDataKeys::default();
        let mut walk = PartitionWalk::default();
        while let Some(tenants) = walk.step(&*self.store)?.page()? {
            for tenant in tenants {
                // Asked without a lock first: what is done already holds up nobody.
                if !self.has_others(tenant, &keys)? {
                    continue;
                }
                let of_tenant = self.commit(tenant, &[], |_, tx| self.rewrap_in(tenant, tx))?;
                done.rewrapped += of_tenant.rewrapped;
                done.unreadable += of_tenant.unreadable;
            }
        }
        // A vault key that was replaced meanwhile wraps nothing for long.
        self.check_vault_key()?;
        Ok(done)
    }

    /// Returns true if a data key of a tenant names another vault key than the current one.
    fn has_others(&self, tenant: Partition, keys: &VaultKeys) -> Result<bool> {
        let mut walk = Walk::of_all(Kind::DataKey, true);
        while let Some(rows) = walk.step_from(&*self.store, tenant)?.page()? {
            if rows.iter().any(|row| !is_under_current(keys, row)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn rewrap_in(&self, tenant: Partition, tx: &mut dyn WriteTx) -> Result<RewrappedDataKeys> {
        let (mut done, mut anew) = (RewrappedDataKeys::default(), Vec::new());
        let mut walk = Walk::of_all(Kind::DataKey, true);
        while let Some(rows) = walk.step_in(tx)?.page()? {
            for row in rows {
                let is_own = self.data_key_record(tenant, &row).is_some();
                match self.keys.rewrapped(&row) {
                    Ok(Some(next)) if is_own => anew.push(next),
                    Ok(None) => {}
                    // What nobody can open, or what is another tenant's.
                    Ok(Some(_)) | Err(_) => done.unreadable += 1,
                }
            }
        }
        done.rewrapped = anew.len() as u64;
        anew.iter().try_for_each(|row| tx.put(row))?;
        Ok(done)
    }

    /// Drops the previous vault keys, if no data key needs one.
    pub(in crate::vault) fn drop_previous_vault_keys(&self, call: Call<'_>) -> Result<Purge> {
        let dropped = self.refused(KeyAction::DropVaultKeys, self.drop_previous(call))?;
        if !dropped {
            return Ok(Purge::Done);
        }
        self.tell(KeyAction::DropVaultKeys, Ok(None));
        Ok(self.purge_keys())
    }

    fn drop_previous(&self, call: Call<'_>) -> Result<bool> {
        let (keys, directory) = self.stored_vault_keys()?;
        if directory.previous.is_empty() {
            return Ok(false);
        }
        // Without locks: whoever holds an older vault key alone can make no data key where all are
        // under the current one, nor an organization, because it looks at the vault key after that.
        let mut walk = PartitionWalk::default();
        while let Some(tenants) = walk.step(&*self.store)?.page()? {
            for tenant in tenants {
                self.check_not_needed(tenant, &keys)?;
            }
        }
        self.change_key_slots(&keys, call, |slots| {
            let dropped = slots.directory.previous.len() as u64;
            // Another process may have dropped them first.
            if dropped > 0 {
                slots.note(AuditAction::DropVaultKeys, None, Some(dropped));
            }
            slots.directory.previous.clear();
            slots.next = Some(Arc::new(keys.alone()));
            Ok(true)
        })
    }

    /// Refuses to drop vault keys that a data key of a tenant is wrapped under.
    fn check_not_needed(&self, tenant: Partition, keys: &VaultKeys) -> Result<()> {
        let mut walk = Walk::of_all(Kind::DataKey, true);
        while let Some(rows) = walk.step_from(&*self.store, tenant)?.page()? {
            let others = rows.iter().filter(|row| !is_under_current(keys, row));
            // What does not open now needs no key.
            if others
                .filter(|row| self.data_key_record(tenant, row).is_some())
                .any(|row| self.keys.rewrapped(row).is_ok())
            {
                return Err(Error::new(
                    ErrorKind::Conflict,
                    "a data key is wrapped under a previous vault key; call rewrap_data_keys first",
                ));
            }
        }
        Ok(())
    }
}
