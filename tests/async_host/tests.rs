//! Tests of both parts, over real connections to servers of this process.

mod http_secrets;
mod script;
mod service;

use std::sync::OnceLock;

use keyslot::{RootKey, ScopedVault, Vault};

/// A vault in a file, and a handle on it.
fn project() -> ScopedVault {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    static NUMBER: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let folder = FOLDER.get_or_init(|| tempfile::tempdir().unwrap());
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    let path = folder.path().join(format!("vault-{number}.db"));
    let vault = Vault::create(path, &RootKey::generate().unwrap()).unwrap();
    vault.scope("acme/billing").unwrap()
}
