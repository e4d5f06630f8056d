//! Verification: every row against the sealed heads, every key slot against the sealed directory,
//! and the store against itself.

mod account;
mod finding;
mod key_slots;
mod progress;
mod stored_keys;
mod tenant;
mod values;
mod vault;
mod verification;

pub(super) use account::Account;
pub use finding::Finding;
pub use progress::VerifyProgress;
pub(super) use progress::{Watch, go_on};
pub(super) use stored_keys::StoredKeys;
pub(super) use vault::verify;
pub use verification::Verification;
