//! A store in one SQLite file.

mod ballast;
mod connection;
mod create;
mod failure;
mod file_system;
mod options;
mod permissions;
mod queue;
mod read_connection;
mod rows;
mod schema;
mod settings;
mod store;
mod vault_path;
mod version;

pub use options::SqliteOptions;
pub use store::SqliteStore;
