//! Exports and imports of a whole vault, or of parts of it.

use std::io::{Read, Seek};
use std::sync::Arc;

use super::vault::Vault;
use crate::crypto::BundleReach;
use crate::error::Result;
use crate::vault::bundle::{BundleImport, Export};
use crate::vault::write::{BulkError, BulkProgress};

impl Vault {
    /// Begins an export of a part of the vault or of all of it, for a reason that the audit logs of
    /// the organizations keep. Each organization is read as of one moment, one after the other.
    ///
    /// For the owner of the vault. A handle exports [its own scope](crate::ScopedVault::export).
    ///
    /// ```
    /// use keyslot::{BundleReach, RootKey, Scope, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// vault.scope("acme/billing")?.put("STRIPE_KEY", "sk_live_...")?;
    /// vault.scope("acme/sales")?.put("CRM_TOKEN", "a value")?;
    /// let reach = BundleReach::Below(Scope::new("acme")?);
    /// let (key, mut file) = (RootKey::generate()?, Vec::new());
    /// assert_eq!(vault.export(reach, "acme leaves")?.bundle(&key, &mut file)?.secrets, 2);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a reason that is empty, longer than
    /// 1,024 bytes, or has control characters.
    pub fn export<'e>(&self, reach: BundleReach, reason: impl AsRef<str>) -> Result<Export<'e>> {
        Export::by_owner(Arc::clone(&self.core), reach, reason.as_ref())
    }
}

impl<R: Read + Seek> BundleImport<'_, R> {
    /// Imports all secrets into a vault: into the scopes that they came from, or below the scope
    /// that [`at`](BundleImport::at) set.
    ///
    /// For the owner of the vault.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use std::io::Cursor;
    ///
    /// use keyslot::{Bundle, BundleReach, OnExisting, RootKey, Vault};
    ///
    /// let from = Vault::in_memory(&RootKey::generate()?)?;
    /// from.scope("acme/billing")?.put("STRIPE_KEY", "sk_live_...")?;
    /// let (key, mut file) = (RootKey::generate()?, Vec::new());
    /// from.export(BundleReach::Vault, "a new host")?.bundle(&key, &mut file)?;
    ///
    /// let to = Vault::in_memory(&RootKey::generate()?)?;
    /// let mut bundle = Bundle::open(Cursor::new(&file), &key)?;
    /// assert_eq!(bundle.import(OnExisting::Fail).into_vault(&to)?.changed, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a scope that takes the place of a whole
    /// vault, and those of [`into_scope`](BundleImport::into_scope).
    pub fn into_vault(self, vault: &Vault) -> Result<BulkProgress, BulkError> {
        self.by_owner(&vault.core)
    }
}
