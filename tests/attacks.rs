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

#[path = "attacks/hidden.rs"]
mod hidden;
#[path = "attacks/long_rows.rs"]
mod long_rows;
#[path = "attacks/narrowed.rs"]
mod narrowed;
#[path = "attacks/refused.rs"]
mod refused;
#[path = "attacks/slots.rs"]
mod slots;
#[path = "attacks/snapshots.rs"]
mod snapshots;
mod support;
