//! Tests of the command, on the program itself.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "it/cases.rs"]
mod cases;
#[cfg(feature = "postgres")]
#[path = "it/database.rs"]
mod database;
#[path = "it/export.rs"]
mod export;
#[path = "it/import.rs"]
mod import;
#[path = "it/leaks.rs"]
mod leaks;
#[path = "it/log.rs"]
mod log;
#[path = "it/session.rs"]
mod session;
#[path = "it/support.rs"]
mod support;
#[path = "it/values.rs"]
mod values;
