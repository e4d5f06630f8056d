//! Proofs that nothing which was acknowledged is lost: processes that are killed, system calls that
//! fail, power that is lost, and many processes at once.
//!
//! All of them share a journal, into which a process writes each operation before it begins and
//! after it ended, and a check that compares a vault with it.
#![cfg(target_os = "linux")]
#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    unreachable_pub,
    missing_debug_implementations,
    reason = "a test fails by panicking"
)]

#[path = "durable/check.rs"]
mod check;
#[path = "durable/disk.rs"]
mod disk;
#[path = "durable/faults.rs"]
mod faults;
#[path = "durable/histories.rs"]
mod histories;
#[path = "durable/journal.rs"]
mod journal;
#[path = "durable/kills.rs"]
mod kills;
#[path = "durable/linear.rs"]
mod linear;
#[path = "durable/operations.rs"]
mod operations;
#[path = "durable/power.rs"]
mod power;
#[path = "durable/random.rs"]
mod random;
#[path = "durable/shim.rs"]
mod shim;
#[path = "durable/soak.rs"]
mod soak;
#[path = "durable/traces.rs"]
mod traces;
#[path = "durable/worker.rs"]
mod worker;
