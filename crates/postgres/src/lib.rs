// The first definition of a link wins: it replaces the relative one of the README.
//! [OPERATORS.md]: crate::operators
#![cfg_attr(feature = "tls", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "tls"),
    doc = "The store of keyslot on PostgreSQL: many machines on one vault of secrets."
)]
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod changes;
mod config;
mod connect;
mod create;
mod ddl;
mod driver;
mod failure;
mod metered;
mod moments;
pub mod operators;
mod pool;
mod reading;
mod refusal;
mod rows;
mod schema;
mod session;
mod settings;
mod settle;
mod shape;
mod sql;
mod statement;
mod store;
mod tls;
mod tries;
mod value;
mod wait;
mod writing;

pub use config::PostgresConfig;
pub use failure::SqlState;
pub use store::PostgresStore;
