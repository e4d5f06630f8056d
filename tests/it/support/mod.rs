//! Shared by several modules of tests.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[cfg(feature = "vault")]
pub mod counting;
#[cfg(feature = "vault")]
pub mod hooked;
#[cfg(target_os = "linux")]
pub mod resident;
#[cfg(feature = "vault")]
pub mod rows;
pub mod scanner;
#[cfg(feature = "vault")]
pub mod shelf;
#[cfg(feature = "vault")]
pub mod two_vaults;
#[cfg(feature = "vault")]
mod vaults;

use std::path::Path;
use std::process::Command;

use keyslot::Surface;

#[cfg(feature = "vault")]
pub use vaults::*;

/// A folder in memory where the system has one, otherwise on the disk.
pub fn fast_folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

/// Every surface.
pub const SURFACES: [Surface; 12] = [
    Surface::Text,
    Surface::Header,
    Surface::Url,
    Surface::UrlPath,
    Surface::UrlQuery,
    Surface::Form,
    Surface::Json,
    Surface::Shell,
    Surface::Env,
    Surface::Libpq,
    Surface::AdoNet,
    Surface::Odbc,
];

/// The root of the repository.
pub fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// This program once more, to run one test of a module in a process of its own. `module` is what
/// `module_path!` says there.
pub fn again(module: &str, test: &str) -> Command {
    let (_, module) = module.split_once("::").unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("{module}::{test}")]);
    command
}
