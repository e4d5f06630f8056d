#![cfg_attr(all(feature = "keychain", feature = "transit"), doc = include_str!("../README.md"))]
#![cfg_attr(
    not(all(feature = "keychain", feature = "transit")),
    doc = "Keys for vaults of keyslot that are kept elsewhere."
)]
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

#[cfg(feature = "keychain")]
pub mod keychain;
#[cfg(feature = "transit")]
mod transit;

#[cfg(feature = "keychain")]
pub use keyring_core;
#[cfg(feature = "transit")]
pub use transit::{Token, Transit};
