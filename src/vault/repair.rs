//! Ways out for an operator, where a record or a head cannot be read any more.

mod account;
mod rebuild;
mod repaired;

pub use repaired::Repair;
