//! The organizations and scopes of a vault.

use std::collections::BTreeSet;

use crate::error::{Error, ErrorKind, Result};
use crate::scope::Scope;
use crate::vault::core::Core;
use crate::vault::hashed_scope::head_row;
use crate::vault::partition_walk::PartitionWalk;

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
                    // A use that was refused stores no secret.
                    if head.is_of_uses() {
                        continue;
                    }
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
        let scopes = self.scopes_guarded(self.hashed(organization).partition)?;
        Ok(scopes.into_iter().collect())
    }
}
