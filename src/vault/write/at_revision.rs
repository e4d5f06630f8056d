//! Changes without an input that depend on a revision.

use super::input::Expected;
use super::removal::{OnReferenced, Removed, Revoked};
use crate::error::Result;
use crate::record::{Revision, SecretInfo, Version};
use crate::status::Status;
use crate::store::Purge;
use crate::vault::scoped::ScopedVault;

/// The changes that take no input, made only if the secret is still at a revision: see
/// [`ScopedVault::if_revision`].
///
/// Each call does the same as the call of its name on [`ScopedVault`]. It blocks the thread, as
/// [`Vault`](crate::Vault#blocking) says.
#[derive(Clone, Copy, Debug)]
#[must_use = "it changes nothing by itself"]
pub struct AtRevision<'v> {
    scoped: &'v ScopedVault,
    revision: Revision,
}

impl ScopedVault {
    /// Gives the changes that take no input, such as [`rollback`](ScopedVault::rollback) and
    /// [`force_delete`](ScopedVault::force_delete), made only if the secret is still at this
    /// revision. Otherwise nothing changes and the error is a
    /// [`Conflict`](crate::ErrorKind::Conflict). The revision is compared in the transaction of the
    /// change, so no other writer comes between.
    ///
    /// Calls with an input have it there:
    /// [`SecretInput::if_revision`](crate::SecretInput::if_revision) and
    /// [`SecretChange::if_revision`](crate::SecretChange::if_revision).
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey, Vault, Version};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// project.put("CRM_TOKEN", "first")?;
    /// let seen = project.put("CRM_TOKEN", "second")?;
    /// project.put("CRM_TOKEN", "a value of somebody else")?;
    /// let late = project.if_revision(seen.revision).rollback("CRM_TOKEN", Version::FIRST);
    /// assert_eq!(late.unwrap_err().kind(), ErrorKind::Conflict);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn if_revision(&self, revision: Revision) -> AtRevision<'_> {
        AtRevision {
            scoped: self,
            revision,
        }
    }
}

impl AtRevision<'_> {
    /// Makes the value of an older version the newest again, as [`ScopedVault::rollback`].
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault, Version};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// project.put("CRM_TOKEN", "first")?;
    /// let seen = project.put("CRM_TOKEN", "second")?;
    /// let info = project.if_revision(seen.revision).rollback("CRM_TOKEN", Version::FIRST)?;
    /// assert_eq!(info.version().unwrap().get(), 3);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`ScopedVault::rollback`], and
    /// [`Conflict`](crate::ErrorKind::Conflict) for another revision.
    pub fn rollback(self, name: impl AsRef<str>, to: Version) -> Result<SecretInfo> {
        self.scoped.roll_back(name.as_ref(), to, self.expected())
    }

    /// Switches a secret on or off, or revokes it, as [`ScopedVault::set_status`].
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Status, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// let seen = project.put("CRM_TOKEN", "a value")?;
    /// let info = project.if_revision(seen.revision).set_status("CRM_TOKEN", Status::Inactive)?;
    /// assert_eq!(info.status, Status::Inactive);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`ScopedVault::set_status`], and
    /// [`Conflict`](crate::ErrorKind::Conflict) for another revision.
    pub fn set_status(self, name: impl AsRef<str>, status: Status) -> Result<SecretInfo> {
        self.scoped
            .switch_to(name.as_ref(), status, self.expected())
    }

    /// Revokes a secret for good, as [`ScopedVault::revoke`].
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Status, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// let seen = project.put("CRM_TOKEN", "a leaked value")?;
    /// project.if_revision(seen.revision).revoke("CRM_TOKEN")?;
    /// assert_eq!(project.info("CRM_TOKEN")?.status, Status::Revoked);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`ScopedVault::revoke`], and
    /// [`Conflict`](crate::ErrorKind::Conflict) for another revision.
    pub fn revoke(self, name: impl AsRef<str>) -> Result<Purge> {
        self.scoped.revoke_at(name.as_ref(), self.expected())
    }

    /// Revokes a secret and names the documents that need it, as
    /// [`ScopedVault::revoke_reporting`].
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// let seen = project.put("CRM_TOKEN", "a leaked value")?;
    /// let revoked = project.if_revision(seen.revision).revoke_reporting("CRM_TOKEN")?;
    /// assert!(revoked.documents?.is_empty());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`ScopedVault::revoke_reporting`], and
    /// [`Conflict`](crate::ErrorKind::Conflict) for another revision.
    pub fn revoke_reporting(self, name: impl AsRef<str>) -> Result<Revoked> {
        self.scoped.revoke_telling(name.as_ref(), self.expected())
    }

    /// Deletes a secret, as [`ScopedVault::delete`].
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// let seen = project.put("CRM_TOKEN", "a value")?;
    /// project.if_revision(seen.revision).delete("CRM_TOKEN")?;
    /// assert!(project.names()?.is_empty());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`ScopedVault::delete`], and
    /// [`Conflict`](crate::ErrorKind::Conflict) for another revision.
    pub fn delete(self, name: impl AsRef<str>) -> Result<Purge> {
        self.scoped.remove(name.as_ref(), false, self.expected())
    }

    /// Deletes a secret, also a revoked one, as [`ScopedVault::force_delete`].
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// project.put("CRM_TOKEN", "a leaked value")?;
    /// project.revoke("CRM_TOKEN")?;
    /// let seen = project.info("CRM_TOKEN")?;
    /// project.if_revision(seen.revision).force_delete("CRM_TOKEN")?;
    /// assert!(project.names()?.is_empty());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`ScopedVault::force_delete`], and
    /// [`Conflict`](crate::ErrorKind::Conflict) for another revision.
    pub fn force_delete(self, name: impl AsRef<str>) -> Result<Purge> {
        self.scoped.remove(name.as_ref(), true, self.expected())
    }

    /// Deletes a secret and asks for the documents that need it, as [`ScopedVault::delete_with`].
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{OnReferenced, RootKey, Vault};
    ///
    /// let project = Vault::in_memory(&RootKey::generate()?)?.scope("acme")?;
    /// let seen = project.put("CRM_TOKEN", "a value")?;
    /// let at_seen = project.if_revision(seen.revision);
    /// let removed = at_seen.delete_with("CRM_TOKEN", OnReferenced::Refuse)?;
    /// assert!(removed.documents.is_empty());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`ScopedVault::delete_with`], and
    /// [`Conflict`](crate::ErrorKind::Conflict) for another revision.
    pub fn delete_with(self, name: impl AsRef<str>, on: OnReferenced) -> Result<Removed> {
        self.scoped.remove_with(name.as_ref(), on, self.expected())
    }

    fn expected(self) -> Expected {
        Expected::Revision(self.revision)
    }
}
