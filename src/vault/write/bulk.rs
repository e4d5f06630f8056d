//! Changing many secrets at once.

mod changes;
mod existing;
mod items;
mod progress;
mod put_all;
mod remove_all;
mod set_status_all;

pub use existing::OnExisting;
pub use progress::{BulkError, BulkProgress};
