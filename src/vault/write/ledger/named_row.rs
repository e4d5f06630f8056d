//! The row of a name.

use crate::name::SecretName;
use crate::store::RowKey;
use crate::vault::core::Core;
use crate::vault::hashed_scope::HashedScope;

/// A name in a scope, and the key of its row, hashed once for reading and writing.
#[derive(Clone, Copy)]
pub(in crate::vault::write) struct NamedRow<'p> {
    pub(super) scope: &'p HashedScope,
    pub(in crate::vault::write) name: &'p SecretName,
    pub(in crate::vault::write) key: RowKey,
}

impl<'p> NamedRow<'p> {
    pub(in crate::vault::write) fn new(
        core: &Core,
        scope: &'p HashedScope,
        name: &'p SecretName,
    ) -> Self {
        let key = core.secret_row(scope, name);
        Self { scope, name, key }
    }
}
