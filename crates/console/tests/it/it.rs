//! Tests of the console over `respond`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod api;
mod basic;
mod support;
