//! A store in one SQLite file.

mod backup;
mod ballast;
mod changes;
mod columns;
mod connection;
mod create;
mod failure;
mod file_system;
mod foreign_journal;
mod identity;
mod inspection;
mod new_file;
mod open_file;
mod options;
mod permissions;
mod queue;
mod read_connection;
mod readers;
mod rows;
mod scans;
mod schema;
mod settings;
mod stamp;
mod store;
mod vault_path;
mod version;
mod writer;

pub use options::SqliteOptions;
pub use store::SqliteStore;
