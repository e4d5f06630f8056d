//! Destroying a data key that nothing uses.

use crate::crypto::{DataKeyState, Head, KeyId};
use crate::error::{Error, ErrorKind, Result};
use crate::scope::Scope;
use crate::store::{Kind, Purge, ReadTx};
use crate::vault::call::Call;
use crate::vault::core::Core;
use crate::vault::hashed_scope::{HashedScope, head_row};
use crate::vault::key_uses::KeyUses;
use crate::vault::observer::KeyAction;
use crate::vault::rows::get_one_in;
use crate::vault::walk::Walk;
use crate::vault::write::ledger::check_unused;

/// A data key, as somebody read it without a lock.
#[derive(Clone, Copy)]
struct Found {
    id: KeyId,
    is_active: bool,
    is_destroyed: bool,
    /// The rows that name it.
    rows: u64,
    /// The epoch of the tenant then.
    epoch: u64,
}

impl Core {
    /// Destroys a data key that nothing uses.
    pub(in crate::vault) fn destroy_data_key(
        &self,
        organization: &Scope,
        generation: u32,
        call: Call<'_>,
    ) -> Result<Purge> {
        let tenant = self.hashed_organization(organization)?;
        let destroyed = self.destroy(&tenant, generation, call);
        self.tell_key(
            KeyAction::Destroy,
            organization,
            Some(generation),
            destroyed.as_ref(),
        );
        destroyed?;
        Ok(self.store.purge().unwrap_or(Purge::Pending))
    }

    fn destroy(&self, tenant: &HashedScope, generation: u32, call: Call<'_>) -> Result<()> {
        self.check_vault_key()?;
        // All rows are read before the lock is taken. Under it, those that were written since.
        let seen = self.seen.of(tenant.partition);
        let mut found = None;
        self.store.read(tenant.partition, &mut |tx| {
            let row = get_one_in(tx, head_row(tenant.partition))?;
            let head = self.admit_head(tenant.partition, row.as_ref(), seen)?;
            found = head
                .map(|head| self.find_key(tx, tenant, generation, &head))
                .transpose()?
                .flatten();
            Ok(())
        })?;
        let Some(found) = found else {
            let message = format!("{} has no data key {generation}", tenant.scope);
            return Err(Error::new(ErrorKind::NotFound, message));
        };
        if !found.is_destroyed {
            check_unused(&tenant.scope, generation, found.is_active, found.rows)?;
            self.write(tenant, call, &[], |ledger| {
                ledger.destroy(found.id, generation, found.epoch)
            })?;
        }
        self.keys.forget(found.id);
        Ok(())
    }

    fn find_key(
        &self,
        tx: &mut dyn ReadTx,
        tenant: &HashedScope,
        generation: u32,
        head: &Head,
    ) -> Result<Option<Found>> {
        let mut found = None;
        let mut walk = Walk::of_all(Kind::DataKey, true);
        while let Some(rows) = walk.step_in(tx)?.page()? {
            let records = rows
                .iter()
                .filter_map(|row| self.data_key_record(tenant.partition, row));
            for (id, about) in records.filter(|(_, about)| about.generation == generation) {
                let is_destroyed = about.state == DataKeyState::Destroyed;
                if is_destroyed && found.is_some() {
                    continue;
                }
                found = Some(Found {
                    id,
                    is_active: head.active_key == id,
                    is_destroyed,
                    rows: 0,
                    epoch: head.epoch,
                });
            }
        }
        if let Some(found) = &mut found {
            let mut uses = KeyUses::of([found.id]);
            uses.count(tx, 0)?;
            found.rows = uses.get(found.id);
        }
        Ok(found)
    }
}
