//! The trait of all that opens a vault.

use std::fmt::Debug;

use crate::crypto::header::Header;
use crate::crypto::key_slot::{Kdf, KeySlotKeys, KeySlotPlace};
use crate::crypto::passphrase::Work;
use crate::error::{Error, Result};

/// All that opens a vault: a [`RootKey`](crate::RootKey), a
#[cfg_attr(feature = "passphrase", doc = "[`Passphrase`](crate::Passphrase),")]
#[cfg_attr(
    not(feature = "passphrase"),
    doc = "`Passphrase` (feature `passphrase`),"
)]
/// or a [`RootKeyProvider`](crate::RootKeyProvider). Sealed: implement that one.
///
/// ```
/// use keyslot::{MemoryStore, RootKey, Unlock, Vault};
///
/// fn reopen(store: &MemoryStore, key: &dyn Unlock) -> keyslot::Result<Vault> {
///     Vault::builder().store(store.clone()).open(key)
/// }
///
/// let (store, key) = (MemoryStore::new(), RootKey::generate()?);
/// Vault::builder().store(store.clone()).create(&key)?;
/// assert!(reopen(&store, &key).is_ok());
/// # Ok::<(), keyslot::Error>(())
/// ```
pub trait Unlock: sealed::KeySlotSource {}

impl<T: sealed::KeySlotSource> Unlock for T {}

/// Nobody else can call the methods: all of them take something that cannot be made elsewhere.
pub(super) mod sealed {
    use super::{Debug, Error, Header, Kdf, KeySlotKeys, KeySlotPlace, Result, Work};

    pub trait KeySlotSource: Debug + Send + Sync {
        /// Makes a new key slot: the way in which its root key is made, and its keys.
        fn make(&self, place: KeySlotPlace<'_>) -> Result<(Kdf, KeySlotKeys)>;

        /// Makes the keys of a stored key slot; `None` for one of another sort, which this can
        /// never open.
        fn keys(
            &self,
            place: KeySlotPlace<'_>,
            kdf: &Kdf,
            work: &mut Work,
        ) -> Result<Option<KeySlotKeys>>;

        /// The error when no key slot is for this.
        fn wrong(&self, header: &Header) -> Error;
    }
}
