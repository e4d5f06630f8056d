//! Tests of the console over `respond`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice
)]

mod access;
mod api;
mod basic;
mod faults;
mod forged;
#[cfg(target_os = "linux")]
mod memory;
mod planted;
mod races;
mod router;
mod support;
mod tenants;
mod watched;
mod ways;
mod words;
