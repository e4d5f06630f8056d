//! Progress of a call for many secrets, and its error.

use std::fmt;

use crate::error::{Error, ErrorKind};
use crate::store::Purge;

/// Progress of a call for many secrets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BulkProgress {
    /// The secrets that this call changed: stored, deleted or switched.
    pub changed: usize,
    /// The secrets that were left as they are, because the call has nothing to do there.
    pub skipped: usize,
    /// All secrets of the call.
    pub total: usize,
    /// The outcome of erasing from the store's files what the call took out of it. `None` while
    /// the call goes on, and for one that erased nothing.
    pub purge: Option<Purge>,
}

/// Error of a call for many secrets, of which the first may be changed.
///
/// ```
/// use keyslot::{ErrorKind, OnExisting, RootKey, Vault};
///
/// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
/// project.put("CRM_TOKEN", "is there")?;
/// let items = [("STRIPE_KEY", "sk_live_..."), ("CRM_TOKEN", "a value")];
/// let error = project.put_all(items, OnExisting::Fail).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Conflict);
/// assert_eq!((error.item(), error.progress().changed), (Some(1), 0), "neither is stored");
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct BulkError {
    error: Error,
    item: Option<usize>,
    progress: BulkProgress,
}

impl BulkError {
    pub(in crate::vault) fn new(error: Error, item: Option<usize>, progress: BulkProgress) -> Self {
        Self {
            error,
            item,
            progress,
        }
    }

    /// The kind of the error.
    ///
    /// ```
    /// use keyslot::{ErrorKind, OnExisting, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let items = [("STRIPE_KEY", "sk_live_..."), ("CRM_TOKEN", "")];
    /// let error = project.put_all(items, OnExisting::Fail).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidValue);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn kind(&self) -> ErrorKind {
        self.error.kind()
    }

    /// The error without the progress.
    ///
    /// ```
    /// use keyslot::{OnExisting, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let items = [("STRIPE_KEY", "sk_live_..."), ("CRM_TOKEN", "")];
    /// let error = project.put_all(items, OnExisting::Fail).unwrap_err();
    /// assert_eq!(error.error().name(), Some("CRM_TOKEN"));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// The number of the item that the error is about, from 0 in the order of the call; `None` if
    /// it is about no single one.
    ///
    /// ```
    /// use keyslot::{OnExisting, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let items = [("STRIPE_KEY", "sk_live_..."), ("CRM_TOKEN", "")];
    /// let error = project.put_all(items, OnExisting::Fail).unwrap_err();
    /// assert_eq!(error.item(), Some(1));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn item(&self) -> Option<usize> {
        self.item
    }

    /// The secrets that were changed all the same. Where a store cannot tell
    /// ([`Unsettled`](ErrorKind::Unsettled)), those of the last write may be changed as well.
    ///
    /// ```
    /// use keyslot::{OnExisting, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let items = [("STRIPE_KEY", "sk_live_..."), ("CRM_TOKEN", "")];
    /// let error = project.put_all(items, OnExisting::Fail).unwrap_err();
    /// assert_eq!((error.progress().changed, error.progress().total), (0, 2));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn progress(&self) -> BulkProgress {
        self.progress
    }
}

impl fmt::Display for BulkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BulkProgress { changed, total, .. } = self.progress;
        write!(
            f,
            "{} ({changed} of {total} secrets were changed)",
            self.error
        )
    }
}

/// The cause is that of the error without the progress, which is shown already.
impl std::error::Error for BulkError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}

/// The error without the progress.
impl From<BulkError> for Error {
    fn from(error: BulkError) -> Self {
        error.error
    }
}
