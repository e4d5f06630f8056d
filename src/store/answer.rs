//! Answers of stores.

use serde::{Serialize, Serializer};

use super::row::Row;

/// Answer to a question for a [head](super::SecretStore::head).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeadRead {
    /// Nothing was committed to the store since the known moment: what was read after it would be
    /// read again.
    Unchanged,
    /// Something may have been committed.
    Read {
        /// The row of the head; `None` if the tenant has none.
        row: Option<Row>,
        /// A moment before the row was read, to ask again with; `None` from a store that cannot
        /// tell.
        moment: Option<Moment>,
    },
}

/// A moment in the life of an open store: what is read after it is of this moment or later.
///
/// The number is the store's own. It means nothing to another store, nor to another handle on the
/// same rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub u64);

/// Result of a [purge](super::SecretStore::purge).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purge {
    /// The deleted rows are gone from the store's files.
    Done,
    /// Somebody still reads an older state, so the sealed bytes of what was deleted are still in
    /// the store's files. They are out of reach of every call;
    /// [purge](super::SecretStore::purge) again later.
    Pending,
    /// The medium keeps the sealed bytes of what was deleted until its own maintenance, which no
    /// call of the store begins: a database that keeps old rows and a log, or storage that copies.
    OutOfReach,
}

impl Purge {
    /// Returns the code of the result, as in JSON. It never changes.
    ///
    /// ```
    /// use keyslot::store::Purge;
    ///
    /// assert_eq!(Purge::OutOfReach.as_str(), "out_of_reach");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Pending => "pending",
            Self::OutOfReach => "out_of_reach",
        }
    }
}

impl Serialize for Purge {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Result of a store's [check of itself](super::SecretStore::self_check).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SelfCheck {
    /// The structures are sound.
    Sound,
    /// The structures are damaged: rows may be hidden from some ways of looking for them.
    Damaged,
}
