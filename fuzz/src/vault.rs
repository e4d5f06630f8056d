//! Checks of what a vault reads: keys, envelopes, records, and whole files.
//!
//! Each check takes the code that it checks as an argument. So a test can give it code that is
//! wrong, and see that it notices.

pub mod audit;
pub mod bundle;
pub mod canonical;
pub mod envelope;
pub mod file;
pub mod keys;
pub mod records;
pub mod seeds;
