//! Key slots: each turns a root key into the key that the vault key is wrapped with.

use std::fmt;

use super::canonical::encode;
use super::header::Header;
use super::key::{KeyId, SymmetricKey};
use super::primitives::{Prk, equal};
use super::root_key::RootKey;
use super::stack::wiped;
use super::tlv::{FieldReader, FieldWriter, corrupt, unsupported};
use crate::error::Result;

/// The length of a key check.
const CHECK_LEN: usize = 16;

/// The way in which the root key of a key slot was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kdf {
    /// It is a uniform key already.
    Raw,
}

impl Kdf {
    /// The record of its parameters. Goes into the derivation byte for byte, so nobody can turn
    /// them down.
    pub(super) fn encode(self) -> Vec<u8> {
        match self {
            Self::Raw => FieldWriter::new().field(1, &[self.kind()]).finish(),
        }
    }

    /// Its number.
    pub(super) fn kind(self) -> u8 {
        match self {
            Self::Raw => 1,
        }
    }

    fn decode(record: &[u8]) -> Result<Self> {
        let mut reader = FieldReader::new(record)?;
        let kdf = match reader.array(1)? {
            [1] => Self::Raw,
            _ => return Err(unsupported()),
        };
        reader.finish()?;
        Ok(kdf)
    }
}

/// The info of a key slot: in plain sight, because it is read before there is a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeySlot {
    /// The way in which its root key is made.
    pub(crate) kdf: Kdf,
    /// Tells at once if a root key is the one of this key slot.
    pub(crate) check: [u8; CHECK_LEN],
}

impl KeySlot {
    /// The record `1: KDF parameters, 2: key check`.
    pub(crate) fn encode(&self) -> Vec<u8> {
        FieldWriter::new()
            .field(1, &self.kdf.encode())
            .field(2, &self.check)
            .finish()
    }

    /// Undoes [`encode`](Self::encode).
    pub(crate) fn decode(record: &[u8]) -> Result<Self> {
        let mut reader = FieldReader::new(record)?;
        let key_slot = Self {
            kdf: Kdf::decode(reader.bytes(1)?)?,
            check: reader.array(2)?,
        };
        reader.finish()?;
        if key_slot.encode() == record {
            Ok(key_slot)
        } else {
            Err(corrupt())
        }
    }
}

/// The keys that a root key gives for one key slot of one vault.
pub(crate) struct KeySlotKeys {
    /// Wraps the vault key. Its name is that of the key slot.
    pub(crate) kek: SymmetricKey,
    /// The key check of a key slot that is for this root key.
    pub(crate) check: [u8; CHECK_LEN],
}

impl KeySlotKeys {
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
    /// Derives the keys of a key slot: HKDF-SHA256 with the vault id as salt, bound to the format,
    /// the suite, the key slot and the parameters that the root key was made with.
    pub(crate) fn key_slot_keys(
        &self,
        header: &Header,
        key_slot: KeyId,
        kdf: Kdf,
    ) -> Result<KeySlotKeys> {
        wiped(|| {
            let prk = Prk::extract(&header.vault_id, self.expose());
            let (format, suite, parameters) =
                (header.format.to_be_bytes(), [header.suite], kdf.encode());
            let info = |label: &[u8]| encode(&[label, &format, &suite, &key_slot.0, &parameters]);
            let kek = SymmetricKey::fill(key_slot, |key| prk.expand(&info(b"keyslot/1 kek"), key))?;
            let mut check = [0; CHECK_LEN];
            prk.expand(&info(b"keyslot/1 key check"), &mut check)?;
            Ok(KeySlotKeys { kek, check })
        })
    }
}
