//! Progress of a call for many secrets, and its error.

use std::fmt;
use std::ops::Range;

use crate::error::{Error, ErrorKind};
use crate::name::SecretName;
use crate::store::Purge;
use crate::vault::documents::DocumentUses;

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
    unsettled: Range<usize>,
    documents: Vec<(SecretName, DocumentUses)>,
}

impl BulkError {
    pub(in crate::vault) fn new(error: Error, item: Option<usize>, progress: BulkProgress) -> Self {
        Self {
            error,
            item,
            progress,
            unsettled: 0..0,
            documents: Vec::new(),
        }
    }

    /// The error of a write of these items, of which the store cannot tell if it happened.
    pub(super) fn unsettled_at(self, unsettled: Range<usize>) -> Self {
        Self { unsettled, ..self }
    }

    /// The error of a call that asked for documents.
    pub(super) fn with_documents(self, documents: Vec<(SecretName, DocumentUses)>) -> Self {
        Self { documents, ..self }
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
    /// ([`Unsettled`](ErrorKind::Unsettled)), those of the last write may be changed as well: see
    /// [`unsettled`](BulkError::unsettled).
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

    /// The numbers of the items whose write may have happened, from 0 in the order of the call:
    /// those of the last write after an [`Unsettled`](ErrorKind::Unsettled) error, otherwise none.
    /// All of them are changed, or none is.
    ///
    /// ```
    /// use keyslot::{OnExisting, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let items = [("STRIPE_KEY", "sk_live_..."), ("CRM_TOKEN", "")];
    /// let error = project.put_all(items, OnExisting::Fail).unwrap_err();
    /// assert!(error.unsettled().is_empty(), "it is known that nothing is stored");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn unsettled(&self) -> Range<usize> {
        self.unsettled.clone()
    }

    /// The secrets that [`delete_all_with`](crate::ScopedVault::delete_all_with) deleted before the
    /// error and that documents needed, with these, as in
    /// [`RemovedAll::documents`](crate::RemovedAll::documents). Where a store cannot tell
    /// ([`Unsettled`](ErrorKind::Unsettled)), those of the last write are among them.
    ///
    /// ```
    /// use keyslot::{OnExisting, OnReferenced, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme/billing")?;
    /// let names: Vec<String> = (0..300).map(|number| format!("KEY_{number}")).collect();
    /// let items = names.iter().map(|name| (name, "a value"));
    /// project.put_all(items, OnExisting::Fail)?;
    /// project.documents().set("workflow:42", "<<$secret.KEY_7>>")?;
    /// project.revoke("KEY_299")?;
    /// let error = project.delete_all_with(&names, OnReferenced::Report).unwrap_err();
    /// assert_eq!((error.progress().changed, error.item()), (256, Some(299)));
    /// assert_eq!(error.documents()[0].0.as_str(), "KEY_7");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn documents(&self) -> &[(SecretName, DocumentUses)] {
        &self.documents
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
