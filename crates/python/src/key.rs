//! Keys that open a vault.

use std::path::PathBuf;

use keyslot::Unlock;
use keyslot::secrecy::ExposeSecret as _;
use pyo3::prelude::*;

use crate::error::Outcome;
use crate::text::{Text, Value};

/// The key that opens a vault: 32 bytes that nobody can guess. Keep it apart from the vault.
#[pyclass(frozen, module = "keyslot")]
#[derive(Debug)]
pub(crate) struct RootKey(keyslot::RootKey);

#[pymethods]
impl RootKey {
    /// Makes a new key with the generator of the operating system.
    #[staticmethod]
    fn generate() -> Outcome<Self> {
        Ok(Self(keyslot::RootKey::generate()?))
    }

    /// Takes 32 bytes.
    #[staticmethod]
    fn from_bytes(key: &[u8]) -> Outcome<Self> {
        Ok(Self(keyslot::RootKey::from_bytes(key)?))
    }

    /// Takes 64 hexadecimal digits.
    #[staticmethod]
    fn from_hex(digits: Text) -> Outcome<Self> {
        Ok(Self(keyslot::RootKey::from_hex(digits.as_str())?))
    }

    /// Takes 44 characters of base64, as `openssl rand -base64 32` prints them.
    #[staticmethod]
    fn from_base64(text: Text) -> Outcome<Self> {
        Ok(Self(keyslot::RootKey::from_base64(text.as_str())?))
    }

    /// Reads an environment variable, in hexadecimal digits or base64.
    #[staticmethod]
    fn from_env(variable: Text) -> Outcome<Self> {
        Ok(Self(keyslot::RootKey::from_env(variable.as_str())?))
    }

    /// Reads a file that nobody else can read, in hexadecimal digits or base64.
    #[staticmethod]
    fn from_file(py: Python<'_>, path: PathBuf) -> Outcome<Self> {
        Ok(Self(py.detach(|| keyslot::RootKey::from_file(path))?))
    }

    /// Reads a file that Docker, Kubernetes or systemd mounted.
    #[staticmethod]
    fn from_mounted_file(py: Python<'_>, path: PathBuf) -> Outcome<Self> {
        Ok(Self(
            py.detach(|| keyslot::RootKey::from_mounted_file(path))?,
        ))
    }

    /// Returns the text that `from_base64` takes: what to store of a generated key.
    fn to_base64(&self) -> String {
        self.0.to_base64().expose_secret().to_owned()
    }

    fn __repr__(&self) -> &'static str {
        "RootKey('**********')"
    }
}

/// A passphrase that opens a vault.
#[pyclass(frozen, module = "keyslot")]
#[derive(Debug)]
pub(crate) struct Passphrase(keyslot::Passphrase);

#[pymethods]
impl Passphrase {
    #[new]
    fn new(text: Value) -> Outcome<Self> {
        Ok(Self(keyslot::Passphrase::new(text.into_secret()?)))
    }

    fn __repr__(&self) -> &'static str {
        "Passphrase('**********')"
    }
}

/// One of the keys above, as an argument.
#[derive(FromPyObject)]
pub(crate) enum Key<'py> {
    Root(Bound<'py, RootKey>),
    Passphrase(Bound<'py, Passphrase>),
}

impl Key<'_> {
    /// Returns the key as the crate takes it.
    pub(crate) fn unlock(&self) -> &(dyn Unlock + Sync) {
        match self {
            Self::Root(key) => &key.get().0,
            Self::Passphrase(key) => &key.get().0,
        }
    }
}
