//! The organizations and scopes of a vault.

use std::collections::{BTreeSet, HashSet};

use crate::crypto::InfoState as State;
use crate::error::{Error, ErrorKind, Result};
use crate::scope::Scope;
use crate::store::{Kind, Partition, Row};
use crate::vault::core::Core;
use crate::vault::hashed_scope::head_row;
use crate::vault::partition_walk::PartitionWalk;
use crate::vault::walk::Walk;

impl Core {
    /// The organizations that ever stored a secret, sorted.
    pub(in crate::vault) fn organizations(&self) -> Result<Vec<Scope>> {
        let mut organizations = BTreeSet::new();
        let mut walk = PartitionWalk::default();
        while let Some(tenants) = walk.step(&*self.store)?.page()? {
            for tenant in tenants {
                // No write leaves rows without a head. Verify finds them.
                if let Some(head) = self.get_one(tenant, head_row(tenant))? {
                    let head = self.open_head(tenant, &head)?;
                    organizations.insert(Scope::organization(head.tenant)?);
                }
            }
        }
        Ok(organizations.into_iter().collect())
    }

    /// The scopes of an organization that hold secrets, sorted.
    pub(in crate::vault) fn scopes(&self, organization: &Scope) -> Result<Vec<Scope>> {
        if organization.parent().is_some() {
            return Err(Error::new(
                ErrorKind::InvalidScope,
                "an organization is a scope of one segment, such as acme",
            ));
        }
        let (mut scopes, mut known) = (BTreeSet::new(), HashSet::new());
        let tenant = self.hashed(organization).partition;
        self.secrets(tenant, |row| {
            let tag = row.key.scope();
            // A key that was changed hides a scope from this list, as deleting its rows would.
            // Verify finds both.
            if !known.contains(&tag) {
                let info = self.open_listed(tenant, &row)?;
                if info.state != State::Deleted {
                    known.insert(tag);
                    scopes.insert(info.scope);
                }
            }
            Ok(())
        })?;
        Ok(scopes.into_iter().collect())
    }

    /// Goes through the secrets of a tenant, without their bodies.
    fn secrets(&self, tenant: Partition, mut each: impl FnMut(Row) -> Result<()>) -> Result<()> {
        let mut walk = Walk::of_all(Kind::Secret, false);
        while let Some(rows) = walk.step_from(&*self.store, tenant)?.page()? {
            rows.into_iter().try_for_each(&mut each)?;
        }
        Ok(())
    }
}
