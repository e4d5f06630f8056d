//! The keys that open a vault.

use super::vault::Vault;
use crate::crypto::Unlock;
use crate::error::Result;
use crate::record::AuditAction;
use crate::store::Purge;
use crate::vault::key_info::KeyInfo;

impl Vault {
    /// The most keys that open a vault.
    pub const MAX_KEYS: usize = crate::vault::opening::MAX_KEY_SLOTS;

    /// The keys that open this vault, oldest first: id, kind, name and age of each. Reads one row,
    /// which is sealed, so nobody without a key can add to the list or take from it. A key slot
    /// that was put into the store by somebody else is not listed; [`verify`](Vault::verify) finds
    /// it.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// vault.add_key("recovery", &RootKey::generate()?)?;
    /// let names: Vec<String> = vault.keys()?.into_iter().map(|key| key.name).collect();
    /// assert_eq!(names, ["", "recovery"]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Corrupt`](crate::ErrorKind::Corrupt) when the list is damaged, or why the store cannot be
    /// read.
    pub fn keys(&self) -> Result<Vec<KeyInfo>> {
        self.core.keys()
    }

    /// Lets one more key open this vault, e.g. a passphrase in a safe beside the key of a machine.
    /// The keys that opened it go on to do so. One write of two rows, and one more for the
    /// [log](Vault::key_log) if there is one, however large the vault is.
    ///
    /// The name is for people and logs: 1 to 128 bytes, as an [`Actor`](crate::Actor), that no
    /// other key of this vault has, and not 32 hexadecimal digits.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{MemoryStore, RootKey, Vault};
    ///
    /// let (store, machine, recovery) =
    ///     (MemoryStore::new(), RootKey::generate()?, RootKey::generate()?);
    /// let vault = Vault::builder().store(store.clone()).create(&machine)?;
    /// vault.add_key("recovery", &recovery)?;
    /// for key in [&machine, &recovery] {
    ///     assert!(Vault::builder().store(store.clone()).open(key).is_ok());
    /// }
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a name that breaks the rules of names,
    /// [`Conflict`](crate::ErrorKind::Conflict) when the name is taken or the key opens the vault
    /// already, [`TooLarge`](crate::ErrorKind::TooLarge) beyond [`MAX_KEYS`](Vault::MAX_KEYS),
    /// [`WeakKey`](crate::ErrorKind::WeakKey) for a weak passphrase; the error of a provider, or
    /// why the store cannot be written.
    pub fn add_key(&self, name: impl AsRef<str>, key: &dyn Unlock) -> Result<KeyInfo> {
        let call = self.operator.call(AuditAction::AddKey);
        self.core.add_key(name.as_ref(), key, call)
    }

    /// Removes a key by its name or its [id](KeyInfo::id): it does not open this vault any more.
    /// Vaults that are open stay open, and whoever had the key may have read everything: after a
    /// leak, replace the secrets as well.
    ///
    /// A key slot that the vault did not make is removed by its id, which
    /// [`Finding::KeySlotAdded`](crate::Finding::KeySlotAdded) gives: somebody added it, or put
    /// back that of a removed key, which opens the vault again.
    ///
    /// [`Purge::Pending`] says that the wrapped key is still in the store's files, because somebody
    /// is reading an older state.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// let only = vault.keys()?.remove(0);
    /// assert_eq!(vault.remove_key(&only.id).unwrap_err().kind(), ErrorKind::InvalidInput);
    /// vault.add_key("next", &RootKey::generate()?)?;
    /// vault.remove_key(&only.id)?;
    /// assert_eq!(vault.keys()?.len(), 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) where no other key is intact,
    /// [`NotFound`](crate::ErrorKind::NotFound) when no key has this name or id,
    /// [`Conflict`](crate::ErrorKind::Conflict) when a name is that of two, or why the store cannot
    /// be written.
    pub fn remove_key(&self, name_or_id: impl AsRef<str>) -> Result<Purge> {
        let call = self.operator.call(AuditAction::RemoveKey);
        self.core.remove_key(name_or_id.as_ref(), call)
    }

    /// Puts a new key in place of one that opens this vault. The new one has its name, and the
    /// other keys stay. Four rows are written, and two more for the [log](Vault::key_log) if there
    /// is one, however large the vault is: secrets and data keys are not touched.
    ///
    /// First the new key is added; then it opens what was stored, from a fresh read; then the old
    /// one is removed. Between the two writes both open the vault. After a failure call it again
    /// with the same keys: it goes on where it was. Give the programs that open the vault the new
    /// key when this has returned.
    ///
    /// It does not help against somebody who had the old key and a copy of the store.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{ErrorKind, MemoryStore, RootKey, Vault};
    ///
    /// let (store, old, new) = (MemoryStore::new(), RootKey::generate()?, RootKey::generate()?);
    /// let vault = Vault::builder().store(store.clone()).create(&old)?;
    /// vault.change_root_key(&old, &new)?;
    /// let error = Vault::builder().store(store.clone()).open(&old).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::WrongKey);
    /// assert!(Vault::builder().store(store).open(&new).is_ok());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`WrongKey`](crate::ErrorKind::WrongKey) when the old key does not open this vault;
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when the new one is the old one;
    /// [`Conflict`](crate::ErrorKind::Conflict) when the new one is another key of this vault, or
    /// when somebody else changed or removed the old one meanwhile: then the new one may open the
    /// vault beside theirs, and [`keys`](Vault::keys) lists it; otherwise those of
    /// [`add_key`](Vault::add_key).
    pub fn change_root_key(&self, old: &dyn Unlock, new: &dyn Unlock) -> Result<Purge> {
        let call = self.operator.call(AuditAction::ChangeRootKey);
        self.core.change_root_key(old, new, call)
    }
}
