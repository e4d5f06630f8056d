//! A value to be stored, and statements about it.

use std::fmt;
use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret, SecretString};

use super::secret_change::{Expected, SecretChange, setters};
use crate::access::AccessRules;
use crate::error::{Error, ErrorKind, Result};
use crate::record::Revision;
use crate::status::Status;

/// A value to be stored, with statements about it. A plain string is enough; the setters are for
/// the rest.
///
/// A field that is not set stays as it is when the secret exists already, an expiry that has passed
/// included ([`clear_times`](SecretInput::clear_times) takes it back); a new secret is active,
/// never expires, may go to every target but instructions.
///
/// ```
/// use keyslot::{RootKey, SecretInput, Status, Vault};
///
/// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
/// let info = project.put("STRIPE_KEY", SecretInput::new("sk_live_...").inactive().description("billing, live mode"))?;
/// assert_eq!(info.status, Status::Inactive);
/// # Ok::<(), keyslot::Error>(())
/// ```
pub struct SecretInput {
    pub(in crate::vault::write) value: SecretString,
    pub(in crate::vault::write) change: SecretChange,
}

impl SecretInput {
    /// A value. A `String` with spare capacity is better passed by `From`, which wipes the bytes
    /// that `SecretString` would leave behind when it shrinks the string.
    pub fn new(value: impl Into<SecretString>) -> Self {
        Self {
            value: value.into(),
            change: SecretChange::default(),
        }
    }

    /// Stores only if there is no secret of that name in that scope; otherwise nothing changes and
    /// the error is a [`Conflict`](crate::ErrorKind::Conflict).
    #[must_use]
    pub fn if_absent(self) -> Self {
        self.set(|change| change.expected = Expected::Nothing)
    }

    /// Takes the facts of a change: those that it sets replace those set here.
    ///
    /// ```
    /// use keyslot::{RootKey, SecretChange, SecretInput, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let change = SecretChange::new().description("billing, live mode");
    /// let info = project.put("STRIPE_KEY", SecretInput::new("sk_live_...").apply(change))?;
    /// assert_eq!(info.description, "billing, live mode");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn apply(mut self, change: SecretChange) -> Self {
        self.change = self.change.then(change);
        self
    }

    fn set(mut self, set: impl FnOnce(&mut SecretChange)) -> Self {
        set(&mut self.change);
        self
    }

    /// Checks the input against the limits of the vault.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidValue`] or [`ErrorKind::InvalidInput`] when the vault does not take it.
    pub(in crate::vault::write) fn check(&self, max_value: usize) -> Result<()> {
        let value = self.value.expose_secret();
        if value.is_empty() {
            return Err(Error::new(
                ErrorKind::InvalidValue,
                "a secret value may not be empty",
            ));
        }
        if value.len() > max_value {
            return Err(Error::new(
                ErrorKind::InvalidValue,
                format!("a secret value may have {max_value} bytes at most"),
            ));
        }
        self.change.fields.check()?;
        if self.change.fields.tell(value) {
            let message = "a description or metadata may not hold the value: everybody who may list \
                           secrets reads them";
            return Err(Error::new(ErrorKind::InvalidInput, message));
        }
        Ok(())
    }
}

setters!(SecretInput);

/// Shows neither the value nor the texts, which may be as private as the value.
impl fmt::Debug for SecretInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { value: _, change } = self;
        f.debug_struct("SecretInput")
            .field("value", &"[REDACTED]")
            .field("change", change)
            .finish()
    }
}
