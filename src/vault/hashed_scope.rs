//! The keyed hashes by which rows are found.

use super::core::Core;
use crate::crypto::{KeyId, RowHasher};
use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::record::Version;
use crate::scope::Scope;
use crate::store::{Kind, Partition, RowKey};

/// A scope with the keyed hashes that find its rows.
#[derive(Clone, Debug)]
pub(super) struct HashedScope {
    pub(super) scope: Scope,
    pub(super) scope_tag: [u8; 16],
    /// The rows of its tenant; a keyed hash of the tenant's name.
    pub(super) partition: Partition,
}

impl Core {
    pub(super) fn hashed(&self, scope: &Scope) -> HashedScope {
        let sub = self.keys.sub();
        HashedScope {
            scope_tag: sub.scope_tag(scope),
            partition: Partition(sub.tenant_tag(scope.tenant())),
            scope: scope.clone(),
        }
    }

    /// An organization with the keyed hashes that find its rows.
    ///
    /// # Errors
    ///
    /// [`InvalidScope`](ErrorKind::InvalidScope) for a scope within one.
    pub(super) fn hashed_organization(&self, organization: &Scope) -> Result<HashedScope> {
        if organization.parent().is_some() {
            return Err(Error::new(
                ErrorKind::InvalidScope,
                "an organization is a scope of one segment, such as acme",
            ));
        }
        Ok(self.hashed(organization))
    }

    /// Key of the row of a secret.
    pub(super) fn secret_row(&self, scope: &HashedScope, name: &SecretName) -> RowKey {
        self.keys
            .sub()
            .row_keys(|rows| scope.secret_row(rows, name))
    }

    /// Key of the row of an older version.
    pub(super) fn version_row(
        &self,
        scope: &HashedScope,
        name: &SecretName,
        version: Version,
    ) -> RowKey {
        let sub = self.keys.sub();
        sub.row_keys(|rows| scope.version_row(rows, name, version))
    }
}

impl HashedScope {
    /// Key of the row of a secret.
    pub(super) fn secret_row(&self, rows: &RowHasher<'_>, name: &SecretName) -> RowKey {
        RowKey {
            kind: Kind::Secret,
            key: rows.secret(&self.scope_tag, &self.scope, name),
        }
    }

    /// Key of the row of an older version.
    pub(super) fn version_row(
        &self,
        rows: &RowHasher<'_>,
        name: &SecretName,
        version: Version,
    ) -> RowKey {
        RowKey {
            kind: Kind::Version,
            key: rows.version(&self.scope_tag, &self.scope, name, version),
        }
    }
}

/// Key of the row of a tenant's head.
pub(super) fn head_row(tenant: Partition) -> RowKey {
    RowKey {
        kind: Kind::Head,
        key: KeyId(tenant.0).row_key(),
    }
}
