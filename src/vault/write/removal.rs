//! Results of removals that ask for the documents which need what is removed.

use super::bulk::BulkProgress;
use crate::error::Result;
use crate::name::SecretName;
use crate::store::Purge;
use crate::vault::documents::DocumentUses;

/// The treatment of a secret that documents need, when it is deleted: see
/// [`ScopedVault::delete_with`](crate::ScopedVault::delete_with).
///
/// ```
/// use keyslot::{ErrorKind, OnReferenced, RootKey, Vault};
///
/// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
/// project.put("STRIPE_KEY", "sk_live_...")?;
/// project.documents().set("workflow:42", "<<$secret.STRIPE_KEY>>")?;
/// let error = project.delete_with("STRIPE_KEY", OnReferenced::Refuse).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Conflict);
/// let removed = project.delete_with("STRIPE_KEY", OnReferenced::Report)?;
/// assert_eq!(removed.documents.total, 1);
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnReferenced {
    /// The deletion is refused.
    Refuse,
    /// The secret is deleted, and the documents are named.
    Report,
}

/// Result of a removal that asked for documents.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Removed {
    /// The state of the erased bytes in the store's files.
    pub purge: Purge,
    /// The documents that needed the secret at the moment of the removal.
    pub documents: DocumentUses,
}

/// Result of a [revocation](crate::ScopedVault::revoke_reporting) that asked for documents.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Revoked {
    /// The state of the erased bytes in the store's files.
    pub purge: Purge,
    /// The documents that need the secret, or the error of the question. The secret is revoked in
    /// either case.
    pub documents: Result<DocumentUses>,
}

/// Result of a removal of many secrets that asked for documents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemovedAll {
    /// The progress at the end.
    pub progress: BulkProgress,
    /// The removed secrets that documents needed, with these:
    /// [`MAX`](RemovedAll::MAX) documents at most in all. Of the others there is the number.
    pub documents: Vec<(SecretName, DocumentUses)>,
}

impl RemovedAll {
    /// The most documents that are named, those of all secrets together.
    pub const MAX: usize = 10_000;
}
