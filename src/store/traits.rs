//! The contract of stores.

use std::fmt::Debug;
use std::sync::Arc;

use super::answer::{HeadRead, Moment, Purge, SelfCheck};
use super::page::{Cursor, Page, PageSize, Tag};
use super::row::{Kind, Row, RowKey};
use crate::error::Result;

/// A store of sealed rows. Blocking, object-safe, and narrow: a new feature of the vault is a new
/// [`Kind`], never a new method.
///
/// # Contract
///
/// * A row is identified by its [`RowKey`]. Bytes come back exactly as they were put, empty ones
///   included.
/// * Reads never wait for a writer and see only committed writes.
/// * A write that was acknowledged survives the process and, where the medium allows, a loss of
///   power.
/// * Several handles, threads and processes may use the same store.
/// * Rows that are longer than [`Row::MAX_INFO`] and [`Row::MAX_BODY`] are refused: as
///   [`TooLarge`](crate::ErrorKind::TooLarge) when they are put, as
///   [`Corrupt`](crate::ErrorKind::Corrupt), before their bytes are loaded, when they are read.
/// * Errors hold no bytes of rows.
pub trait SecretStore: Debug + Send + Sync + 'static {
    /// Reads rows by key: one answer for each key, in the same order, all of one moment. A key may
    /// be asked for twice.
    ///
    /// # Errors
    ///
    /// When the store cannot be read; a row that does not exist is `None`.
    fn get(&self, keys: &[RowKey]) -> Result<Vec<Option<Row>>>;

    /// Reads the rows of a kind that carry a tag, a page at a time in the order that `from` says,
    /// all rows of a page of one moment. A page holds `size` at most, and says where the next one
    /// starts if there may be more. Without `bodies`, [`Row::body`] is left empty.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    fn scan(
        &self,
        kind: Kind,
        tag: Tag,
        from: Cursor,
        size: PageSize,
        bodies: bool,
    ) -> Result<Page>;

    /// Runs `work` as one atomic write: all of it becomes visible at once, or none of it if `work`
    /// or the commit fails.
    ///
    /// The row at `lock` is locked first, whether it exists or not: two writes with the same lock
    /// never overlap, so what `work` reads is still true when it commits. Writes with different
    /// locks may overlap, and each keeps what the other changed. `work` may run again when the
    /// store has to retry, so it must have no effect but through its [`WriteTx`].
    ///
    /// # Errors
    ///
    /// The error of `work`; [`Busy`](crate::ErrorKind::Busy) when the lock could not be had in
    /// bounded time; or why the store cannot be written.
    fn write(
        &self,
        lock: &RowKey,
        work: &mut dyn FnMut(&mut dyn WriteTx) -> Result<()>,
    ) -> Result<()>;

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
    fn head(&self, tenant: &RowKey, known: Option<Moment>) -> Result<HeadRead>;

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
}

/// The inside of one atomic write: sees its own changes.
pub trait WriteTx {
    /// Reads rows by key, like [`SecretStore::get`].
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

    /// Reads a page of rows, like [`SecretStore::scan`].
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    fn scan(
        &mut self,
        kind: Kind,
        tag: Tag,
        from: Cursor,
        size: PageSize,
        bodies: bool,
    ) -> Result<Page>;
}

macro_rules! pass_on {
    ($($pointer:ident)+) => {$(
        impl<S: SecretStore + ?Sized> SecretStore for $pointer<S> {
            fn get(&self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
                (**self).get(keys)
            }

            fn scan(&self, kind: Kind, tag: Tag, from: Cursor, size: PageSize, bodies: bool) -> Result<Page> {
                (**self).scan(kind, tag, from, size, bodies)
            }

            fn write(&self, lock: &RowKey, work: &mut dyn FnMut(&mut dyn WriteTx) -> Result<()>) -> Result<()> {
                (**self).write(lock, work)
            }

            fn head(&self, tenant: &RowKey, known: Option<Moment>) -> Result<HeadRead> {
                (**self).head(tenant, known)
            }

            fn purge(&self) -> Result<Purge> {
                (**self).purge()
            }

            fn self_check(&self) -> Result<SelfCheck> {
                (**self).self_check()
            }
        }
    )+};
}

pass_on!(Box Arc);
