//! The handle on a whole vault: opening one, and the vault that users open.

mod builder;
mod vault;

pub use builder::VaultBuilder;
pub use vault::Vault;
