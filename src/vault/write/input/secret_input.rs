//! A value to be stored, and statements about it.

use std::fmt;
use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret, SecretString};

use super::secret_change::{Expected, SecretChange, setters};
use crate::access::AccessRules;
use crate::error::{Error, ErrorKind, Result};
use crate::record::Revision;
use crate::registers;
use crate::status::Status;
use crate::template::{trim, unfit};

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
/// let info = project.put(
///     "STRIPE_KEY",
///     SecretInput::new("sk_live_...")
///         .inactive()
///         .description("billing, live mode"),
/// )?;
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
    ///
    /// ```
    /// use keyslot::{RootKey, SecretInput, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// let mut typed = String::from("a value");
    /// typed.shrink_to_fit();
    /// project.put("CRM_TOKEN", SecretInput::new(typed))?;
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn new(value: impl Into<SecretString>) -> Self {
        let value = value.into();
        registers::clear();
        Self {
            value,
            change: SecretChange::default(),
        }
    }

    /// Drops white space at both ends of the value (ASCII), such as the line end that `echo` and
    /// editors write.
    ///
    /// ```
    /// use keyslot::{RootKey, SecretInput, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", SecretInput::new("sk_live_one\n").trimmed())?;
    /// assert!(project.matches("STRIPE_KEY", "sk_live_one")?);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        let value = self.value.expose_secret();
        let trimmed = trim(value);
        if trimmed.len() < value.len() {
            self.value = SecretString::from(trimmed);
            registers::clear();
        }
        self
    }

    /// Stores only if there is no secret of that name in that scope; otherwise nothing changes and
    /// the error is a [`Conflict`](crate::ErrorKind::Conflict).
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey, SecretInput, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// let first = || SecretInput::new("made at the first start").if_absent();
    /// project.put("SESSION_KEY", first())?;
    /// assert_eq!(project.put("SESSION_KEY", first()).unwrap_err().kind(), ErrorKind::Conflict);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
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

    /// Accepts an expiry that has passed: the secret is brought along from another place.
    pub(in crate::vault::write) fn may_be_expired(self) -> Self {
        self.set(|change| change.fields.may_be_expired = true)
    }

    /// The bytes of the value and of the texts.
    pub(in crate::vault::write) fn size(&self) -> usize {
        self.value.expose_secret().len() + self.change.fields.size()
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
            let message = "a description or metadata may not hold the value: everybody who may \
                           list secrets reads them";
            return Err(Error::new(ErrorKind::InvalidInput, message));
        }
        Ok(())
    }
}

/// Checks a value against the surfaces that rules name. A filter may make a value fit, `base64` for
/// one, but not one that is right and only has a line end too many.
///
/// # Errors
///
/// [`ErrorKind::InvalidValue`] when it fits on none of the surfaces, but would without the white
/// space at its ends.
pub(in crate::vault::write) fn check_surfaces(value: &str, rules: &AccessRules) -> Result<()> {
    let fits = |value| {
        rules
            .surfaces()
            .any(|surface| unfit(surface, value).is_none())
    };
    if rules.surfaces().next().is_none() || fits(value) || !fits(trim(value)) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::InvalidValue,
        "the value begins or ends with a control character, such as a line end, which may stand on \
         none of the surfaces that its rules allow: store it trimmed",
    ))
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
