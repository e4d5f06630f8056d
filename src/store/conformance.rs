//! Proves that a store keeps the contract of [`SecretStore`](super::SecretStore).
//!
//! Run [`check`] with every way to make the store, boxed and shared ones included, and
//! [`check_handles`] if the same rows can be opened twice.

mod bounds;
mod check;
mod crowd;
mod gets;
mod heads;
mod kit;
mod locks;
mod moments;
mod pages;
mod sample;
mod scans;
mod upkeep;
mod visibility;
mod writes;

pub use check::{check, check_handles};
