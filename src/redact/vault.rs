//! Redactors of what a vault holds.

use super::builder::RedactorBuilder;
use super::redactor::Redactor;
use crate::error::Result;
use crate::name::SecretName;
use crate::reference::Reference;
use crate::vault::ScopedVault;

impl ScopedVault {
    /// A redactor of the nearest secret of each name, whatever its status, and of all its versions that are kept: what was in use
    /// before a rotation is hidden too. An older version is `<<$secret.NAME@3>>`.
    ///
    /// For what a run may use before it is known what it will; for what it did use there is [`Redactor::of`]. Access rules are
    /// not asked, because no value comes out. But whoever has the redactor can test guesses with it, so the observer is told.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let project = Vault::in_memory(RootKey::generate()?)?.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_first-4eC39H")?;
    /// project.put("STRIPE_KEY", "sk_live_second-qLyjWD")?;
    ///
    /// let redactor = project.redactor(["STRIPE_KEY"])?;
    /// assert_eq!(redactor.redact("now sk_live_second-qLyjWD"), "now <<$secret.STRIPE_KEY>>");
    /// assert_eq!(redactor.redact("was sk_live_first-4eC39H"), "was <<$secret.STRIPE_KEY@1>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) for a name that is unknown, and without
    /// [`Permissions::USE`](crate::Permissions::USE); [`TooLarge`](crate::ErrorKind::TooLarge) as of [`Redactor::of`]; or why the
    /// store cannot be read.
    pub fn redactor<N: AsRef<str>>(&self, names: impl IntoIterator<Item = N>) -> Result<Redactor> {
        Redactor::builder().secrets_of(self, names)?.build()
    }
}

impl RedactorBuilder {
    /// Adds secrets of a vault, as [`ScopedVault::redactor`] does.
    ///
    /// # Errors
    ///
    /// As there, but for [`TooLarge`](crate::ErrorKind::TooLarge).
    pub fn secrets_of<N: AsRef<str>>(
        mut self,
        vault: &ScopedVault,
        names: impl IntoIterator<Item = N>,
    ) -> Result<Self> {
        let names = names.into_iter().map(SecretName::new).collect::<Result<Vec<_>>>()?;
        for (name, versions) in names.iter().zip(vault.values(&names)?) {
            let newest = Reference::secret(name.clone());
            if versions.is_empty() {
                self = self.erased(newest.clone());
            }
            for (age, found) in versions.iter().enumerate() {
                let version = found.used().version.filter(|_| age > 0);
                let reference = version.map_or_else(|| newest.clone(), |version| newest.clone().at(version));
                self = self.found(reference, found);
            }
        }
        Ok(self)
    }
}
