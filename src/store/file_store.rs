//! Stores that are one file.

use std::fmt::Debug;
use std::path::Path;

use super::answer::Purge;
use super::traits::SecretStore;
use crate::error::Result;

/// Listener to the progress of a copy, as [`FileStore::backup`] tells it: the bytes that are
/// copied, and all of them. An error ends the copy.
pub type CopyProgress<'a> = dyn FnMut(u64, u64) -> Result<()> + 'a;

/// Check of a finished copy, as [`FileStore::backup`] runs it.
pub type CopyCheck<'a> = dyn FnMut(Box<dyn SecretStore>) -> Result<()> + 'a;

/// A store that is one file: it can be copied while it is in use, and made smaller.
///
/// ```
/// use keyslot::SecretStore;
/// use keyslot::store::{MemoryStore, SqliteStore};
///
/// let folder = tempfile::tempdir()?;
/// let store = SqliteStore::create(folder.path().join("vault.db"))?;
/// let file = store.as_file().expect("SQLite keeps one file");
/// file.backup(&folder.path().join("copy.db"), &mut |_copied, _size| Ok(()), &mut |_copy| Ok(()))?;
/// assert!(MemoryStore::new().as_file().is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait FileStore: Debug + Send + Sync {
    /// Copies all rows, as they are at one moment after the call began, into a new file. Writers go
    /// on meanwhile.
    ///
    /// `progress` is told now and then. The size may change while others write.
    ///
    /// `check` gets the finished copy as a store that can be read, before the file has the name
    /// `to`. The copy gets that name only after `check` has accepted it.
    ///
    /// # Errors
    ///
    /// The error of `progress` or `check`; [`VaultExists`](crate::ErrorKind::VaultExists) when
    /// something has the name `to`; or why the file cannot be written. After an error there is no
    /// new file.
    fn backup(
        &self,
        to: &Path,
        progress: &mut CopyProgress<'_>,
        check: &mut CopyCheck<'_>,
    ) -> Result<()>;

    /// Gives the space of deleted rows back to the file system, and erases what is left of them as
    /// [`SecretStore::purge`] does.
    ///
    /// # Errors
    ///
    /// When the store cannot be written.
    fn compact(&self) -> Result<Purge>;
}
