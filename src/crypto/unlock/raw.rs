//! Root keys open key slots as they are.

use super::unlock::sealed::KeySlotSource;
use crate::crypto::header::Header;
use crate::crypto::key_slot::{Kdf, KeySlotKeys, KeySlotPlace};
use crate::crypto::passphrase::Work;
use crate::crypto::root_key::RootKey;
use crate::error::{Error, ErrorKind, Result};

impl KeySlotSource for RootKey {
    fn make(&self, place: KeySlotPlace<'_>) -> Result<(Kdf, KeySlotKeys)> {
        let keys = self.key_slot_keys(place.header, place.id, &Kdf::Raw)?;
        Ok((Kdf::Raw, keys))
    }

    fn keys(
        &self,
        place: KeySlotPlace<'_>,
        kdf: &Kdf,
        _: &mut Work,
    ) -> Result<Option<KeySlotKeys>> {
        match kdf {
            Kdf::Raw => self.key_slot_keys(place.header, place.id, kdf).map(Some),
            Kdf::Passphrase { .. } | Kdf::Provider { .. } => Ok(None),
        }
    }

    fn wrong(&self, _: &Header) -> Error {
        let message = "this key does not open this vault: it is the key of another vault, or the \
                       key slot is damaged";
        Error::new(ErrorKind::WrongKey, message)
    }
}
