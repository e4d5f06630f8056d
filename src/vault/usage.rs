//! Uses of secrets, added up: when and by whom each one was used last, and how often.
//!
//! # Design
//!
//! * **One row for each name** that was used, sealed, in the partition that has the uses of the
//!   organization. A use takes no lock that a change takes, and changes no epoch of the
//!   organization. It works with and without an audit log.
//! * **A row belongs to a record id.** A secret that takes the name of another one begins at
//!   nothing.
//! * **What a use costs**: a look-up in a table of the secrets that were used since uses were
//!   stored last. A thread stores them by number, by time and as the vault is closed, 256 secrets
//!   in one write.
//! * **Processes add up**: rows are read and written under the lock of the partition. A row names
//!   the newest batches that it has counted, so a batch whose commit may have happened is given
//!   again and counts once.
//! * **Nothing is lost silently**: uses that find no room, and those of a row that cannot be read,
//!   are counted and told.
//! * **The head accounts for the rows**, so that a row which was deleted or put back is found by
//!   verification.

mod backlog;
mod flush;
mod list;
mod open;
mod read;
mod secret_usage;
mod upkeep;

pub use backlog::UsageBacklog;
pub(in crate::vault) use flush::start_flusher;
pub use list::{UsedSecret, WithUsage};
pub use secret_usage::SecretUsage;
