//! Reading the state of the keys of a vault.

use super::report::{DataKeyState, DataKeyStatus, KeyStatus, OrganizationKeys, PreviousVaultKey};
use crate::crypto::{
    DataKeyRecord, DataKeyState as State, Envelope, Head, KeyId, PreviousKey, Timestamp,
};
use crate::error::Result;
use crate::scope::Scope;
use crate::store::{Kind, Partition, ReadTx};
use crate::vault::core::Core;
use crate::vault::hashed_scope::head_row;
use crate::vault::key_uses::KeyUses;
use crate::vault::partition_walk::PartitionWalk;
use crate::vault::rows::get_one_in;
use crate::vault::walk::Walk;

impl Core {
    /// The state of all keys. Each tenant is read as it is at one moment.
    pub(in crate::vault) fn key_status(&self) -> Result<KeyStatus> {
        let time = self.clock.reading();
        let directory = self.read_directory()?;
        let mut previous: Vec<PreviousUses> = directory.previous.iter().map(uses_of).collect();
        let mut organizations = Vec::new();
        let mut walk = PartitionWalk::default();
        while let Some(tenants) = walk.step(&*self.store)?.page()? {
            for tenant in tenants {
                let mut found = None;
                self.store.read(tenant, &mut |tx| {
                    found = self.keys_of(tenant, tx)?;
                    Ok(())
                })?;
                let Some((keys, wrapped)) = found else {
                    continue;
                };
                organizations.push(keys);
                for (id, status) in &mut previous {
                    status.data_keys +=
                        wrapped.iter().filter(|by| by.contains(&Some(*id))).count() as u64;
                }
            }
        }
        let name = |keys: &OrganizationKeys| keys.organization.clone();
        organizations.sort_by_cached_key(name);
        Ok(KeyStatus {
            time,
            slots: self.keys()?,
            previous_vault_keys: previous.into_iter().map(|(_, status)| status).collect(),
            organizations,
        })
    }

    /// The data keys of a tenant, and the names of the vault keys that each is wrapped under;
    /// `None` for the partition of its uses, which has none.
    fn keys_of(&self, tenant: Partition, tx: &mut dyn ReadTx) -> Result<Option<WrappedKeys>> {
        let row = get_one_in(tx, head_row(tenant))?;
        let head = row.and_then(|row| self.open_head(tenant, &row).ok());
        if head.as_ref().is_some_and(Head::is_of_uses) {
            return Ok(None);
        }
        let active_key = head.as_ref().map(|head| head.active_key);
        let organization = head
            .map(|head| Scope::organization(head.tenant))
            .transpose()?;
        let (mut records, mut wrapped, mut unreadable) = (Vec::new(), Vec::new(), 0);
        let mut walk = Walk::of_all(Kind::DataKey, true);
        while let Some(rows) = walk.step_in(tx)?.page()? {
            for row in rows {
                match self.data_key_record(tenant, &row) {
                    Some(record) => {
                        records.push(record);
                        wrapped.push([&row.info, &row.body].map(|sealed| named(sealed)));
                    }
                    None => unreadable += 1,
                }
            }
        }
        let mut uses = KeyUses::of(records.iter().map(|(id, _)| *id));
        uses.count(tx, 0)?;
        let status = |(id, about): &(KeyId, DataKeyRecord)| DataKeyStatus {
            generation: about.generation,
            state: match about.state {
                // The head says which key is active. The row of another one is an older copy.
                State::Active if active_key.is_none_or(|active| active == *id) => {
                    DataKeyState::Active
                }
                State::Active | State::OpenOnly => DataKeyState::OpenOnly,
                State::Destroyed => DataKeyState::Destroyed,
            },
            made_at: about.made_at.map(Timestamp::time),
            rows: uses.get(*id),
        };
        let mut keys: Vec<DataKeyStatus> = records.iter().map(status).collect();
        keys.sort_by_key(|key| key.generation);
        let keys = OrganizationKeys {
            organization,
            keys,
            unreadable,
        };
        Ok(Some((keys, wrapped)))
    }
}

/// The data keys of a tenant, and the names of the vault keys that each is wrapped under.
type WrappedKeys = (OrganizationKeys, Vec<[Option<KeyId>; 2]>);

/// A vault key that was replaced, by its name.
type PreviousUses = (KeyId, PreviousVaultKey);

fn uses_of(key: &PreviousKey) -> PreviousUses {
    let status = PreviousVaultKey {
        replaced_at: key.replaced_at.time(),
        data_keys: 0,
    };
    (key.id, status)
}

/// The key that an envelope names.
fn named(sealed: &[u8]) -> Option<KeyId> {
    let sealed = Envelope::parse(sealed).ok()?;
    Some(sealed.key_id())
}
