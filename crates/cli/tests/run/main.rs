//! Tests of `keyslot run` and `keyslot render`, on the program itself.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub
)]

mod job;
mod piped;
mod prompt;
mod rendering;
mod session;
mod support;
mod traced;
