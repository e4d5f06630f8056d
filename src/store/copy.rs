//! Copies of a vault from one store to another, without a key.
//!
//! `copy_vault` is the whole, and `mirror` makes one partition the same in both stores. `stretch`
//! brings their pages together, `partitions` their partitions. `marker` is the row of an unfinished
//! copy.

mod copy_vault;
mod marker;
mod mirror;
mod partitions;
mod stretch;

pub use copy_vault::{Copied, copy_vault};
#[cfg(feature = "vault")]
pub(crate) use marker::is_marker;
