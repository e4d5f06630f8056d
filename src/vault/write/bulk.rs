//! Storing many secrets at once.

mod existing;
mod items;
mod progress;
mod put_all;

pub use existing::OnExisting;
pub use progress::{BulkError, BulkProgress};
