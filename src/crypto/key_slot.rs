//! Key slots: each turns a root key into the key that the vault key is wrapped with.

mod kdf;
mod keys;
mod record;

pub(crate) use kdf::Kdf;
pub(crate) use keys::{KeySlotKeys, KeySlotPlace};
pub(crate) use record::KeySlot;
