//! Slots: what turns a root key into the key that the vault key is wrapped with.

use std::fmt;

use super::canonical::encode;
use super::header::Header;
use super::key::{Key, KeyId};
use super::primitives::{Prk, equal};
use super::root_key::RootKey;
use super::stack::wiped;
use super::tlv::{Reader, Writer, corrupt, unsupported};
use crate::error::Result;

/// The length of a key check.
const CHECK_LEN: usize = 16;

/// How the root key of a slot was made.
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
            Self::Raw => Writer::new().field(1, &[self.kind()]).finish(),
        }
    }

    /// Its number.
    pub(super) fn kind(self) -> u8 {
        match self {
            Self::Raw => 1,
        }
    }

    fn decode(record: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(record)?;
        let kdf = match reader.array(1)? {
            [1] => Self::Raw,
            _ => return Err(unsupported()),
        };
        reader.finish()?;
        Ok(kdf)
    }
}

/// The info of a slot: in plain sight, because it is read before there is a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    /// How its root key is made.
    pub(crate) kdf: Kdf,
    /// Tells at once whether a root key is the one of this slot.
    pub(crate) check: [u8; CHECK_LEN],
}

impl Slot {
    /// The record `1: KDF parameters, 2: key check`.
    pub(crate) fn encode(&self) -> Vec<u8> {
        Writer::new()
            .field(1, &self.kdf.encode())
            .field(2, &self.check)
            .finish()
    }

    /// Undoes [`encode`](Self::encode).
    pub(crate) fn decode(record: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(record)?;
        let slot = Self {
            kdf: Kdf::decode(reader.bytes(1)?)?,
            check: reader.array(2)?,
        };
        reader.finish()?;
        if slot.encode() == record {
            Ok(slot)
        } else {
            Err(corrupt())
        }
    }
}

/// What a root key gives for one slot of one vault.
pub(crate) struct SlotKeys {
    /// Wraps the vault key. Its name is that of the slot.
    pub(crate) kek: Key,
    /// What the slot says if this root key is its own.
    pub(crate) check: [u8; CHECK_LEN],
}

impl SlotKeys {
    /// Whether the root key is the one of this slot.
    pub(crate) fn fit(&self, slot: &Slot) -> bool {
        equal(&self.check, &slot.check)
    }
}

impl fmt::Debug for SlotKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SlotKeys({:?}, [REDACTED])", self.kek.id())
    }
}

impl RootKey {
    /// Derives the keys of a slot: HKDF-SHA256 with the vault id as salt, bound to the format, the
    /// suite, the slot and the parameters that the root key was made with.
    pub(crate) fn slot_keys(&self, header: &Header, slot: KeyId, kdf: Kdf) -> Result<SlotKeys> {
        wiped(|| {
            let prk = Prk::extract(&header.vault_id, self.expose());
            let (format, suite, parameters) =
                (header.format.to_be_bytes(), [header.suite], kdf.encode());
            let info = |label: &[u8]| encode(&[label, &format, &suite, &slot.0, &parameters]);
            let kek = Key::fill(slot, |key| prk.expand(&info(b"keyslot/1 kek"), key))?;
            let mut check = [0; CHECK_LEN];
            prk.expand(&info(b"keyslot/1 key check"), &mut check)?;
            Ok(SlotKeys { kek, check })
        })
    }
}
