//! The data keys of organizations: calls of an operator.

use super::vault::Vault;
use crate::error::{Error, Result};
use crate::scope::Scope;

impl Vault {
    /// Makes a new data key for an organization: all that is stored from now on is sealed with it,
    /// by every process. Returns its generation, which counts from 1.
    ///
    /// The key before still opens what it sealed. One write, whatever the organization holds. It
    /// has 64 keys at most.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// let project = vault.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// assert_eq!(vault.rotate_data_key("acme")?, 2);
    /// assert!(project.resolve("<<$secret.STRIPE_KEY>>").is_ok());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidScope`](crate::ErrorKind::InvalidScope) when it is no organization;
    /// [`NotFound`](crate::ErrorKind::NotFound) when nothing was ever stored there;
    /// [`Conflict`](crate::ErrorKind::Conflict) when it has 64 keys; or why the store cannot be
    /// written.
    pub fn rotate_data_key<S>(&self, organization: S) -> Result<u32>
    where
        S: TryInto<Scope>,
        S::Error: Into<Error>,
    {
        let organization = organization.try_into().map_err(Into::into)?;
        self.core.rotate_data_key(&organization)
    }
}
