//! The forms in which a value is given.

use std::io::Read;
use std::mem;

use secrecy::SecretString;
use zeroize::{Zeroize, Zeroizing};

use super::SecretInput;
use crate::error::{Error, ErrorKind, Result};
use crate::vault::core::MAX_VALUE;

impl SecretInput {
    /// A value of bytes, which must be UTF-8. The vector is wiped.
    ///
    /// ```
    /// use keyslot::{ErrorKind, SecretInput};
    ///
    /// assert!(SecretInput::from_bytes(b"sk_live_...".to_vec()).is_ok());
    /// let error = SecretInput::from_bytes(vec![0xff, 0xfe]).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidValue);
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidValue`] when the bytes are not UTF-8.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self> {
        match String::from_utf8(bytes) {
            Ok(text) => Ok(text.into()),
            Err(error) => {
                error.into_bytes().zeroize();
                Err(Error::new(
                    ErrorKind::InvalidValue,
                    "a secret value must be UTF-8; encode other bytes, e.g. as base64",
                ))
            }
        }
    }

    /// A value that is read to its end, of [`Vault::MAX_VALUE`](crate::Vault::MAX_VALUE) bytes at
    /// most.
    ///
    /// Blocks the thread on the reader.
    ///
    /// ```
    /// use keyslot::{RootKey, SecretInput, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// let pipe = &b"sk_live_..."[..]; // e.g. the standard input
    /// project.put("STRIPE_KEY", SecretInput::from_reader(pipe)?)?;
    /// assert!(project.matches("STRIPE_KEY", "sk_live_...")?);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidValue`] when there are more bytes than that or they are not UTF-8,
    /// [`ErrorKind::Io`] when reading fails.
    pub fn from_reader(reader: impl Read) -> Result<Self> {
        // One allocation that never grows, because a growing one leaves copies.
        let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_VALUE + 1));
        let limit = bytes.capacity() as u64;
        reader
            .take(limit)
            .read_to_end(&mut bytes)
            .map_err(|error| {
                Error::new(ErrorKind::Io, "the value could not be read")
                    .with_source(Cause(error.kind()))
            })?;
        if bytes.len() > MAX_VALUE {
            return Err(Error::new(
                ErrorKind::InvalidValue,
                "a secret value may have 1 MiB at most",
            ));
        }
        Self::from_bytes(mem::take(&mut bytes))
    }
}

/// The kind of an I/O error without its text, which may hold a path.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Cause(std::io::ErrorKind);

impl From<&str> for SecretInput {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}

/// Wipes the string, spare capacity included.
impl From<String> for SecretInput {
    fn from(value: String) -> Self {
        Self::new(Zeroizing::new(value).as_str())
    }
}

impl From<SecretString> for SecretInput {
    fn from(value: SecretString) -> Self {
        Self::new(value)
    }
}
