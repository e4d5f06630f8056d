//! The handle on a whole vault: opening one, and the vault that users open.

mod audit;
#[cfg(feature = "sqlite")]
mod backup;
mod builder;
mod bundle;
mod data_keys;
mod keys;
mod open_mode;
mod operator;
mod repair;
mod usage;
mod vault;
mod vault_key;

#[cfg(feature = "sqlite")]
pub use backup::Backup;
pub use builder::VaultBuilder;
pub use open_mode::OpenMode;
pub use vault::Vault;
