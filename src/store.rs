//! Stores of sealed rows. A store knows no key, no name and no value: it moves opaque bytes.
//!
//! [`SecretStore`] is the contract for implementors. The suite in `store::conformance` (feature
//! `conformance`) tests a store against it.

mod answer;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod copy;
mod empty;
mod file_store;
mod memory;
mod order;
mod page;
mod partition;
mod row;
#[cfg(feature = "sqlite")]
mod sqlite;
mod traits;
mod turn;

pub use answer::{HeadRead, Moment, Purge, SelfCheck};
#[cfg(feature = "vault")]
pub(crate) use copy::is_marker;
pub use copy::{Copied, copy_vault};
#[cfg(feature = "vault")]
pub(crate) use empty::has_no_rows;
pub use file_store::{CopyCheck, CopyProgress, FileStore};
pub use memory::MemoryStore;
#[cfg(feature = "vault")]
pub(crate) use order::{PAGE, ascend, goes_on};
pub use page::{Cursor, Page, PageSize, Scan};
pub use partition::Partition;
#[cfg(feature = "vault")]
pub(crate) use row::HEADER;
pub use row::{Kind, Row, RowKey};
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteOptions, SqliteStore};
pub use traits::{ReadTx, ReadWork, SecretStore, WriteTx, WriteWork};
