//! Parts of an async host: a resolver that asks a secret service over HTTP, and a service on axum
//! that resolves without holding up its runtime.
#![cfg_attr(
    test,
    allow(
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used,
        reason = "a test may panic"
    )
)]

mod flights;
mod http_secrets;
mod misses;
mod request;
mod service;
#[cfg(test)]
mod tests;

pub use http_secrets::{HttpSecrets, Settings};
pub use service::{Service, router, watch};
