//! Proves that a store keeps the contract of [`SecretStore`](super::SecretStore).
//!
//! Run [`check`] with every way to make the store, boxed and shared ones included, and
//! [`check_handles`] if the same rows can be opened twice.

mod check;
mod handles;
mod kit;
mod scans;
mod writes;

pub use check::{check, check_handles};
