//! The audit log: what it says of changes, and what is noticed when somebody changes it.

#![cfg(feature = "vault")]

mod changes;
#[cfg(feature = "json")]
mod exports;
#[cfg(all(feature = "sqlite", feature = "json", unix))]
mod key_vector;
mod keys;
mod kit;
mod model;
mod queries;
mod refused;
mod retention;
mod sweep;
mod tampered;
mod usage;
mod uses;
#[cfg(all(feature = "sqlite", feature = "json", unix))]
mod vector;
