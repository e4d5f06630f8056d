//! The data keys of an organization: a new one, everything moved to it, the old one destroyed.
#![cfg(all(feature = "sqlite", feature = "json"))]
#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod destroying;
mod erasing;
mod killed;
mod kit;
mod many;
mod rewrapping;
mod rotation;
mod status;
