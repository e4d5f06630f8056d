//! The data keys of organizations: calls of an operator.

use std::sync::Arc;

use super::vault::Vault;
use crate::error::{Error, Result};
use crate::record::AuditAction;
use crate::scope::Scope;
use crate::store::Purge;
use crate::vault::key_status::KeyStatus;
use crate::vault::write::Rewrap;

impl Vault {
    /// Makes a new data key for an organization: all that is stored from now on is sealed with it,
    /// by every process. Returns its generation, which counts from 1.
    ///
    /// The key before still opens what it sealed; [`rewrap`](Vault::rewrap) moves that to the new
    /// one. One write, whatever the organization holds. It has 64 keys at most.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
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
        let call = self.operator.call(AuditAction::Rotate);
        self.core.rotate_data_key(&organization, call)
    }

    /// A walk that seals everything of an organization anew with its newest data key, values of
    /// older versions included. Nothing is read or written before its first
    /// [step](Rewrap::step).
    ///
    /// No user sees a change: records, revisions and times stay as they are. Everybody reads and
    /// writes meanwhile; a step is one write that holds up others for its time, and a secret that
    /// somebody changes stays as they changed it. A walk that ended early, also with its process,
    /// is gone on with by beginning another one: what is done is passed over. When it is done, the
    /// older data keys are in use for nothing but what it says is unreadable.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// let project = vault.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// vault.rotate_data_key("acme")?;
    /// let mut rewrap = vault.rewrap("acme")?;
    /// while let Some(progress) = rewrap.step()? {
    ///     println!("{} secrets are left", progress.left);
    /// }
    /// assert_eq!(project.info("STRIPE_KEY")?.revision.get(), 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidScope`](crate::ErrorKind::InvalidScope) when it is no organization.
    pub fn rewrap<S>(&self, organization: S) -> Result<Rewrap>
    where
        S: TryInto<Scope>,
        S::Error: Into<Error>,
    {
        let organization = organization.try_into().map_err(Into::into)?;
        Rewrap::new(Arc::clone(&self.core), &organization, self.operator.clone())
    }

    /// The state of the keys: the [keys](Vault::keys) that open the vault; generation, state and
    /// age of each data key of each organization, and the rows that are sealed with it. Reads all
    /// rows of the vault, and opens none of them.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{DataKeyState, RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// vault.scope("acme/billing")?.put("STRIPE_KEY", "sk_live_...")?;
    /// vault.rotate_data_key("acme")?;
    /// let acme = vault.key_status()?.organizations.remove(0);
    /// let rows: Vec<_> = acme.keys.iter().map(|key| (key.state, key.rows)).collect();
    /// assert_eq!(rows, [(DataKeyState::OpenOnly, 1), (DataKeyState::Active, 0)]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the store, and [`Corrupt`](crate::ErrorKind::Corrupt) when it gives its rows out of
    /// order, or the list of the keys that open the vault is damaged. A data key that cannot be
    /// read is counted.
    pub fn key_status(&self) -> Result<KeyStatus> {
        self.core.key_status()
    }

    /// Destroys a data key of an organization that nothing is sealed with any more. From then on
    /// a row that it sealed opens for nobody: this vault has no key for it. Backups hold what they
    /// held. So does whoever can write the store and copied the row of the key before;
    /// [`verify`](Vault::verify) finds secrets that are put back together with it.
    ///
    /// Reads all rows of the organization without a lock, then those that were written since in one
    /// write. A key that is destroyed already is no error. [`Purge::Pending`] says that the wrapped
    /// key is still in the store's files, because somebody is reading an older state.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// vault.rotate_data_key("acme")?;
    /// assert_eq!(vault.destroy_data_key("acme", 1).unwrap_err().kind(), ErrorKind::Conflict);
    /// vault.rewrap("acme")?.finish()?;
    /// vault.destroy_data_key("acme", 1)?;
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Conflict`](crate::ErrorKind::Conflict) when rows are sealed with it, whose number it says,
    /// or when it seals now; [`NotFound`](crate::ErrorKind::NotFound) when there is no such key;
    /// [`InvalidScope`](crate::ErrorKind::InvalidScope) when it is no organization; or why the
    /// store cannot be written.
    pub fn destroy_data_key<S>(&self, organization: S, generation: u32) -> Result<Purge>
    where
        S: TryInto<Scope>,
        S::Error: Into<Error>,
    {
        let organization = organization.try_into().map_err(Into::into)?;
        let call = self.operator.call(AuditAction::Destroy);
        self.core.destroy_data_key(&organization, generation, call)
    }

    /// Erases everything of an organization, for good: its data keys in one write, after which no
    /// secret of it opens, then its rows page by page, those of its documents first. Entries of
    /// its audit log stay until they are [pruned](crate::AuditLog::prune). Uses that another open
    /// vault has [counted](crate::VaultBuilder::count_uses) by then are not stored any more.
    ///
    /// The organization is empty then and may be used anew, with a key of its own. Its epoch goes
    /// on, so an older copy of it that somebody puts back is told as one. An erasure that ended
    /// early, also with its process, is gone on with by calling again; secrets that were stored
    /// since are erased as well. Until it is done, names that are not erased yet can be neither
    /// read nor written, and [`verify`](Vault::verify) says so. Another process that has a
    /// destroyed key in memory can read a row until that is erased. Backups hold what they held:
    /// they open with the root key.
    ///
    /// [`Purge::Pending`] says that sealed bytes are still in the store's files, because somebody
    /// is reading an older state.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// let project = vault.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// vault.erase_tenant("acme")?;
    /// assert_eq!(project.info("STRIPE_KEY").unwrap_err().kind(), ErrorKind::NotFound);
    /// assert!(vault.verify()?.is_intact());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) when nothing was ever stored there;
    /// [`InvalidScope`](crate::ErrorKind::InvalidScope) when it is no organization; or why the
    /// store cannot be written.
    pub fn erase_tenant<S>(&self, organization: S) -> Result<Purge>
    where
        S: TryInto<Scope>,
        S::Error: Into<Error>,
    {
        let organization = organization.try_into().map_err(Into::into)?;
        let call = self.operator.call(AuditAction::Erase);
        self.core.erase_tenant(&organization, call)
    }
}
