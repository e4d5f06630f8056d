//! The store of tests that a package runs over its own store, too.

use keyslot::Vault;
pub use keyslot::store::MemoryStore as Shelf;

use super::root_key;

/// A new vault.
pub fn shelf_vault() -> Vault {
    let builder = Vault::builder().store(Shelf::new());
    builder.create(&root_key()).unwrap()
}
