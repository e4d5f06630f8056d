//! The keys that open a vault: listing, adding, removing and changing them, and replacing the vault
//! key that they wrap.

mod add;
mod change;
mod data_keys;
mod list;
mod prune;
mod remove;
mod replace;
mod replaced;
mod slots;
mod telling;

pub use replaced::{ReplacedVaultKey, RewrappedDataKeys};
