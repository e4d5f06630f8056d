//! The key at the top of a vault: calls of an operator after a leak.

use super::vault::Vault;
use crate::crypto::Unlock;
use crate::error::Result;
use crate::record::AuditAction;
use crate::store::Purge;
use crate::vault::keys::{ReplacedVaultKey, RewrappedDataKeys};

impl Vault {
    /// Puts a new vault key in place of the one that every key of this vault wraps: the first step
    /// after somebody may have had that key, because they had a key that opens the vault and a copy
    /// of the store.
    ///
    /// The keys in `keep` go on to open the vault, each under its name, with its age, and with a
    /// new [id](crate::KeyInfo::id). All others are dropped; the answer names them. It is one write
    /// of the rows that the vault is opened with, however large the vault is: after a failure, or
    /// where the process ended, it happened as a whole or not at all.
    ///
    /// The previous vault key is kept, sealed under the new one, because it still wraps the data
    /// keys. So three more steps follow, none of which interrupts anybody:
    ///
    /// 1. [`rewrap_data_keys`](Vault::rewrap_data_keys) wraps the data keys under the new vault
    ///    key.
    /// 2. [`rotate_data_key`](Vault::rotate_data_key) and [`rewrap`](Vault::rewrap) seal the values
    ///    of each organization with a data key that nobody had. Values that somebody may have read
    ///    must be replaced as well.
    /// 3. [`drop_previous_vault_keys`](Vault::drop_previous_vault_keys) drops the previous one.
    ///
    /// Other processes that have the vault open read on, and write on until the data keys of an
    /// organization are wrapped anew. Then they fail as
    /// [`VaultKeyReplaced`](crate::ErrorKind::VaultKeyReplaced): open the vault again there.
    ///
    /// The keyed hashes by which rows are found, and the key of the heads, stay. See the
    /// [manual](crate::manual::keys) for when that calls for a new vault.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{ErrorKind, MemoryStore, RootKey, Vault};
    ///
    /// let (store, machine, lost) =
    ///     (MemoryStore::new(), RootKey::generate()?, RootKey::generate()?);
    /// let vault = Vault::builder().store(store.clone()).create(&machine)?;
    /// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// vault.add_key("lost", &lost)?;
    ///
    /// let replaced = vault.replace_vault_key(&[&machine])?;
    /// assert_eq!(replaced.dropped[0].name, "lost");
    /// assert_eq!(vault.rewrap_data_keys()?.rewrapped, 1);
    /// vault.rotate_data_key("acme")?;
    /// vault.rewrap("acme")?.finish()?;
    /// vault.drop_previous_vault_keys()?;
    ///
    /// let error = Vault::builder().store(store).open(&lost).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::WrongKey);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when `keep` is empty;
    /// [`WrongKey`](crate::ErrorKind::WrongKey) when one of them does not open this vault;
    /// [`Conflict`](crate::ErrorKind::Conflict) when 8 previous vault keys are kept already, or one
    /// of the keys was removed meanwhile;
    /// [`VaultKeyReplaced`](crate::ErrorKind::VaultKeyReplaced) when another process replaced the
    /// vault key; the error of a provider, or why the store cannot be written.
    pub fn replace_vault_key(&self, keep: &[&dyn Unlock]) -> Result<ReplacedVaultKey> {
        let call = self.operator.call(AuditAction::ReplaceVaultKey);
        self.core.replace_vault_key(keep, call)
    }

    /// Wraps all data keys under the current vault key, those of an organization in one write. No
    /// secret and no head is touched. Where it ended early, also with its process, call it again:
    /// what is done is passed over.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let key = RootKey::generate()?;
    /// let vault = Vault::in_memory(&key)?;
    /// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// vault.replace_vault_key(&[&key])?;
    /// assert_eq!(vault.key_status()?.previous_vault_keys[0].data_keys, 1);
    /// assert_eq!(vault.rewrap_data_keys()?.rewrapped, 1);
    /// assert_eq!(vault.rewrap_data_keys()?.rewrapped, 0);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`VaultKeyReplaced`](crate::ErrorKind::VaultKeyReplaced) when another process replaced the
    /// vault key, [`Corrupt`](crate::ErrorKind::Corrupt) when the list of the keys is damaged, or
    /// why the store cannot be written.
    pub fn rewrap_data_keys(&self) -> Result<RewrappedDataKeys> {
        self.core.rewrap_data_keys()
    }

    /// Drops the vault keys that were [replaced](Vault::replace_vault_key). From then on nothing
    /// that is wrapped under one of them opens, also what somebody who has it puts into the store.
    ///
    /// End the processes first that had the vault open when the vault key was replaced: one that
    /// begins an organization at the very moment is told that the vault key was replaced, and
    /// leaves an organization behind that opens for nobody, until it is
    /// [erased](Vault::erase_tenant).
    ///
    /// [`Purge::Pending`] says that a wrapped key is still in the store's files, because somebody
    /// is reading an older state.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey, Vault};
    ///
    /// let key = RootKey::generate()?;
    /// let vault = Vault::in_memory(&key)?;
    /// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// vault.replace_vault_key(&[&key])?;
    /// let error = vault.drop_previous_vault_keys().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Conflict);
    /// vault.rewrap_data_keys()?;
    /// vault.drop_previous_vault_keys()?;
    /// assert!(vault.key_status()?.previous_vault_keys.is_empty());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Conflict`](crate::ErrorKind::Conflict) when a data key is wrapped under one of them:
    /// call [`rewrap_data_keys`](Vault::rewrap_data_keys) first; otherwise as there.
    pub fn drop_previous_vault_keys(&self) -> Result<Purge> {
        let call = self.operator.call(AuditAction::DropVaultKeys);
        self.core.drop_previous_vault_keys(call)
    }
}
