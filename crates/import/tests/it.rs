//! Tests of imports.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "it/bad_input.rs"]
mod bad_input;
#[path = "it/cases.rs"]
mod cases;
// The store whose calls fail, of the tests of the crate.
#[allow(dead_code, unreachable_pub)]
#[path = "../../../tests/it/support/hooked.rs"]
mod hooked;
#[path = "it/json.rs"]
mod json;
#[path = "it/plan.rs"]
mod plan;
#[path = "it/round_trip.rs"]
mod round_trip;
#[path = "it/stops.rs"]
mod stops;
#[path = "it/support.rs"]
mod support;
