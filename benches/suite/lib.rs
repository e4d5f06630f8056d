//! The benches of the crate: each file beside this one is one.
