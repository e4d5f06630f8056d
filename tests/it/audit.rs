//! The audit log: what it says of changes, and what is noticed when somebody changes it.

#![cfg(feature = "vault")]

mod changes;
mod kit;
mod tampered;
