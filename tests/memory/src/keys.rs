//! The side of the parent: keys, and the files they are for.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use keyslot::secrecy::ExposeSecret;
use keyslot::{RootKey, Vault};

use crate::format::{self, Known};
use crate::given::masked;

/// A root key and its texts.
pub struct Material {
    bytes: Vec<u8>,
    base64: String,
}

impl Material {
    pub fn new() -> Self {
        let mut bytes = vec![0; 32];
        getrandom::fill(&mut bytes).expect("random bytes");
        let base64 = RootKey::from_bytes(&bytes)
            .expect("a key")
            .to_base64()
            .expose_secret()
            .to_owned();
        Self { bytes, base64 }
    }

    pub fn base64(&self) -> &str {
        &self.base64
    }

    /// The forms of the key as a child takes them.
    pub fn masked(&self) -> [String; 3] {
        [
            masked(&self.bytes),
            masked(hex(&self.bytes).as_bytes()),
            masked(self.base64.as_bytes()),
        ]
    }

    /// The keys of a vault in a file, each as its name, whether an open vault holds it, and its
    /// masked bytes.
    pub fn masked_keys(&self, file: &Path) -> String {
        let line = |key: Known| format!("{},{},{}", key.name, key.held, masked(&key.bytes));
        format::keys(file, &self.bytes, &hex(&self.bytes))
            .into_iter()
            .map(line)
            .collect::<Vec<_>>()
            .join(";")
    }

    /// Makes the files that a scenario may use.
    pub fn lay_out(&self, folder: &Path) {
        for (name, text) in [("hex", hex(&self.bytes)), ("base64", self.base64.clone())] {
            let path = folder.join(name);
            fs::write(&path, text).expect("a key file");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("a private file");
        }
        let key = RootKey::from_bytes(&self.bytes).expect("a key");
        let vault = Vault::create(folder.join("vault.db"), &key).expect("a vault");
        vault
            .scope("acme/billing")
            .and_then(|scope| scope.put("STRIPE_KEY", "sk_live_1"))
            .expect("a secret");
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn unhex(digits: &str) -> Vec<u8> {
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("digits"))
        .collect()
}
