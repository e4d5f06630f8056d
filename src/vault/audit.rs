//! Audit logs: who did what, in the store, sealed, and chained so that no entry can be changed,
//! taken away, added or moved unnoticed.
//!
//! # Design
//!
//! * **Two logs for each organization.** The log of *changes* lies in the organization's own
//!   partition: an entry is written in the transaction of the change and accounted for in the head
//!   that this transaction writes anyway. The log of *uses* has a partition of its own, with a head
//!   of its own: a use takes no lock that a change takes, and changes no epoch and no info.
//! * **One log of the keys that open the vault.** It lies in the vault's own partition, where the
//!   sealed directory of the key slots is its head. An entry is written with the slots of which it
//!   tells.
//! * **An entry** is a record of an allow-list of fields. No value, no text of a template and no
//!   path of a URL has a field that it could stand in.
//! * **A row** holds the entries of one write (256 at most, and 512 KiB), sealed together under the
//!   audit key and bound to partition and row number. So a write of many secrets costs one row, and
//!   so does a batch of uses. The key of a row is its number: a reader goes through a log in both
//!   directions, and a missing row is a gap.
//! * **The chain** is over entries: each value is a keyed hash of the one before, the number and
//!   the record of the entry. A row has the value before its first entry; the head has the value
//!   behind the last one. The lock of the partition orders the writers of all processes, so there
//!   is one chain for each log, and each row names the open vault that wrote it.
//! * **The head** has the place where the log begins and the one where it ends, which is what a
//!   verification compares with the rows. A head that is older than one that was seen is refused,
//!   as for all heads, and the anchor is told of it: so a log that was cut at its end is found.
//! * **A log that was begun goes on**: every open vault logs its changes to an organization that
//!   has a log, whatever its own settings say.
//! * **What a use costs.** *Off*: one comparison. *Batched*: an entry of some 200 bytes is made and
//!   put into a bounded queue; a thread stores what waits, for each organization in one write.
//!   *Required*: one write for each call that gives a value, however many references it has.
//! * **An entry outlives what it tells of.** The audit key comes from the vault secret, so neither
//!   a rotation of data keys nor an erasure of the organization ends a log.

mod append;
mod backlog;
mod broken;
mod check;
mod cursor;
mod entries;
#[cfg(feature = "json")]
mod export;
mod follow;
mod log;
mod page;
mod prune;
mod query;
mod query_json;
mod reader;
mod recover;
mod retention;
mod usage;
mod uses;
mod waiting;

pub(in crate::vault) use append::Noted;
pub use backlog::AuditBacklog;
pub use cursor::AuditCursor;
pub use entries::AuditEntries;
#[cfg(feature = "json")]
pub use export::AuditExport;
pub use follow::AuditFollow;
pub use log::AuditLog;
pub use page::AuditPage;
pub(in crate::vault) use prune::Kept;
pub use query::AuditQuery;
pub use retention::AuditRetention;
pub use usage::{AuditUsage, SecretUse};
pub(in crate::vault) use waiting::start_flusher;
