//! One root key opens a vault more than once.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used)]

use crate::support::{fast_folder, root_key, value};
use keyslot::{ErrorKind, RootKey, Vault};

#[test]
fn a_vault_opens_twice_from_one_key() {
    let folder = fast_folder();
    let path = folder.path().join("vault.db");
    let key = RootKey::generate().unwrap();
    let vaults = [
        Vault::create(&path, &key).unwrap(),
        Vault::open(&path, &key).unwrap(),
        Vault::open_or_create(&path, &key).unwrap(),
    ];
    let other = Vault::open(&path, &root_key()).unwrap_err();
    assert_eq!(other.kind(), ErrorKind::WrongKey, "the control");
    drop(key);
    let scopes = vaults.map(|vault| vault.scope("acme").unwrap());
    for (writer, name) in scopes.iter().zip(["A", "B", "C"]) {
        writer.put(name, format!("value of {name}")).unwrap();
        for reader in &scopes {
            assert_eq!(value(reader, name).unwrap(), format!("value of {name}"));
        }
    }
}

#[test]
fn one_key_may_have_several_vaults() {
    let key = RootKey::generate().unwrap();
    let [first, second] = [(); 2].map(|()| Vault::in_memory(&key).unwrap().scope("acme").unwrap());
    first.put("A", "of the first").unwrap();
    assert_eq!(value(&first, "A").unwrap(), "of the first");
    assert!(
        second.names().unwrap().is_empty(),
        "they share nothing else"
    );
}
