//! A store in one SQLite file.

mod connection;
mod create;
mod failure;
mod options;
mod read_connection;
mod rows;
mod schema;
mod store;
mod vault_path;
mod version;

pub use options::SqliteOptions;
pub use store::SqliteStore;
