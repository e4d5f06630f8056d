//! Listings of secrets.

mod filter;
mod inherited;
mod pages;
mod secrets;

pub use inherited::{Inherited, Listed};
pub use secrets::List;
