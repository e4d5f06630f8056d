//! Facts to store about a secret, apart from its value.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::access::AccessRules;
use crate::record::Revision;
use crate::status::Status;
use crate::vault::write::fields::Fields;

/// A change to the facts about a secret, without a new value: see
/// [`ScopedVault::update`](crate::ScopedVault::update).
///
/// Facts that are not set stay as they are.
///
/// In JSON it is an object of `status` (`active` or `inactive`), `description`, `metadata` (`null`
/// removes a key), `not_before`, `expires_at` (RFC 3339), `rotate_every` (seconds), `rules`,
/// `instructions`, `if_revision`, `clear_times` and `never_rotate`. All may be left out. A value is
/// never in it: pass it by itself, as `SecretInput::new(value).apply(change)`, so that it is wiped.
/// With the feature `json`, such text can be parsed: `text.parse::<SecretChange>()`.
///
/// ```
/// use keyslot::{RootKey, SecretChange, Vault};
///
/// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
/// project.put("STRIPE_KEY", "sk_live_...")?;
/// let change = SecretChange::new().metadata("owner", "team-payments");
/// let info = project.update("STRIPE_KEY", change)?;
/// assert_eq!(info.metadata["owner"], "team-payments");
/// assert_eq!(info.version().unwrap().get(), 1);
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct SecretChange {
    pub(in crate::vault::write) fields: Fields,
    pub(in crate::vault::write) expected: Expected,
}

/// The state of the store that the caller of a write relies on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::vault::write) enum Expected {
    /// Any state.
    #[default]
    Anything,
    /// No secret of the name.
    Nothing,
    /// A secret at this revision.
    Revision(Revision),
}

