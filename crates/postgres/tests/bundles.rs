//! Exports and imports of bundles: the tests of the vault itself, over this store.
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

#[path = "../../../tests/it/bundle/exports.rs"]
mod exports;
#[path = "../../../tests/it/bundle/imports.rs"]
mod imports;
#[path = "../../../tests/it/bundle/kit.rs"]
mod kit;
#[path = "../../../tests/it/bundle/moments.rs"]
mod moments;
