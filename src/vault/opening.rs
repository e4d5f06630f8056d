//! The rows that a vault is opened with: header, key slots and vault secret.

mod first_rows;
mod key_slots;
mod unlock;

pub(super) use first_rows::initialise;
pub(super) use key_slots::VAULT_SECRET;
pub(super) use unlock::{has_header, unlock};
