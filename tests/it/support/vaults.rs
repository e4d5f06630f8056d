//! Vaults, and what they answer.

use keyslot::secrecy::ExposeSecret;
use keyslot::{Error, ErrorKind, Permissions, RootKey, ScopedVault, Vault};

/// No permission, and each alone.
pub const SINGLE: [Permissions; 7] = [
    Permissions::NONE,
    Permissions::USE,
    Permissions::READ,
    Permissions::MANAGE,
    Permissions::REVEAL,
    Permissions::COPY,
    Permissions::REDACT,
];

/// A root key that is no secret: tests open a vault more than once.
pub fn root_key() -> RootKey {
    RootKey::from_hex("8f3a1c5e92d70b46e81f5a9c3d6b2047f19e8c34a5d0726b1be94f8a60c3d752").unwrap()
}

pub fn memory_vault() -> Vault {
    Vault::in_memory(&root_key()).unwrap()
}

/// The value of a secret, by the main road.
pub fn value(scope: &ScopedVault, name: &str) -> Result<String, Error> {
    Ok(scope
        .resolve(&format!("<<$secret.{name}>>"))?
        .expose_secret()
        .to_string())
}

/// The kind of error with which a secret does not resolve.
#[track_caller]
pub fn refusal(scope: &ScopedVault, name: &str) -> ErrorKind {
    match value(scope, name) {
        Ok(_) => panic!("{name} resolved"),
        Err(error) => error.kind(),
    }
}
