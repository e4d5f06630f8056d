//! The control of the cases about vaults: what they are about exists under these names, and can be
//! used as it is meant.

use keyslot::secrecy::ExposeSecret;
use keyslot::{RootKey, ScopedVault, SecretInput, Vault};

fn is_clone<T: Clone>(_: &T) {}

fn main() {
    let key = RootKey::generate().unwrap();
    let text = key.to_base64();
    assert_eq!(
        RootKey::from_base64(text.expose_secret())
            .unwrap()
            .to_base64()
            .expose_secret(),
        text.expose_secret()
    );
    assert!(!format!("{key:?}").contains(text.expose_secret()));
    let input = SecretInput::new("hunter2-hunter2");
    assert!(!format!("{input:?}").contains("hunter2-hunter2"));
    let vault: Vault = Vault::in_memory(&key).unwrap();
    let scoped: ScopedVault = vault.scope("acme").unwrap();
    scoped.put("KEY", input).unwrap();
    is_clone(&vault);
    is_clone(&scoped);
    assert!(!format!("{vault:?} {scoped:?}").contains("hunter2-hunter2"));
}
