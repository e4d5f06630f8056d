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
            #[must_use]
            pub fn inactive(self) -> Self {
                self.set(|change| change.fields.status = Some(Status::Inactive))
            }

            /// Switches the secret on, even if it was off.
            #[must_use]
            pub fn active(self) -> Self {
                self.set(|change| change.fields.status = Some(Status::Active))
            }

            /// Sets the description, which says what the secret is for: up to 4,096 bytes without
            /// control characters. It is sealed like the value, and shown by
            /// [`info`](crate::ScopedVault::info). Text that looks like a credential is refused,
            /// here and in metadata.
            #[must_use]
            pub fn description(self, text: impl Into<String>) -> Self {
                self.set(|change| change.fields.description = Some(text.into()))
            }

            /// Sets one entry of the metadata, e.g. the owner: up to 64 keys of up to 128 bytes,
            /// with values of up to 1,024 bytes, without control characters. An existing key gets
            /// the new value.
            #[must_use]
            pub fn metadata(self, key: impl Into<String>, value: impl Into<String>) -> Self {
                self.set(|change| {
                    let entry = (key.into(), Some(value.into()));
                    change.fields.metadata.extend([entry]);
                })
            }

            /// Removes a key from the metadata, if it is there.
            #[must_use]
            pub fn without_metadata(self, key: impl Into<String>) -> Self {
                self.set(|change| change.fields.metadata.extend([(key.into(), None)]))
            }

            /// Removes both times that were stored before. Without further times the secret is
            /// valid at once and never expires. Times that are set on this value stay.
            #[must_use]
            pub fn clear_times(self) -> Self {
                self.set(|change| change.fields.clear_times = true)
            }

            /// Sets the time from which the secret resolves.
            #[must_use]
            pub fn not_before(self, time: SystemTime) -> Self {
                self.set(|change| change.fields.not_before = Some(time))
            }

            /// Sets the time from which the secret no longer resolves. The latest time that the
            /// clock ever told in this process counts, see
            /// [`VaultBuilder::clock`](crate::VaultBuilder::clock).
            #[must_use]
            pub fn expires_at(self, time: SystemTime) -> Self {
                self.set(|change| change.fields.expires_at = Some(time))
            }

            /// Sets the age at which a value should be replaced: whole seconds, up to 100 years.
            /// An older value still resolves; see
            /// [`SecretInfo::due_for_rotation`](crate::SecretInfo::due_for_rotation).
            #[must_use]
            pub fn rotate_every(self, interval: Duration) -> Self {
                self.set(|change| {
                    let fields = &mut change.fields;
                    (fields.clear_rotation, fields.rotation) = (false, Some(interval));
                })
            }

            /// Removes the interval that [`rotate_every`](Self::rotate_every) set.
            #[must_use]
            pub fn never_rotate(self) -> Self {
                self.set(|change| {
                    let fields = &mut change.fields;
                    (fields.clear_rotation, fields.rotation) = (true, None);
                })
            }

            /// Sets the access rules, in place of all rules that were stored before.
            #[must_use]
            pub fn rules(self, rules: AccessRules) -> Self {
                self.set(|change| {
                    change.fields.rules = Some(rules);
                    change.fields.instructions = None;
                })
            }

            /// Allows or forbids the secret in text that a model reads; the other rules stay. A
            /// model can be talked into repeating what it reads.
            #[must_use]
            pub fn in_instructions(self, allowed: bool) -> Self {
                self.set(|change| change.fields.instructions = Some(allowed))
            }

            /// Writes only if the secret is still at this revision. Otherwise nothing changes and
            /// the error is a [`Conflict`](crate::ErrorKind::Conflict).
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
