//! Documents of the host: the tests of the vault itself, over this store.
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

#[path = "../../../tests/it/references/changes.rs"]
mod changes;
#[path = "../../../tests/it/references/kit.rs"]
mod kit;
#[path = "../../../tests/it/references/questions.rs"]
mod questions;
#[path = "../../../tests/it/references/removals.rs"]
mod removals;
