//! The store of tests of the vault itself, which run over this store, too.

use std::sync::Arc;

use keyslot::Vault;
use keyslot::store::{MemoryStore, SecretStore};

use super::{root_key, server, store};
use crate::hand_on;

/// A store that starts empty and is shared by its clones.
#[derive(Clone, Debug)]
pub(crate) struct Shelf(Arc<dyn SecretStore>);

impl Shelf {
    /// A schema of its own; in memory where there is no server.
    pub(crate) fn new() -> Self {
        Self(match server() {
            Some(server) => Arc::new(store(&server.url)),
            None => Arc::new(MemoryStore::new()),
        })
    }
}

impl SecretStore for Shelf {
    hand_on!(0: get scan read write head partitions purge self_check);
}

/// A new vault.
pub(crate) fn shelf_vault() -> Vault {
    let builder = Vault::builder().store(Shelf::new());
    builder.create(&root_key()).unwrap()
}
