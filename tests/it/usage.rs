//! Uses of secrets, added up.
#![cfg(feature = "vault")]
#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod counts;
mod erased;
mod failures;
mod kit;
mod tampered;