/// Defines the setters of a type that has a method `set`, which gives it a [`SecretChange`].
macro_rules! setters {
    ($type:ident) => {
        impl $type {
            /// Switches the secret off.
            ///
            /// ```
            /// use keyslot::{RootKey, SecretInput, Status, Vault};
            ///
            /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
            /// let info = project.put("NEW_KEY", SecretInput::new("a value").inactive())?;
            /// assert_eq!(info.status, Status::Inactive);
            /// # Ok::<(), keyslot::Error>(())
            /// ```
            #[must_use]
            pub fn inactive(self) -> Self {
                self.set(|change| change.fields.status = Some(Status::Inactive))
            }

            /// Switches the secret on, even if it was off.
            ///
            /// ```
            /// use keyslot::{RootKey, SecretChange, SecretInput, Status, Vault};
            ///
            /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
            /// project.put("NEW_KEY", SecretInput::new("a value").inactive())?;
            /// let info = project.update("NEW_KEY", SecretChange::new().active())?;
            /// assert_eq!(info.status, Status::Active);
            /// # Ok::<(), keyslot::Error>(())
            /// ```
            #[must_use]
            pub fn active(self) -> Self {
                self.set(|change| change.fields.status = Some(Status::Active))
            }

            /// Sets the description, which says what the secret is for: up to 4,096 bytes without
            /// control characters. It is sealed like the value, and shown by
            /// [`info`](crate::ScopedVault::info). Text that looks like a credential is refused,
            /// here and in metadata.
            ///
            /// ```
            /// use keyslot::{RootKey, SecretInput, Vault};
            ///
            /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
            /// let input = SecretInput::new("a value").description("for the nightly import");
            /// assert_eq!(project.put("CRM_TOKEN", input)?.description, "for the nightly import");
            /// # Ok::<(), keyslot::Error>(())
            /// ```
            #[must_use]
            pub fn description(self, text: impl Into<String>) -> Self {
                self.set(|change| change.fields.description = Some(text.into()))
            }

            /// Sets one entry of the metadata, e.g. the owner: up to 64 keys of up to 128 bytes,
            /// with values of up to 1,024 bytes, without control characters. An existing key gets
            /// the new value.
            ///
            /// ```
            /// use keyslot::{RootKey, SecretInput, Vault};
            ///
            /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
            /// let input = SecretInput::new("a value").metadata("owner", "team-sales");
            /// assert_eq!(project.put("CRM_TOKEN", input)?.metadata["owner"], "team-sales");
            /// # Ok::<(), keyslot::Error>(())
            /// ```
            #[must_use]
            pub fn metadata(self, key: impl Into<String>, value: impl Into<String>) -> Self {
                self.set(|change| {
                    let entry = (key.into(), Some(value.into()));
                    change.fields.metadata.extend([entry]);
                })
            }

            /// Removes a key from the metadata, if it is there.
            ///
            /// ```
            /// use keyslot::{RootKey, SecretChange, SecretInput, Vault};
            ///
            /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
            /// project.put("CRM_TOKEN", SecretInput::new("a value").metadata("ticket", "42"))?;
            /// let change = SecretChange::new().without_metadata("ticket");
            /// let info = project.update("CRM_TOKEN", change)?;
            /// assert!(info.metadata.is_empty());
            /// # Ok::<(), keyslot::Error>(())
            /// ```
            #[must_use]
            pub fn without_metadata(self, key: impl Into<String>) -> Self {
                self.set(|change| change.fields.metadata.extend([(key.into(), None)]))
            }

            /// Removes both times that were stored before. Without further times the secret is
            /// valid at once and never expires. Times that are set on this value stay.
            ///
            /// ```
            /// use std::time::{Duration, SystemTime};
            /// use keyslot::{RootKey, SecretChange, SecretInput, Vault};
            ///
            /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
            /// let soon = SystemTime::now() + Duration::from_secs(60);
            /// project.put("GUEST_TOKEN", SecretInput::new("a value").expires_at(soon))?;
            /// let info = project.update("GUEST_TOKEN", SecretChange::new().clear_times())?;
            /// assert_eq!(info.expires_at, None);
            /// # Ok::<(), keyslot::Error>(())
            /// ```
            #[must_use]
            pub fn clear_times(self) -> Self {
                self.set(|change| change.fields.clear_times = true)
            }

            /// Sets the time from which the secret resolves.
            ///
            /// ```
            /// use std::time::{Duration, SystemTime};
            /// use keyslot::{ErrorKind, RootKey, SecretInput, Vault};
            ///
            /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
            /// let tomorrow = SystemTime::now() + Duration::from_secs(86_400);
            /// project.put("NEXT_KEY", SecretInput::new("a value").not_before(tomorrow))?;
            /// let error = project.resolve("<<$secret.NEXT_KEY>>").unwrap_err();
            /// assert_eq!(error.kind(), ErrorKind::NotYetValid);
            /// # Ok::<(), keyslot::Error>(())
            /// ```
            #[must_use]
            pub fn not_before(self, time: SystemTime) -> Self {
                self.set(|change| change.fields.not_before = Some(time))
            }

            /// Sets the time from which the secret no longer resolves. The latest time that the
            /// clock ever told in this process counts, see
            /// [`VaultBuilder::clock`](crate::VaultBuilder::clock).
            ///
            /// ```
            /// use std::time::{Duration, UNIX_EPOCH};
            /// use keyslot::{ErrorKind, RootKey, SecretInput, Vault};
            ///
            /// let day = |day: u64| UNIX_EPOCH + Duration::from_secs(day * 86_400);
            /// let builder = Vault::builder().clock(move || day(20_000));
            /// let vault = builder.create(&RootKey::generate()?)?;
            /// let project = vault.scope("acme")?;
            /// project.put("GUEST_TOKEN", SecretInput::new("a value").expires_at(day(20_000)))?;
            /// let error = project.resolve("<<$secret.GUEST_TOKEN>>").unwrap_err();
            /// assert_eq!(error.kind(), ErrorKind::Expired);
            /// # Ok::<(), keyslot::Error>(())
            /// ```
            #[must_use]
            pub fn expires_at(self, time: SystemTime) -> Self {
                self.set(|change| change.fields.expires_at = Some(time))
            }

            /// Sets the age at which a value should be replaced: whole seconds, up to 100 years.
            /// An older value still resolves; see
            /// [`SecretInfo::due_for_rotation`](crate::SecretInfo::due_for_rotation).
            ///
            /// ```
            /// use std::time::{Duration, SystemTime};
            /// use keyslot::{RootKey, SecretInput, Vault};
            ///
            /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
            /// let quarter = Duration::from_secs(90 * 86_400);
            /// let input = SecretInput::new("a value").rotate_every(quarter);
            /// let info = project.put("DB_PASSWORD", input)?;
            /// assert!(info.due_for_rotation(SystemTime::now() + quarter));
            /// # Ok::<(), keyslot::Error>(())
            /// ```
            #[must_use]
            pub fn rotate_every(self, interval: Duration) -> Self {
                self.set(|change| {
                    let fields = &mut change.fields;
                    (fields.clear_rotation, fields.rotation) = (false, Some(interval));
                })
            }

            /// Removes the interval that [`rotate_every`](Self::rotate_every) set.
            ///
            /// ```
            /// use std::time::Duration;
            /// use keyslot::{RootKey, SecretChange, SecretInput, Vault};
            ///
            /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
            /// let day = Duration::from_secs(86_400);
            /// project.put("DB_PASSWORD", SecretInput::new("a value").rotate_every(day))?;
            /// let info = project.update("DB_PASSWORD", SecretChange::new().never_rotate())?;
            /// assert_eq!(info.rotate_every, None);
            /// # Ok::<(), keyslot::Error>(())
            /// ```
            #[must_use]
            pub fn never_rotate(self) -> Self {
                self.set(|change| {
                    let fields = &mut change.fields;
                    (fields.clear_rotation, fields.rotation) = (true, None);
                })
            }

            /// Sets the access rules, in place of all rules that were stored before.
            ///
            /// ```
            /// use keyslot::{AccessRules, ErrorKind, RootKey, SecretInput, Target, Vault};
            ///
            /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
            /// let rules = AccessRules::new().tool("stripe")?;
            /// project.put("STRIPE_KEY", SecretInput::new("sk_live_...").rules(rules))?;
            /// let shell = Target::tool("shell");
            /// let error = project.resolve_for(&shell, "<<$secret.STRIPE_KEY>>").unwrap_err();
            /// assert_eq!(error.kind(), ErrorKind::Denied);
            /// # Ok::<(), keyslot::Error>(())
            /// ```
            #[must_use]
            pub fn rules(self, rules: AccessRules) -> Self {
                self.set(|change| {
                    change.fields.rules = Some(rules);
                    change.fields.instructions = None;
                })
            }

            /// Allows or forbids the secret in text that a model reads; the other rules stay. A
            /// model can be talked into repeating what it reads.
            ///
            /// ```
            /// use keyslot::{RootKey, SecretInput, Target, Vault};
            ///
            /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
            /// let input = SecretInput::new("+31 20 555 01 99").in_instructions(true);
            /// project.put("SUPPORT_LINE", input)?;
            /// let prompt = "Callers reach us at <<$secret.SUPPORT_LINE>>.";
            /// assert!(project.resolve_for(&Target::instructions(), prompt).is_ok());
            /// # Ok::<(), keyslot::Error>(())
            /// ```
            #[must_use]
            pub fn in_instructions(self, allowed: bool) -> Self {
                self.set(|change| change.fields.instructions = Some(allowed))
            }

            /// Writes only if the secret is still at this revision. Otherwise nothing changes and
            /// the error is a [`Conflict`](crate::ErrorKind::Conflict).
            ///
            /// ```
            /// use keyslot::{ErrorKind, RootKey, SecretChange, Vault};
            ///
            /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
            /// let seen = project.put("CRM_TOKEN", "a value")?;
            /// project.put("CRM_TOKEN", "a value of somebody else")?;
            /// let change = SecretChange::new().description("mine").if_revision(seen.revision);
            /// let error = project.update("CRM_TOKEN", change).unwrap_err();
            /// assert_eq!(error.kind(), ErrorKind::Conflict);
            /// # Ok::<(), keyslot::Error>(())
            /// ```
            #[must_use]
            pub fn if_revision(self, revision: Revision) -> Self {
                self.set(|change| change.expected = Expected::Revision(revision))
            }
        }
    };
}

