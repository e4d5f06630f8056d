//! Facts about the keys that open a vault.

use std::fmt;
use std::time::SystemTime;

use serde::{Serialize, Serializer};

use crate::crypto::{KeyId, KeySlotEntry};
use crate::record::rfc3339;

/// A key that opens a vault, as [`Vault::keys`](crate::Vault::keys) lists it. In JSON, `made_at` is
/// text of RFC 3339 in UTC, and `kind` is its [code](KeyKind::as_str).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct KeyInfo {
    /// The identity of its key slot: 32 hexadecimal digits. Never used again.
    pub id: String,
    /// The sort of the key.
    pub kind: KeyKind,
    /// The name that was given to it; empty for the key that the vault was created with.
    pub name: String,
    /// The time at which it was added.
    #[serde(serialize_with = "rfc3339")]
    pub made_at: SystemTime,
}

impl KeyInfo {
    pub(super) fn of(entry: &KeySlotEntry) -> Self {
        Self {
            id: id_text(entry.id),
            kind: KeyKind::of(entry.kind),
            name: entry.name.clone(),
            made_at: entry.made_at.time(),
        }
    }
}

/// The id of a key slot as people write it.
pub(super) fn id_text(id: KeyId) -> String {
    base16ct::lower::encode_string(&id.0)
}

/// The id in the key of a key slot's row. Of a row that has no such id, because no vault made it,
/// the whole key.
pub(super) fn row_id_text(key: &[u8; 32]) -> String {
    KeyId::from_row_key(key).map_or_else(|_| base16ct::lower::encode_string(key), id_text)
}

/// The sort of a key that opens a vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyKind {
    /// A [`RootKey`](crate::RootKey).
    Raw,
    /// A passphrase.
    Passphrase,
    /// A key of a [`RootKeyProvider`](crate::RootKeyProvider).
    Provider,
    /// A sort that a newer version of this crate made.
    Unknown,
}

impl KeyKind {
    fn of(number: u8) -> Self {
        match number {
            1 => Self::Raw,
            2 => Self::Passphrase,
            3 => Self::Provider,
            _ => Self::Unknown,
        }
    }

    /// The code of the kind: `raw`, `passphrase`, `provider` or `unknown`.
    ///
    /// ```
    /// use keyslot::{KeyKind, RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// assert_eq!(vault.keys()?[0].kind, KeyKind::Raw);
    /// assert_eq!(KeyKind::Raw.as_str(), "raw");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Passphrase => "passphrase",
            Self::Provider => "provider",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for KeyKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
