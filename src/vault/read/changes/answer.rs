//! The answer to a question for changes.

use serde::Serialize;

use crate::crypto::Info;
use crate::name::SecretName;
use crate::record::{Epoch, Revision};
use crate::scope::Scope;
use crate::status::Status;

/// The secrets that changed since an [`Epoch`]: see
/// [`ScopedVault::changes`](crate::ScopedVault::changes).
///
/// The default says that nothing was ever stored.
///
/// ```
/// use keyslot::{Changes, Epoch};
///
/// let changes = Changes::default();
/// assert!(changes.is_empty() && changes.epoch == Epoch::START);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Changes {
    /// The moment that this is of: the epoch to ask with the next time.
    pub epoch: Epoch,
    /// True if any secret may have changed, so that `secrets` is empty and the host has to load
    /// everything again. The organization was erased, more than
    /// [`MAX_CHANGES`](crate::ScopedVault::MAX_CHANGES) secrets changed, or the epoch of the
    /// question is later than the last one: somebody put back an older copy.
    pub all: bool,
    /// The secrets that changed, by epoch, scope and name.
    pub secrets: Vec<ChangedSecret>,
}

/// A secret whose record changed. Never a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ChangedSecret {
    /// The epoch of its last change.
    pub epoch: Epoch,
    /// The scope that it lives in: that of the handle, or one above it.
    pub scope: Scope,
    /// Its name.
    pub name: SecretName,
    /// Its status now; `None` for a deleted secret.
    pub status: Option<Status>,
    /// The number of writes to it. A secret that was only sealed again under a new data key has
    /// the same one as before.
    pub revision: Revision,
}

impl Changes {
    /// Returns true if nothing changed.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// let before = project.epoch()?;
    /// assert!(project.changes(before)?.is_empty());
    /// project.put("API_KEY", "a value")?;
    /// assert!(!project.changes(before)?.is_empty());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        !self.all && self.secrets.is_empty()
    }
}

impl ChangedSecret {
    pub(super) fn of(epoch: u64, info: Info) -> Self {
        Self {
            epoch: Epoch::new(epoch),
            scope: info.scope,
            name: info.name,
            status: info.state.status(),
            revision: info.revision,
        }
    }
}
