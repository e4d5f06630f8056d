//! Bundles: secrets that leave a vault in a sealed file, and come in from one.
#![cfg(feature = "vault")]

mod bad_input;
mod exports;
mod imports;
mod kit;
mod moments;
mod plain;
mod round_trip;
#[cfg(feature = "passphrase")]
mod vector;
