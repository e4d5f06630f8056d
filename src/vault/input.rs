//! What is stored: a value, and what is said about it.

use std::fmt;
use std::io::Read;
use std::mem;
use std::time::SystemTime;

use secrecy::{ExposeSecret, SecretString};
use zeroize::{Zeroize, Zeroizing};

use super::Vault;
use crate::error::{Error, ErrorKind, Result};
use crate::record::Revision;
use crate::status::Status;

/// A value to be stored, with what should be said about it. A plain string is enough; the setters are for the rest.
///
/// What is not set stays as it is when the secret exists already, an expiry that has passed included
/// ([`clear_times`](SecretInput::clear_times) takes it back); a new secret is active, never expires and may not go into instructions.
///
/// ```
/// use keyslot::{RootKey, SecretInput, Status, Vault};
///
/// let project = Vault::in_memory(RootKey::generate()?)?.scope("acme/billing")?;
/// let info = project.put("STRIPE_KEY", SecretInput::new("sk_live_...").inactive().description("billing, live mode"))?;
/// assert_eq!(info.status, Status::Inactive);
/// # Ok::<(), keyslot::Error>(())
/// ```
pub struct SecretInput {
    pub(super) value: SecretString,
    pub(super) status: Option<Status>,
    pub(super) description: Option<String>,
    pub(super) clear_times: bool,
    pub(super) not_before: Option<SystemTime>,
    pub(super) expires_at: Option<SystemTime>,
    pub(super) instructions: Option<bool>,
    pub(super) expected: Expected,
}

/// What the caller believes to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    Anything,
    Nothing,
    Revision(Revision),
}

impl SecretInput {
    /// A value. A `String` with spare capacity is better passed by `From`, which wipes what `SecretString` would leave
    /// behind when it shrinks the string.
    pub fn new(value: impl Into<SecretString>) -> Self {
        Self {
            value: value.into(),
            status: None,
            description: None,
            clear_times: false,
            not_before: None,
            expires_at: None,
            instructions: None,
            expected: Expected::Anything,
        }
    }

    /// A value of bytes, which must be UTF-8. The vector is wiped.
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

    /// A value that is read to its end, of [`Vault::MAX_VALUE`] bytes at most.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidValue`] when there are more bytes than that or they are not UTF-8, [`ErrorKind::Io`] when reading
    /// fails.
    pub fn from_reader(reader: impl Read) -> Result<Self> {
        // One allocation that never grows, because a growing one leaves copies.
        let mut bytes = Zeroizing::new(Vec::with_capacity(Vault::MAX_VALUE + 1));
        let limit = bytes.capacity() as u64;
        reader.take(limit).read_to_end(&mut bytes).map_err(|error| {
            Error::new(ErrorKind::Io, "the value could not be read").with_source(Cause(error.kind()))
        })?;
        if bytes.len() > Vault::MAX_VALUE {
            return Err(Error::new(ErrorKind::InvalidValue, "a secret value may have 1 MiB at most"));
        }
        Self::from_bytes(mem::take(&mut bytes))
    }

    /// Stores the secret switched off.
    #[must_use]
    pub fn inactive(mut self) -> Self {
        self.status = Some(Status::Inactive);
        self
    }

    /// Stores the secret switched on, also if it was off.
    #[must_use]
    pub fn active(mut self) -> Self {
        self.status = Some(Status::Active);
        self
    }

    /// What the secret is for: up to 4,096 bytes without control characters. Sealed like the value, shown by
    /// [`info`](crate::ScopedVault::info).
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Takes back the times that were set before: what stands by itself is valid at once and never expires.
    #[must_use]
    pub fn clear_times(mut self) -> Self {
        self.clear_times = true;
        self
    }

    /// From when on it resolves.
    #[must_use]
    pub fn not_before(mut self, time: SystemTime) -> Self {
        self.not_before = Some(time);
        self
    }

    /// From when on it resolves no more.
    #[must_use]
    pub fn expires_at(mut self, time: SystemTime) -> Self {
        self.expires_at = Some(time);
        self
    }

    /// Whether it may be resolved in text that a model reads. What a model reads, it can be talked into repeating.
    #[must_use]
    pub fn in_instructions(mut self, allowed: bool) -> Self {
        self.instructions = Some(allowed);
        self
    }

    /// Stores only if the secret is still at this revision; otherwise nothing changes and the error is a
    /// [`Conflict`](crate::ErrorKind::Conflict).
    #[must_use]
    pub fn if_revision(mut self, revision: Revision) -> Self {
        self.expected = Expected::Revision(revision);
        self
    }

    /// Stores only if there is no secret of that name in that scope; otherwise nothing changes and the error is a
    /// [`Conflict`](crate::ErrorKind::Conflict).
    #[must_use]
    pub fn if_absent(mut self) -> Self {
        self.expected = Expected::Nothing;
        self
    }

    /// # Errors
    ///
    /// [`ErrorKind::InvalidValue`] or [`ErrorKind::InvalidInput`] when the vault does not take it.
    pub(super) fn check(&self, max_value: usize) -> Result<()> {
        let len = self.value.expose_secret().len();
        if len == 0 {
            return Err(Error::new(ErrorKind::InvalidValue, "a secret value may not be empty"));
        }
        if len > max_value {
            return Err(Error::new(
                ErrorKind::InvalidValue,
                format!("a secret value may have {max_value} bytes at most"),
            ));
        }
        let description = self.description.as_deref().unwrap_or("");
        if description.len() > 4096 || description.chars().any(char::is_control) {
            let rule = "a description may have 4096 bytes at most and no control characters";
            return Err(Error::new(ErrorKind::InvalidInput, rule));
        }
        Ok(())
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

impl fmt::Debug for SecretInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { value: _, status, description: _, clear_times: _, not_before, expires_at, instructions, expected } =
            self;
        f.debug_struct("SecretInput")
            .field("value", &"[REDACTED]")
            .field("status", status)
            .field("not_before", not_before)
            .field("expires_at", expires_at)
            .field("instructions", instructions)
            .field("expected", expected)
            .finish_non_exhaustive()
    }
}
