//! Keys, sealing, and the bytes of sealed things. Nothing here knows a store or a template.
//!
//! From the ground up, and no file imports one of a later line:
//!
//! 1. `primitives` is the only folder that names a cryptographic library, and `stack` wipes what
//!    the libraries leave there. `canonical`, `padding` and `tlv` write bytes down.
//! 2. `key` (keys and their names), `key_context`, `timestamp`, `log_state`, `row_account`,
//!    `header`, `root_key` (the key that opens a vault), `passphrase`, `provider` (keys that are
//!    kept elsewhere), `data_key`.
//! 3. `context` (the place of an envelope) and `envelope` (sealing).
//! 4. `sub_keys` (keyed hashes), `key_slot` (from a root key to the vault key), `unlock` (all that
//!    opens a key slot).
//! 5. `info`, `head`, `audit`, `document`, `usage`, `wrap` (keys under keys), `previous_key`,
//!    `vault_keys` (the vault key and those before it), `key_slot_directory`.
//! 6. `bundle` (secrets that leave a vault).
//! 7. `fuzzing` (for the fuzzer alone).
//!
//! The manual's page on the format has it all.

mod audit;
mod bundle;
mod canonical;
mod context;
mod data_key;
mod document;
mod envelope;
#[cfg(feature = "internals")]
pub mod fuzzing;
mod head;
mod header;
mod info;
mod key;
mod key_context;
mod key_slot;
mod key_slot_directory;
mod log_state;
mod padding;
mod passphrase;
mod previous_key;
mod primitives;
mod provider;
mod root_key;
mod row_account;
mod stack;
mod sub_keys;
#[cfg(test)]
mod tests;
mod timestamp;
mod tlv;
mod unlock;
mod usage;
mod vault_keys;
mod wrap;

pub(crate) use audit::{Facts, LogChain, LogRow, LoggedKey, decode_entry, kept_tool};
pub use bundle::BundleReach;
pub(crate) use bundle::{
    BundleCounts, BundleItem, BundleKey, BundleReader, BundleStart, BundleWriter, BundledSecret,
    damaged_bundle, unread_bundle,
};
pub(crate) use context::{InfoPlace, SealedPlace};
pub(crate) use data_key::{DataKeyRecord, DataKeyState};
pub(crate) use document::DocumentRecord;
#[cfg(test)]
pub(crate) use envelope::PARSED;
pub(crate) use envelope::{Envelope, Refused};
pub(crate) use head::Head;
pub(crate) use header::Header;
pub(crate) use info::{About, Info, InfoState, SealedInfo, VersionEntry};
pub(crate) use key::{KeyId, SymmetricKey, random};
pub use key_context::KeyContext;
#[cfg(test)]
pub(crate) use key_slot::Kdf;
pub(crate) use key_slot::{KeySlot, KeySlotPlace};
pub(crate) use key_slot_directory::{KeySlotDirectory, KeySlotEntry};
pub(crate) use log_state::{LogPlace, LogState};
pub use passphrase::Argon2Cost;
#[cfg(feature = "passphrase")]
pub use passphrase::Passphrase;
pub(crate) use passphrase::Work;
pub(crate) use previous_key::PreviousKey;
pub(crate) use primitives::equal;
pub use provider::RootKeyProvider;
pub use root_key::RootKey;
pub(crate) use row_account::RowAccount;
#[cfg(test)]
pub(crate) use sub_keys::ROW_KEYS;
pub(crate) use sub_keys::{RowHasher, SubKeys};
pub(crate) use timestamp::Timestamp;
pub use unlock::Unlock;
pub(crate) use usage::{LastUse, UsageRecord};
pub(crate) use vault_keys::VaultKeys;
pub(crate) use wrap::VaultKey;
