//! Results of the calls about the vault key.

use serde::Serialize;

use crate::store::Purge;
use crate::vault::key_info::KeyInfo;

/// Result of [`Vault::replace_vault_key`](crate::Vault::replace_vault_key).
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct ReplacedVaultKey {
    /// The keys that go on to open the vault, each in a key slot with a new id.
    pub kept: Vec<KeyInfo>,
    /// The keys that do not open the vault any more.
    pub dropped: Vec<KeyInfo>,
    /// Result of the purge after the write.
    pub purge: Purge,
}

/// Result of [`Vault::rewrap_data_keys`](crate::Vault::rewrap_data_keys).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[must_use]
#[non_exhaustive]
pub struct RewrappedDataKeys {
    /// The data keys that were wrapped anew.
    pub rewrapped: u64,
    /// The data keys that cannot be read, and stay as they are;
    /// [`verify`](crate::Vault::verify) tells more.
    pub unreadable: u64,
}
