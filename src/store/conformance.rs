//! Proves that a store keeps the contract of [`SecretStore`](super::SecretStore).
//!
//! Run [`check`] with every way to make the store, boxed and shared ones included, and
//! [`check_handles`] if the same rows can be opened twice. A store that has connections to lose
//! runs [`check_faults`] as well.

mod bounds;
mod check;
mod crowd;
mod cut;
mod faults;
mod gets;
mod heads;
mod kit;
mod locks;
mod lost_reads;
mod moments;
mod pages;
mod partitions;
mod runs;
mod sample;
mod scans;
mod upkeep;
mod visibility;
mod writes;

pub use check::{check, check_faults, check_handles};
pub use cut::{Cut, Faults};
