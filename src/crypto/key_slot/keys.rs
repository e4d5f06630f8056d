//! The keys of a key slot.

use std::fmt;

use super::kdf::Kdf;
use super::record::KeySlot;
use crate::crypto::canonical::encode;
use crate::crypto::header::Header;
use crate::crypto::key::{KeyId, SymmetricKey};
use crate::crypto::key_context::KeyContext;
use crate::crypto::primitives::{Prk, equal};
use crate::crypto::root_key::RootKey;
use crate::crypto::stack::wiped;
use crate::error::Result;

/// The length of a key check.
pub(super) const CHECK_LEN: usize = 16;

/// A key slot of a vault: all that its keys are bound to but the way in which they are made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeySlotPlace<'h> {
    pub(crate) header: &'h Header,
    pub(crate) id: KeyId,
}

impl KeySlotPlace<'_> {
    /// The place as a provider is told it.
    pub(in crate::crypto) fn context(&self) -> KeyContext {
        KeyContext::new(self.header.vault_id, self.id.0)
    }
}

/// The keys that a root key gives for one key slot of one vault.
pub(crate) struct KeySlotKeys {
    /// Wraps the vault key. Its name is that of the key slot.
    pub(in crate::crypto) kek: SymmetricKey,
    /// The key check of a key slot that is for this root key.
    pub(crate) check: [u8; CHECK_LEN],
}

impl KeySlotKeys {
    /// Derives the keys of a key slot from its root key: HKDF-SHA256 with the vault id as salt,
    /// bound to the format, the suite, the key slot and the parameters that the root key was made
    /// with.
    pub(in crate::crypto) fn derive(
        root: &[u8; 32],
        place: KeySlotPlace<'_>,
        kdf: &Kdf,
    ) -> Result<Self> {
        let KeySlotPlace { header, id } = place;
        wiped(|| {
            let prk = Prk::extract(&header.vault_id, root);
            let (format, suite, parameters) =
                (header.format.to_be_bytes(), [header.suite], kdf.encode());
            let info = |label: &[u8]| encode(&[label, &format, &suite, &id.0, &parameters]);
            let kek = SymmetricKey::fill(id, |key| prk.expand(&info(b"keyslot/1 kek"), key))?;
            let mut check = [0; CHECK_LEN];
            prk.expand(&info(b"keyslot/1 key check"), &mut check)?;
            Ok(Self { kek, check })
        })
    }

    /// Returns true if the root key is the one of this key slot.
    pub(crate) fn fit(&self, key_slot: &KeySlot) -> bool {
        equal(&self.check, &key_slot.check)
    }
}

impl fmt::Debug for KeySlotKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeySlotKeys({:?}, [REDACTED])", self.kek.id())
    }
}

impl RootKey {
    /// Derives the keys of a key slot from this key as it is.
    pub(in crate::crypto) fn key_slot_keys(
        &self,
        header: &Header,
        id: KeyId,
        kdf: &Kdf,
    ) -> Result<KeySlotKeys> {
        KeySlotKeys::derive(self.expose(), KeySlotPlace { header, id }, kdf)
    }
}
