//! Listings of secrets.

mod filter;
mod gathered;
mod held;
mod inherited;
mod pages;
mod secrets;
mod sorted;

pub use inherited::{Inherited, Listed};
pub use secrets::List;
pub use sorted::Sorted;
