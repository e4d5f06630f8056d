//! Attacks by somebody who can write the store, or who holds a narrowed handle: each was once
//! possible.
#![cfg(all(feature = "sqlite", feature = "json"))]
#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::type_complexity
)]

mod data_keys;
mod hidden;
mod long_rows;
mod narrowed;
mod older;
mod refused;
mod slots;
mod snapshots;
