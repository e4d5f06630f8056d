//! Tests of the interface: of the keychain on stores of `keyring-core`, and of the transit engine
//! against a small server of this process.
#![cfg(all(feature = "keychain", feature = "transit"))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::pedantic,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod engine;
mod keychain;
mod keyutils;
mod server;
mod transit;
mod transit_failures;
mod transit_log;
mod transit_tls;
mod transit_token;
mod transit_vault;

use std::error::Error as _;

use keyslot::{Error, KeyContext};

const TOKEN: &str = "hvs.canary-token-4eC39HqLyjWDarjtT1";

/// The place of a key slot.
fn context(slot: u8) -> KeyContext {
    KeyContext::new([9; 16], [slot; 16])
}

/// All that can be printed of an error.
fn printed(error: &Error) -> String {
    let mut out = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(cause) = source {
        out.push_str(&format!("{cause} {cause:?}"));
        source = cause.source();
    }
    out
}
