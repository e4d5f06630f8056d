//! Keys that seal, and their names.

use std::fmt;
use std::hash::{Hash, Hasher};

use secrecy::{ExposeSecret, SecretBox};

use super::primitives::{Prk, fill_random};
use super::stack::wiped;
use crate::error::{Error, ErrorKind, Result};

/// Names a key. Random, and no secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeyId(pub(crate) [u8; 16]);

/// Half of the bytes, which are random: a map of names needs no hash function of its own.
impl Hash for KeyId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (half, _) = self.0.split_first_chunk().unwrap_or((&[0; 8], &[]));
        state.write_u64(u64::from_ne_bytes(*half));
    }
}

impl KeyId {
    /// The name of the vault secret and of the keys derived from it, of which a vault has one for
    /// life.
    pub(crate) const VAULT_SECRET: Self = Self([0; 16]);

    /// A name that nothing else has.
    pub(crate) fn generate() -> Result<Self> {
        random().map(Self)
    }

    /// The key of the row that is found by this name: the name, then zeros.
    pub(crate) fn row_key(self) -> [u8; 32] {
        let mut key = [0; 32];
        key.split_at_mut(16).0.copy_from_slice(&self.0);
        key
    }

    /// Undoes [`row_key`](Self::row_key).
    pub(crate) fn from_row_key(key: &[u8; 32]) -> Result<Self> {
        let (id, zeros) = key.split_first_chunk().ok_or_else(corrupt)?;
        if zeros.iter().any(|&byte| byte != 0) {
            return Err(corrupt());
        }
        Ok(Self(*id))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyId(")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

/// A key and its name. Lives on the heap, moves without a copy, cannot be cloned, is wiped on drop.
///
/// Keeps the state from which the keys of envelopes are derived, too, because that is needed for
/// each of them.
pub(crate) struct SymmetricKey {
    id: KeyId,
    bytes: SecretBox<[u8; 32]>,
    prk: Prk,
}

impl SymmetricKey {
    /// A new key with a new name.
    pub(crate) fn generate() -> Result<Self> {
        Self::fill(KeyId::generate()?, |key| fill_random(key))
    }

    /// The key of these bytes, which must be 32.
    pub(crate) fn from_slice(id: KeyId, bytes: &[u8]) -> Result<Self> {
        let bytes: &[u8; 32] = bytes.try_into().map_err(|_| corrupt())?;
        Self::fill(id, |key| {
            key.copy_from_slice(bytes);
            Ok(())
        })
    }

    /// The key that `write` writes, straight to where it will stay.
    pub(super) fn fill(id: KeyId, write: impl FnOnce(&mut [u8; 32]) -> Result<()>) -> Result<Self> {
        wiped(|| {
            let bytes = secret(write)?;
            let prk = Prk::new(bytes.expose_secret());
            Ok(Self { id, bytes, prk })
        })
    }

    /// Its name.
    pub(crate) fn id(&self) -> KeyId {
        self.id
    }

    /// The key itself.
    pub(super) fn expose(&self) -> &[u8; 32] {
        self.bytes.expose_secret()
    }

    /// The key as a key to derive from.
    pub(super) fn prk(&self) -> &Prk {
        &self.prk
    }
}

impl fmt::Debug for SymmetricKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SymmetricKey({:?}, [REDACTED])", self.id)
    }
}

/// 32 secret bytes that `write` writes in place; wiped also when it fails.
pub(super) fn secret(
    write: impl FnOnce(&mut [u8; 32]) -> Result<()>,
) -> Result<SecretBox<[u8; 32]>> {
    let mut outcome = Ok(());
    let bytes = SecretBox::init_with_mut(|bytes| outcome = write(bytes));
    outcome.map(|()| bytes)
}

/// Random bytes that are no secret: an identity or a nonce.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    fill_random(&mut bytes)?;
    Ok(bytes)
}

fn corrupt() -> Error {
    Error::new(
        ErrorKind::Corrupt,
        "a stored key or the id of one is damaged; restore the vault from a backup",
    )
}
