//! Bundles: secrets with their histories in a sealed file of their own, and exports in clear.
//!
//! An export reads an organization as of one moment, page by page, and holds what it reads against
//! the sealed head, so that a row that is missing, added or old ends it. Its entry in the audit log
//! is durable before the first value is read. An import verifies the whole bundle before it writes
//! anything.

mod bundle;
mod call;
#[cfg(feature = "json")]
mod clear_json;
mod dotenv;
mod entry;
mod export;
mod import;
mod pass;
mod plain;
mod progress;
mod sealed;
mod sink;
mod tenant;
mod unwritten;

pub use bundle::Bundle;
pub use entry::{BundleEntry, BundleSummary};
pub use export::Export;
pub use import::BundleImport;
pub use plain::PlainFormat;
pub use progress::ExportProgress;
