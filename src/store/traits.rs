//! The contract of stores.

use std::fmt::Debug;
use std::num::NonZeroU32;
use std::sync::Arc;

use super::answer::{HeadRead, Moment, Purge, SelfCheck};
use super::file_store::FileStore;
use super::page::{Page, Scan};
use super::partition::Partition;
use super::row::{Row, RowKey};
use crate::error::Result;

/// Reads that belong together, as [`SecretStore::read`] runs them.
pub type ReadWork<'a> = dyn FnMut(&mut dyn ReadTx) -> Result<()> + 'a;

/// A change, as [`SecretStore::write`] runs it: it gets the rows that were read first.
pub type WriteWork<'a> = dyn FnMut(Vec<Option<Row>>, &mut dyn WriteTx) -> Result<()> + 'a;

/// A store of sealed rows. Blocking, object-safe, and narrow: a new feature of the vault is a new
/// [`Kind`](super::Kind), never a new method.
///
/// # Contract
///
/// * A row is identified by its [`Partition`] and its [`RowKey`]: the same key in two partitions is
///   two rows. Bytes come back exactly as they were put, empty ones included.
/// * Reads never wait for a writer and see only committed writes.
/// * A write that was acknowledged survives the process and, where the medium allows, a loss of
///   power.
/// * Several handles, threads and processes may use the same store.
/// * Rows that are longer than [`Row::MAX_INFO`] and [`Row::MAX_BODY`] are refused: as
///   [`TooLarge`](crate::ErrorKind::TooLarge) when they are put, as
///   [`Corrupt`](crate::ErrorKind::Corrupt), before their bytes are loaded, when they are read.
/// * Errors hold no bytes of rows.
///
/// # How to implement one
///
/// The tables of a database need two ways to find rows: by partition, kind and key, where the key
/// is unique, and by partition, kind, epoch and key. [`Row::check`] refuses what may not be put,
/// and [`Page::collect`] makes a page of rows in order. The suite
#[cfg_attr(
    feature = "conformance",
    doc = "[`conformance`](super::conformance) tests the rest."
)]
#[cfg_attr(
    not(feature = "conformance"),
    doc = "`store::conformance` (feature `conformance`) tests the rest."
)]
///
/// A store that loses its connection says what that means for a write:
/// [`Unavailable`](crate::ErrorKind::Unavailable) if nothing was committed, so that the caller may
/// try again, and [`Unsettled`](crate::ErrorKind::Unsettled) if that cannot be told.
pub trait SecretStore: Debug + Send + Sync + 'static {
    /// Reads rows by key: one answer for each key, in the same order, all of one moment. A key may
    /// be asked for twice.
    ///
    /// # Errors
    ///
    /// When the store cannot be read; a row that does not exist is `None`.
    fn get(&self, partition: Partition, keys: &[RowKey]) -> Result<Vec<Option<Row>>>;

    /// Reads a page of rows in the order that [`Scan::from`] says, all of one moment. A page holds
    /// [`Scan::size`] at most, and says where the next one starts if there may be more.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    fn scan(&self, partition: Partition, scan: &Scan) -> Result<Page>;

    /// Runs `work`, whose reads are all of one moment. Writers do not wait for it, however long it
    /// takes, and what they commit meanwhile it does not see. (In a store that cannot do that, such
    /// as a file with a rollback journal, a writer is told [`Busy`](crate::ErrorKind::Busy).)
    /// `work` may run again when the store has to retry.
    ///
    /// # Errors
    ///
    /// The error of `work`, or why the store cannot be read.
    fn read(&self, partition: Partition, work: &mut ReadWork<'_>) -> Result<()>;

    /// Runs `work` as one atomic write: all of it becomes visible at once, or none of it if `work`
    /// or the commit fails.
    ///
    /// The partition is locked, whether it holds rows or not, before the rows of `first` are read
    /// for `work`: two writes to one partition never overlap, so what `work` has read is still true
    /// when it commits. Writes to different partitions may overlap. Over a network, the lock and
    /// the first reads need one round trip together.
    ///
    /// `work` may run again when the store has to retry, so it must have no effect but through its
    /// [`WriteTx`]. It is never run again once a commit was sent, unless the store has proved that
    /// the commit did not happen.
    ///
    /// # Errors
    ///
    /// The error of `work`; [`Busy`](crate::ErrorKind::Busy) when the lock could not be had in
    /// bounded time, also inside of another write to the partition;
    /// [`Unsettled`](crate::ErrorKind::Unsettled) when the write may have been committed; or why
    /// the store cannot be written, which means that nothing was.
    fn write(&self, partition: Partition, first: &[RowKey], work: &mut WriteWork<'_>)
    -> Result<()>;

    /// Reads the head of a tenant as it is stored, unless nothing was committed to the store since
    /// `known`.
    ///
    /// Asked on every use of what is held in memory, so it should cost less than a
    /// [`get`](SecretStore::get) while nothing changes. A store that cannot tell whether anything
    /// was committed, other than by the rows themselves, always reads and gives no moment. It must
    /// not judge by a value of a row, e.g. an epoch: whoever can write the store can put it back.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    fn head(&self, partition: Partition, head: &RowKey, known: Option<Moment>) -> Result<HeadRead>;

    /// Lists the partitions that hold rows, in ascending order: those behind `after`, or from the
    /// first, and `limit` at most. Fewer than `limit` means that there are no more.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    fn partitions(&self, after: Option<Partition>, limit: NonZeroU32) -> Result<Vec<Partition>>;

    /// Erases what deleted and replaced rows left behind, as far as the medium allows.
    ///
    /// # Errors
    ///
    /// When the store cannot be written.
    fn purge(&self) -> Result<Purge>;

    /// Checks the store's own structures, such as its indexes, as far as the medium allows: all of
    /// it, at a cost in proportion to the store. What is sealed in the rows is not its concern.
    ///
    /// # Errors
    ///
    /// When the store cannot be read, which includes rows that have not even the shape of rows.
    fn self_check(&self) -> Result<SelfCheck>;

    /// Returns the store as a file that can be copied and made smaller; `None`, which is the
    /// default, for a store that is no file.
    fn as_file(&self) -> Option<&dyn FileStore> {
        None
    }
}

/// Reads of one moment, in one partition.
pub trait ReadTx {
    /// Reads rows by key, like [`SecretStore::get`].
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    fn get(&mut self, keys: &[RowKey]) -> Result<Vec<Option<Row>>>;

    /// Reads a page of rows, like [`SecretStore::scan`].
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    fn scan(&mut self, scan: &Scan) -> Result<Page>;
}

/// The inside of one atomic write to a partition. Its reads see its own changes.
pub trait WriteTx: ReadTx {
    /// Writes a row, replacing the one at its key.
    ///
    /// # Errors
    ///
    /// Those of [`Row::check`], and when the store cannot be written.
    fn put(&mut self, row: &Row) -> Result<()>;

    /// Deletes a row; it may be absent.
    ///
    /// # Errors
    ///
    /// When the store cannot be written.
    fn delete(&mut self, key: &RowKey) -> Result<()>;
}

macro_rules! pass_on {
    ($($pointer:ident)+) => {$(
        impl<S: SecretStore + ?Sized> SecretStore for $pointer<S> {
            fn get(&self, partition: Partition, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
                (**self).get(partition, keys)
            }

            fn scan(&self, partition: Partition, scan: &Scan) -> Result<Page> {
                (**self).scan(partition, scan)
            }

            fn read(&self, partition: Partition, work: &mut ReadWork<'_>) -> Result<()> {
                (**self).read(partition, work)
            }

            fn write(
                &self,
                partition: Partition,
                first: &[RowKey],
                work: &mut WriteWork<'_>,
            ) -> Result<()> {
                (**self).write(partition, first, work)
            }

            fn head(
                &self,
                partition: Partition,
                head: &RowKey,
                known: Option<Moment>,
            ) -> Result<HeadRead> {
                (**self).head(partition, head, known)
            }

            fn partitions(
                &self,
                after: Option<Partition>,
                limit: NonZeroU32,
            ) -> Result<Vec<Partition>> {
                (**self).partitions(after, limit)
            }

            fn purge(&self) -> Result<Purge> {
                (**self).purge()
            }

            fn self_check(&self) -> Result<SelfCheck> {
                (**self).self_check()
            }

            fn as_file(&self) -> Option<&dyn FileStore> {
                (**self).as_file()
            }
        }
    )+};
}

pass_on!(Box Arc);
