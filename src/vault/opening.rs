//! The rows that a vault is opened with: header, key slots and vault secret.

mod first_rows;
mod key_slots;
mod unlock;

pub(super) use first_rows::initialise;
pub(super) use key_slots::{
    MAX_KEY_SLOTS, NewKeySlot, VAULT_SECRET, find, opened, scan, vault_row,
};
pub(super) use unlock::{Unlocked, has_header, unlock};
