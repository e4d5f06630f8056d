//! Root keys: a root key opens a vault.

mod credential;
mod file;
mod key;
mod text;
mod weak;

pub use key::RootKey;
