//! A value to be stored, and statements about it.

use std::fmt;
use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret, SecretString};

use crate::access::AccessRules;
use crate::error::{Error, ErrorKind, Result};
use crate::record::Revision;
use crate::status::Status;
use crate::vault::write::fields::Fields;

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
pub struct SecretInput<V = SecretString> {
    pub(in crate::vault::write) value: V,
    pub(in crate::vault::write) fields: Fields,
    pub(in crate::vault::write) expected: Expected,
}

/// New statements about a secret that is there, without a new value: see
/// [`ScopedVault::update`](crate::ScopedVault::update).
///
/// ```
/// use keyslot::{RootKey, SecretChange, Vault};
///
/// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
/// project.put("STRIPE_KEY", "sk_live_...")?;
/// let info = project.update("STRIPE_KEY", SecretChange::default().metadata("owner", "team-payments"))?;
/// assert_eq!(info.metadata["owner"], "team-payments");
/// assert_eq!(info.version().unwrap().get(), 1);
/// # Ok::<(), keyslot::Error>(())
/// ```
pub type SecretChange = SecretInput<()>;

/// The revision that the caller believes to be stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::vault::write) enum Expected {
    #[default]
    Anything,
    Nothing,
    Revision(Revision),
}

impl SecretInput {
    /// A value. A `String` with spare capacity is better passed by `From`, which wipes the bytes that
    /// `SecretString` would leave behind when it shrinks the string.
    pub fn new(value: impl Into<SecretString>) -> Self {
        Self {
            value: value.into(),
            fields: Fields::default(),
            expected: Expected::default(),
        }
    }

    /// Stores only if there is no secret of that name in that scope; otherwise nothing changes and
    /// the error is a [`Conflict`](crate::ErrorKind::Conflict).
    #[must_use]
    pub fn if_absent(mut self) -> Self {
        self.expected = Expected::Nothing;
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
        self.fields.check()?;
        if self.fields.tell(value) {
            let message = "a description or metadata may not hold the value: everybody who may list \
                           secrets reads them";
            return Err(Error::new(ErrorKind::InvalidInput, message));
        }
        Ok(())
    }
}

impl<V> SecretInput<V> {
    /// Switches the secret off.
    #[must_use]
    pub fn inactive(mut self) -> Self {
        self.fields.status = Some(Status::Inactive);
        self
    }

    /// Switches the secret on, also if it was off.
    #[must_use]
    pub fn active(mut self) -> Self {
        self.fields.status = Some(Status::Active);
        self
    }

    /// Purpose of the secret: up to 4,096 bytes without control characters. Sealed like the value,
    /// shown by [`info`](crate::ScopedVault::info). Text that looks like a credential is refused,
    /// here and in metadata.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.fields.description = Some(text.into());
        self
    }

    /// Adds a statement about the secret, e.g. its owner: up to 64 keys of up to 128 bytes,
    /// with values of up to 1,024 bytes, without control characters. A key that is there gets the
    /// new value.
    #[must_use]
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.fields.metadata.insert(key.into(), Some(value.into()));
        self
    }

    /// Takes a key out of the metadata, if it is there.
    #[must_use]
    pub fn without_metadata(mut self, key: impl Into<String>) -> Self {
        self.fields.metadata.insert(key.into(), None);
        self
    }

    /// Takes back the times that were set before: a secret without them is valid at once and never
    /// expires.
    #[must_use]
    pub fn clear_times(mut self) -> Self {
        self.fields.clear_times = true;
        self
    }

    /// Time from which it resolves.
    #[must_use]
    pub fn not_before(mut self, time: SystemTime) -> Self {
        self.fields.not_before = Some(time);
        self
    }

    /// Time from which it resolves no more. The latest time that the clock ever told in this process
    /// counts, see [`VaultBuilder::clock`](crate::VaultBuilder::clock).
    #[must_use]
    pub fn expires_at(mut self, time: SystemTime) -> Self {
        self.fields.expires_at = Some(time);
        self
    }

    /// Time after which a value should be replaced: whole seconds, up to 100 years. Nothing is
    /// refused when it is older; see
    /// [`SecretInfo::due_for_rotation`](crate::SecretInfo::due_for_rotation).
    #[must_use]
    pub fn rotate_every(mut self, interval: Duration) -> Self {
        (self.fields.clear_rotation, self.fields.rotation) = (false, Some(interval));
        self
    }

    /// Takes back what [`rotate_every`](SecretInput::rotate_every) said before.
    #[must_use]
    pub fn never_rotate(mut self) -> Self {
        (self.fields.clear_rotation, self.fields.rotation) = (true, None);
        self
    }

    /// Rules of its use, in place of those before.
    #[must_use]
    pub fn rules(mut self, rules: AccessRules) -> Self {
        self.fields.rules = Some(rules);
        self.fields.instructions = None;
        self
    }

    /// Allows or forbids resolving it in text that a model reads; the other rules stay. A model can
    /// be talked into repeating text that it reads.
    #[must_use]
    pub fn in_instructions(mut self, allowed: bool) -> Self {
        self.fields.instructions = Some(allowed);
        self
    }

    /// Stores only if the secret is still at this revision; otherwise nothing changes and the error
    /// is a [`Conflict`](crate::ErrorKind::Conflict).
    #[must_use]
    pub fn if_revision(mut self, revision: Revision) -> Self {
        self.expected = Expected::Revision(revision);
        self
    }
}

/// Changes nothing.
impl Default for SecretChange {
    fn default() -> Self {
        Self {
            value: (),
            fields: Fields::default(),
            expected: Expected::default(),
        }
    }
}

/// Shows neither the value nor the texts, which may be as private as the value.
impl<V> fmt::Debug for SecretInput<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            value: _,
            fields,
            expected,
        } = self;
        let Fields {
            status,
            not_before,
            expires_at,
            rotation,
            rules,
            instructions,
            ..
        } = fields;
        f.debug_struct("SecretInput")
            .field("value", &"[REDACTED]")
            .field("status", status)
            .field("not_before", not_before)
            .field("expires_at", expires_at)
            .field("rotate_every", rotation)
            .field("rules", rules)
            .field("instructions", instructions)
            .field("expected", expected)
            .finish_non_exhaustive()
    }
}
