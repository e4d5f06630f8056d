//! Uses that are counted: the tests of the vault itself, over this store.
#![allow(
    unexpected_cfgs,
    unreachable_pub,
    unused_imports,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

#[path = "../../../tests/it/usage/counts.rs"]
mod counts;
#[path = "../../../tests/it/usage/failures.rs"]
mod failures;
#[path = "../../../tests/it/usage/kit.rs"]
mod kit;
