//! Documents of the host: which secrets they need, and what follows from it.
#![cfg(all(feature = "sqlite", feature = "json"))]
#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod at_rest;
mod changes;
mod kit;
mod questions;
mod removals;
mod tampered;
#[cfg(unix)]
mod vector;
