//! Tests of the store on a server that runs: see the script `server` in this folder.
#![allow(
    missing_docs,
    dead_code,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::ignored_unit_patterns,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::panic,
    clippy::unused_self,
    clippy::unwrap_used
)]

mod audit;
mod bundles;
mod cache;
mod changes;
mod conformance;
mod cuts;
mod deaths;
mod documents;
mod flights;
mod grants;
mod listing;
mod log;
mod lying;
mod model;
mod moving;
mod processes;
mod refused;
mod support;
mod threads;
#[cfg(feature = "tls")]
mod tls;
mod usage;
