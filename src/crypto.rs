//! Keys, sealing, and the bytes of what is sealed. Nothing here knows a store or a template.
//!
//! `primitives` is the only file that names a cryptographic library, and `stack` wipes what the
//! libraries leave there. On them stand the constructions: `root_key` and `slot` (what opens a
//! vault), `key` and `wrap` (keys under keys), `sub_keys` (keyed hashes), `envelope` (sealing).
//! `canonical`, `tlv`, `info`, `head` and `data_key` say how things are written down. The manual's
//! page on the format has it all.

mod canonical;
mod context;
mod data_key;
mod envelope;
mod head;
mod header;
mod info;
mod key;
mod padding;
mod primitives;
mod root_key;
mod slot;
mod slot_directory;
mod stack;
mod sub_keys;
#[cfg(test)]
mod tests;
mod timestamp;
mod tlv;
mod wrap;

pub(crate) use data_key::{DataKey, DataKeyState};
pub(crate) use envelope::{commitment, key_id};
pub(crate) use head::Head;
pub(crate) use header::Header;
pub(crate) use info::{About, Info, InfoPlace, InfoState, VersionEntry};
pub(crate) use key::{Key, KeyId, random};
pub(crate) use primitives::equal;
pub use root_key::RootKey;
pub(crate) use slot::{Kdf, Slot};
pub(crate) use slot_directory::{SlotDirectory, SlotEntry};
pub(crate) use sub_keys::SubKeys;
pub(crate) use timestamp::Timestamp;
pub(crate) use wrap::VaultKey;
