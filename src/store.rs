//! Where sealed rows are kept. A store knows no key, no name and no value: it moves opaque bytes.
//!
//! [`SecretStore`] is the contract for implementors; the suite in `store::conformance` (feature `conformance`) proves one.

use std::fmt::Debug;
use std::num::NonZeroU32;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};

#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod memory;
#[cfg(feature = "sqlite")]
mod sqlite;
mod turn;

pub use memory::MemoryStore;
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteOptions, SqliteStore};

/// Keeps sealed rows. Blocking, object-safe, and narrow: a new feature of the vault is a new [`Kind`], never a new method.
///
/// # Contract
///
/// * A row is identified by its [`RowKey`]. Bytes come back exactly as they were put, empty ones included.
/// * Reads never wait for a writer and see only committed writes.
/// * A write that was acknowledged survives the process and, where the medium allows, a loss of power.
/// * Several handles, threads and processes may use the same store.
/// * Errors hold no bytes of rows.
pub trait SecretStore: Debug + Send + Sync + 'static {
    /// Reads rows by key: one answer for each key, in the same order, all of one moment. A key may be asked for twice.
    ///
    /// # Errors
    ///
    /// When the store cannot be read; a row that does not exist is `None`.
    fn get(&self, keys: &[RowKey]) -> Result<Vec<Option<Row>>>;

    /// Reads the rows of a kind that carry a tag, a page at a time in the order that `from` says, all rows of a page of
    /// one moment. A page has `limit` rows at most, and says where the next one starts if there may be more. Without
    /// `bodies`, [`Row::body`] is left empty.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    fn scan(&self, kind: Kind, tag: Tag, from: Cursor, limit: NonZeroU32, bodies: bool) -> Result<Page>;

    /// Runs `work` as one atomic write: all of it becomes visible at once, or none of it if `work` or the commit fails.
    ///
    /// The row at `lock` is locked first, whether it exists or not: two writes with the same lock never overlap, so what
    /// `work` reads is still true when it commits. `work` may run again when the store has to retry, so it must have no
    /// effect but through its [`WriteTx`].
    ///
    /// # Errors
    ///
    /// The error of `work`; [`ErrorKind::Busy`] when the lock could not be had in bounded time; or
    /// why the store cannot be written.
    fn write(&self, lock: &RowKey, work: &mut dyn FnMut(&mut dyn WriteTx) -> Result<()>) -> Result<()>;

    /// The epoch of a tenant's head: changes with every write of that tenant, and is cheap to ask for.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    fn token(&self, tenant: &RowKey) -> Result<Token>;

    /// Erases what deleted and replaced rows left behind, as far as the medium allows.
    ///
    /// # Errors
    ///
    /// When the store cannot be written.
    fn purge(&self) -> Result<Purge>;
}

/// The inside of one atomic write: sees its own changes.
pub trait WriteTx {
    /// As [`SecretStore::get`].
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>>;

    /// Writes a row, replacing the one at its key.
    ///
    /// # Errors
    ///
    /// When the store cannot be written.
    fn put(&mut self, row: &Row) -> Result<()>;

    /// Deletes a row; it may be absent.
    ///
    /// # Errors
    ///
    /// When the store cannot be written.
    fn delete(&mut self, key: &RowKey) -> Result<()>;

    /// As [`SecretStore::scan`].
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    fn scan(&mut self, kind: Kind, tag: Tag, from: Cursor, limit: NonZeroU32, bodies: bool) -> Result<Page>;
}

macro_rules! pass_on {
    ($($pointer:ident)+) => {$(
        impl<S: SecretStore + ?Sized> SecretStore for $pointer<S> {
            fn get(&self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
                (**self).get(keys)
            }

            fn scan(&self, kind: Kind, tag: Tag, from: Cursor, limit: NonZeroU32, bodies: bool) -> Result<Page> {
                (**self).scan(kind, tag, from, limit, bodies)
            }

            fn write(&self, lock: &RowKey, work: &mut dyn FnMut(&mut dyn WriteTx) -> Result<()>) -> Result<()> {
                (**self).write(lock, work)
            }

            fn token(&self, tenant: &RowKey) -> Result<Token> {
                (**self).token(tenant)
            }

            fn purge(&self) -> Result<Purge> {
                (**self).purge()
            }
        }
    )+};
}

pass_on!(Box Arc);

/// What a row is for. The numbers are part of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Kind {
    /// The one row that says what vault this is; its key is zeros.
    Header = 1,
    /// A wrapped copy of the vault key.
    Slot = 2,
    /// The secret that row keys and tags are derived from.
    VaultSecret = 3,
    /// A data key of a tenant.
    DataKey = 4,
    /// The head of a tenant.
    Head = 5,
    /// A secret, with its newest value.
    Secret = 6,
    /// An older value of a secret.
    Version = 7,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 7] =
        [Self::Header, Self::Slot, Self::VaultSecret, Self::DataKey, Self::Head, Self::Secret, Self::Version];

    /// The kind of a stored number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The number to store.
    pub fn number(self) -> u8 {
        self as u8
    }
}

/// Identifies a row: its kind and 32 bytes that look random.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    /// The kind of the row.
    pub kind: Kind,
    /// The key within the kind.
    pub key: [u8; 32],
}

/// One sealed row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its identity.
    pub key: RowKey,
    /// The tag of its scope; zeros where it has none.
    pub scope: [u8; 16],
    /// The tag of its tenant; zeros where it has none.
    pub tenant: [u8; 16],
    /// The epoch of the tenant at the row's last write; at most `i64::MAX`.
    pub epoch: u64,
    /// Sealed facts about it.
    pub info: Vec<u8>,
    /// The sealed thing itself; may be empty.
    pub body: Vec<u8>,
}

impl Row {
    /// The epoch as stores keep it.
    pub(crate) fn stored_epoch(&self) -> Result<i64> {
        i64::try_from(self.epoch).map_err(|_| Error::new(ErrorKind::InvalidInput, "an epoch is at most 2^63 - 1"))
    }
}

/// Which rows of a kind a scan reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// All of them.
    Any,
    /// Those of a scope.
    Scope([u8; 16]),
    /// Those of a tenant.
    Tenant([u8; 16]),
}

/// In what order a scan reads, and from where on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// In the order of keys: those after this one, or from the first.
    Key(Option<[u8; 32]>),
    /// In the order of epoch and key: rows of a later epoch, or of the same with a later key if there is one.
    Epoch(u64, Option<[u8; 32]>),
}

impl Cursor {
    /// From the first key.
    pub const START: Self = Self::Key(None);
}

/// Some rows of a scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Row>,
    /// Where to go on; `None` when there are no more rows.
    pub next: Option<Cursor>,
}

impl Page {
    /// A page of a scan; a full one may have more after it.
    pub(crate) fn new(rows: Vec<Row>, from: Cursor, limit: NonZeroU32) -> Self {
        let full = u32::try_from(rows.len()).is_ok_and(|length| length == limit.get());
        let last = rows.last().filter(|_| full);
        let next = last.map(|row| match from {
            Cursor::Key(_) => Cursor::Key(Some(row.key.key)),
            Cursor::Epoch(..) => Cursor::Epoch(row.epoch, Some(row.key.key)),
        });
        Self { rows, next }
    }
}

/// Tells two states of a tenant apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u64);

/// What became of a purge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purge {
    /// What was deleted is gone from the store's files.
    Done,
    /// Somebody still reads an older state, so the sealed bytes of what was deleted are still in the store's files. They are
    /// out of reach of every call; purge again later.
    Pending,
}