pub(super) use setters;

setters!(SecretChange);

impl SecretChange {
    /// Returns a change of nothing.
    ///
    /// ```
    /// use keyslot::{RootKey, SecretChange, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// let before = project.put("CRM_TOKEN", "a value")?;
    /// assert_eq!(project.update("CRM_TOKEN", SecretChange::new())?, before);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns this change, followed by a later one: facts that both set are as the later one sets
    /// them.
    pub(super) fn then(mut self, later: Self) -> Self {
        self.fields.extend(later.fields);
        if later.expected != Expected::Anything {
            self.expected = later.expected;
        }
        self
    }

    fn set(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

/// Descriptions and metadata may be as private as a value, and are not shown.
impl fmt::Debug for SecretChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fields, expected } = self;
        let Fields {
            status,
            description: _,
            metadata: _,
            clear_times,
            not_before,
            expires_at,
            clear_rotation,
            rotation,
            rules,
            instructions,
            may_be_expired: _,
        } = fields;
        f.debug_struct("SecretChange")
            .field("status", status)
            .field("clear_times", clear_times)
            .field("not_before", not_before)
            .field("expires_at", expires_at)
            .field("never_rotate", clear_rotation)
            .field("rotate_every", rotation)
            .field("rules", rules)
            .field("instructions", instructions)
            .field("expected", expected)
            .finish_non_exhaustive()
    }
}
