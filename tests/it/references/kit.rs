//! Vaults with documents.

use keyslot::{DocumentUses, Documents, Vault};

use crate::support::root_key;
use crate::support::shelf::Shelf;

pub(super) fn opened(store: &Shelf) -> Vault {
    let builder = Vault::builder().store(store.clone());
    builder.open_or_create(&root_key()).unwrap()
}

pub(super) fn documents(vault: &Vault, scope: &str) -> Documents {
    vault.scope(scope).unwrap().documents()
}

/// The documents in few words: scope and id.
pub(super) fn say(uses: &DocumentUses) -> Vec<String> {
    let said = uses.documents.iter();
    said.map(|one| format!("{} {}", one.scope, one.id))
        .collect()
}

pub(super) fn who(vault: &Vault, scope: &str, name: &str) -> Vec<String> {
    let uses = documents(vault, scope).who_references(name).unwrap();
    assert_eq!(uses.total, uses.documents.len() as u64);
    say(&uses)
}
