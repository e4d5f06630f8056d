//! Verification: every row against the sealed heads, every key slot against the sealed directory,
//! and the store against itself.

mod account;
mod finding;
mod key_slots;
mod tenant;
mod vault;

pub use finding::{Finding, Verification};
pub(super) use vault::verify;
