//! The keyring of the Linux kernel, where this process may use it.
#![cfg(target_os = "linux")]

use std::sync::Arc;

use keyslot::ErrorKind;
use keyslot::secrecy::ExposeSecret;
use keyslot_keys::keychain::{load, store_new};
use keyslot_keys::keyring_core::{CredentialStore, Entry};

#[test]
fn a_key_is_kept_by_the_kernel() {
    let store = linux_keyutils_keyring_store::Store::new();
    let Ok(store) = store.map(|store| -> Arc<CredentialStore> { store }) else {
        return not_tested();
    };
    let user = format!("test of process {}", std::process::id());
    let entry = Entry::new_in_store(&store, "keyslot", &user).unwrap();
    let Ok(key) = store_new(&entry) else {
        return not_tested();
    };
    let loaded = load(&entry);
    let second = store_new(&entry);
    entry.delete_credential().unwrap();
    assert_eq!(
        loaded.unwrap().to_base64().expose_secret(),
        key.to_base64().expose_secret()
    );
    assert_eq!(second.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(load(&entry).unwrap_err().kind(), ErrorKind::InvalidKey);
}

fn not_tested() {
    eprintln!("NOT TESTED: the keyring of the kernel, which this process may not use");
}
