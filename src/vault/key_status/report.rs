//! The report on the keys of a vault.

use std::time::{Duration, SystemTime};

use serde::{Serialize, Serializer};

use crate::record::rfc3339;
use crate::scope::Scope;
use crate::vault::key_info::KeyInfo;

/// The state of the keys of a vault, see [`Vault::key_status`](crate::Vault::key_status).
///
/// In JSON times are text of RFC 3339 in UTC, and states are `active`, `open_only`, `destroyed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct KeyStatus {
    /// The time of the vault's clock when the report was begun.
    #[serde(serialize_with = "rfc3339")]
    pub time: SystemTime,
    /// The keys that open the vault, oldest first.
    pub slots: Vec<KeyInfo>,
    /// The vault keys that were replaced and not dropped, in the order of their replacement.
    pub previous_vault_keys: Vec<PreviousVaultKey>,
    /// The organizations, sorted.
    pub organizations: Vec<OrganizationKeys>,
}

/// A vault key that was replaced, see
/// [`Vault::replace_vault_key`](crate::Vault::replace_vault_key).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PreviousVaultKey {
    /// The time at which it was replaced.
    #[serde(serialize_with = "rfc3339")]
    pub replaced_at: SystemTime,
    /// The data keys that are still wrapped under it:
    /// [`rewrap_data_keys`](crate::Vault::rewrap_data_keys) moves them to the current one.
    pub data_keys: u64,
}

/// The data keys of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OrganizationKeys {
    /// The organization; `None` if its head cannot be read, which
    /// [`verify`](crate::Vault::verify) tells.
    pub organization: Option<Scope>,
    /// Its data keys, oldest first.
    pub keys: Vec<DataKeyStatus>,
    /// The number of data keys that cannot be read.
    pub unreadable: u64,
}

/// One data key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DataKeyStatus {
    /// Its generation, from 1.
    pub generation: u32,
    /// Operations that it may serve for.
    pub state: DataKeyState,
    /// The time at which it was made; `None` for one of a vault that kept no times of keys.
    #[serde(serialize_with = "optional")]
    pub made_at: Option<SystemTime>,
    /// The rows that are sealed with it: secrets, revoked and deleted ones too, and older versions
    /// of values.
    pub rows: u64,
}

/// Operations that a data key may serve for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DataKeyState {
    /// It seals what is stored now. Each organization has one.
    Active,
    /// It opens what it sealed.
    OpenOnly,
    /// It is gone.
    Destroyed,
}

impl KeyStatus {
    /// The organizations whose active key is `max_age` old or older, or of unknown age: time for
    /// [`rotate_data_key`](crate::Vault::rotate_data_key).
    ///
    /// ```
    /// use std::time::Duration;
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// let status = vault.key_status()?;
    /// assert_eq!(status.due(Duration::from_secs(90 * 86_400)).count(), 0);
    /// assert_eq!(status.due(Duration::ZERO).count(), 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn due(&self, max_age: Duration) -> impl Iterator<Item = &OrganizationKeys> {
        let is_due = move |key: &DataKeyStatus| {
            // A clock that was set back makes no key old.
            let age = key.made_at.map(|made_at| {
                let age = self.time.duration_since(made_at);
                age.unwrap_or_default()
            });
            key.state == DataKeyState::Active && age.is_none_or(|age| age >= max_age)
        };
        self.organizations
            .iter()
            .filter(move |organization| organization.keys.iter().any(is_due))
    }
}

impl OrganizationKeys {
    /// The rows that a [`rewrap`](crate::Vault::rewrap) would move: those that are sealed with an
    /// older key.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// vault.rotate_data_key("acme")?;
    /// assert_eq!(vault.key_status()?.organizations[0].left(), 1);
    /// vault.rewrap("acme")?.finish()?;
    /// assert_eq!(vault.key_status()?.organizations[0].left(), 0);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn left(&self) -> u64 {
        let older = self
            .keys
            .iter()
            .filter(|key| key.state != DataKeyState::Active);
        older.map(|key| key.rows).sum()
    }
}

impl DataKeyState {
    /// The name, as logs have it: `active`, `open_only`, `destroyed`.
    ///
    /// ```
    /// use keyslot::DataKeyState;
    ///
    /// assert_eq!(DataKeyState::OpenOnly.as_str(), "open_only");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::OpenOnly => "open_only",
            Self::Destroyed => "destroyed",
        }
    }
}

impl Serialize for DataKeyState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A time that may be unknown.
struct Time(SystemTime);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        rfc3339(&self.0, serializer)
    }
}

// By reference, as serde calls it.
#[allow(clippy::ref_option)]
fn optional<S: Serializer>(time: &Option<SystemTime>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(Time).serialize(serializer)
}
