//! Destroying a data key that nothing uses.

use crate::crypto::{DataKeyState, KeyId};
use crate::error::{Error, ErrorKind, Result};
use crate::scope::Scope;
use crate::store::{Kind, Purge, ReadTx};
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
    state: DataKeyState,
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
    ) -> Result<Purge> {
        let tenant = self.hashed_organization(organization)?;
        let destroyed = self.destroy(&tenant, generation);
        self.tell_key(
            KeyAction::Destroy,
            organization,
            Some(generation),
            destroyed.as_ref(),
        );
        destroyed?;
        Ok(self.store.purge().unwrap_or(Purge::Pending))
    }

    fn destroy(&self, tenant: &HashedScope, generation: u32) -> Result<()> {
        // All rows are read before the lock is taken. Under it, those that were written since.
        let seen = self.seen.of(tenant.partition);
        let mut found = None;
        self.store.read(tenant.partition, &mut |tx| {
            let row = get_one_in(tx, head_row(tenant.partition))?;
            let head = self.admit_head(tenant.partition, row.as_ref(), seen)?;
            found = head
                .map(|head| self.find_key(tx, generation, head.epoch))
                .transpose()?
                .flatten();
            Ok(())
        })?;
        let Some(found) = found else {
            let message = format!("{} has no data key {generation}", tenant.scope);
            return Err(Error::new(ErrorKind::NotFound, message));
        };
        if found.state != DataKeyState::Destroyed {
            check_unused(&tenant.scope, generation, found.state, found.rows)?;
            self.write(tenant, None, &[], |ledger| {
                ledger.destroy(found.id, generation, found.epoch)
            })?;
        }
        self.keys.forget(found.id);
        Ok(())
    }

    fn find_key(&self, tx: &mut dyn ReadTx, generation: u32, epoch: u64) -> Result<Option<Found>> {
        let mut walk = Walk::of_all(Kind::DataKey, true);
        while let Some(rows) = walk.step_in(tx)?.page()? {
            for row in rows {
                // One that cannot be read is not the one.
                let Ok(about) = self.keys.open_data_key_record(&row) else {
                    continue;
                };
                if about.generation == generation {
                    let id = KeyId::from_row_key(&row.key.key)?;
                    let mut uses = KeyUses::of([id]);
                    uses.count(tx, 0)?;
                    return Ok(Some(Found {
                        id,
                        state: about.state,
                        rows: uses.get(id),
                        epoch,
                    }));
                }
            }
        }
        Ok(None)
    }
}
