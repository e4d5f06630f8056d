//! Keys that open a vault.

use std::sync::Arc;

use keyslot::secrecy::{ExposeSecret, SecretString};
use keyslot::{Passphrase, RootKey, Unlock};
use napi_derive::napi;
use zeroize::Zeroizing;

use crate::failure::refuse;

/// A root key, or a passphrase.
#[napi]
pub struct NativeKey {
    unlock: Arc<dyn Unlock>,
    root: Option<Arc<RootKey>>,
}

impl std::fmt::Debug for NativeKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NativeKey").finish_non_exhaustive()
    }
}

impl NativeKey {
    fn root(key: keyslot::Result<RootKey>) -> napi::Result<Self> {
        let key = Arc::new(key.map_err(refuse)?);
        Ok(Self {
            unlock: Arc::clone(&key) as Arc<dyn Unlock>,
            root: Some(key),
        })
    }

    pub(crate) fn unlock(&self) -> Arc<dyn Unlock> {
        Arc::clone(&self.unlock)
    }
}

#[napi]
impl NativeKey {
    /// Makes a random key.
    #[napi(factory)]
    pub fn generate() -> napi::Result<Self> {
        Self::root(RootKey::generate())
    }

    /// Reads a key from 32 bytes.
    #[napi(factory)]
    pub fn from_bytes(bytes: &[u8]) -> napi::Result<Self> {
        Self::root(RootKey::from_bytes(bytes))
    }

    /// Reads a key from hexadecimal digits.
    #[napi(factory)]
    pub fn from_hex(digits: String) -> napi::Result<Self> {
        Self::root(RootKey::from_hex(&Zeroizing::new(digits)))
    }

    /// Reads a key from base64.
    #[napi(factory)]
    pub fn from_base64(text: String) -> napi::Result<Self> {
        Self::root(RootKey::from_base64(&Zeroizing::new(text)))
    }

    /// Reads a key from an environment variable of the process.
    #[napi(factory)]
    pub fn from_env(variable: String) -> napi::Result<Self> {
        Self::root(RootKey::from_env(variable))
    }

    /// Reads a key from a file.
    #[napi(factory)]
    pub fn from_file(path: String) -> napi::Result<Self> {
        Self::root(RootKey::from_file(path))
    }

    /// Reads a key from a file that an orchestrator mounted.
    #[napi(factory)]
    pub fn from_mounted_file(path: String) -> napi::Result<Self> {
        Self::root(RootKey::from_mounted_file(path))
    }

    /// Takes a passphrase, from which the key is derived when a vault is opened.
    #[napi(factory)]
    pub fn from_passphrase(text: String) -> Self {
        let text = Zeroizing::new(text);
        let passphrase = Passphrase::new(SecretString::from(text.as_str()));
        Self {
            unlock: Arc::new(passphrase),
            root: None,
        }
    }

    /// The key as base64, to be kept elsewhere; `null` for a passphrase.
    #[napi]
    pub fn to_base64(&self) -> Option<String> {
        let key = self.root.as_ref()?;
        Some(key.to_base64().expose_secret().to_owned())
    }
}
