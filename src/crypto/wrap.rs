//! Keys under keys: the vault key under the key of a key slot, everything else under the vault key.

use zeroize::Zeroizing;

use super::context::Context;
use super::data_key::{DataKeyRecord, DataKeyState};
use super::envelope::{Opened, open, seal};
use super::header::Header;
use super::key::{KeyId, SymmetricKey};
use super::key_slot::KeySlotKeys;
use super::primitives::equal;
use super::stack::wiped;
use super::tlv::corrupt;
use crate::error::{Error, ErrorKind, Result};

/// The key at the top of a vault. Replaceable; wraps everything else.
#[derive(Debug)]
pub(crate) struct VaultKey(SymmetricKey);

impl KeySlotKeys {
    /// Wraps the vault key: the body of the key slot's row.
    pub(crate) fn wrap_vault_key(&self, header: &Header, vault_key: &VaultKey) -> Result<Vec<u8>> {
        let plaintext =
            wiped(|| Zeroizing::new([&vault_key.0.id().0[..], vault_key.0.expose()].concat()));
        seal(
            &self.kek,
            &Context::vault_key(header, self.kek.id()),
            &plaintext,
        )
    }

    /// Undoes [`wrap_vault_key`](Self::wrap_vault_key).
    pub(crate) fn unwrap_vault_key(&self, header: &Header, body: &[u8]) -> Result<VaultKey> {
        let plaintext = open(&self.kek, &Context::vault_key(header, self.kek.id()), body)?;
        let (id, key) = plaintext.split_first_chunk().ok_or_else(corrupt)?;
        VaultKey::from_slice(KeyId(*id), key)
    }
}

impl VaultKey {
    /// A new vault key with a new name.
    pub(crate) fn generate() -> Result<Self> {
        SymmetricKey::generate().map(Self)
    }

    /// Returns true if it is the same key under the same name.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0.id() == other.0.id() && equal(self.0.expose(), other.0.expose())
    }

    pub(super) fn seal(&self, context: &Context, plaintext: &[u8]) -> Result<Vec<u8>> {
        seal(&self.0, context, plaintext)
    }

    pub(super) fn open(&self, context: &Context, envelope: &[u8]) -> Result<Opened> {
        Ok(open(&self.0, context, envelope)?)
    }

    /// The key of these bytes, which must be 32.
    pub(super) fn from_slice(id: KeyId, bytes: &[u8]) -> Result<Self> {
        SymmetricKey::from_slice(id, bytes).map(Self)
    }

    /// Name that the envelopes sealed under it carry.
    pub(crate) fn id(&self) -> KeyId {
        self.0.id()
    }

    pub(super) fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    /// Wraps the vault secret: the body of its row.
    pub(crate) fn wrap_vault_secret(
        &self,
        header: &Header,
        secret: &SymmetricKey,
    ) -> Result<Vec<u8>> {
        seal(&self.0, &Context::vault_secret(header), secret.expose())
    }

    /// Undoes [`wrap_vault_secret`](Self::wrap_vault_secret).
    pub(crate) fn unwrap_vault_secret(&self, header: &Header, body: &[u8]) -> Result<SymmetricKey> {
        SymmetricKey::from_slice(
            KeyId::VAULT_SECRET,
            &open(&self.0, &Context::vault_secret(header), body)?,
        )
    }

    /// Seals the record of a data key: the info of its row.
    pub(crate) fn seal_data_key(
        &self,
        header: &Header,
        id: KeyId,
        data_key: &DataKeyRecord,
    ) -> Result<Vec<u8>> {
        seal(
            &self.0,
            &Context::data_key_state(header, id),
            &data_key.encode(),
        )
    }

    /// Undoes [`seal_data_key`](Self::seal_data_key).
    pub(crate) fn open_data_key(
        &self,
        header: &Header,
        id: KeyId,
        info: &[u8],
    ) -> Result<DataKeyRecord> {
        DataKeyRecord::decode(&open(&self.0, &Context::data_key_state(header, id), info)?)
    }

    /// Wraps a data key: the body of its row. It stays valid when the state changes.
    pub(crate) fn wrap_data_key(
        &self,
        header: &Header,
        data_key: &DataKeyRecord,
        key: &SymmetricKey,
    ) -> Result<Vec<u8>> {
        let context = Context::data_key(header, key.id(), &data_key.tenant, data_key.generation);
        seal(&self.0, &context, key.expose())
    }

    /// Undoes [`wrap_data_key`](Self::wrap_data_key), unless the key was destroyed.
    pub(crate) fn unwrap_data_key(
        &self,
        header: &Header,
        id: KeyId,
        data_key: &DataKeyRecord,
        body: &[u8],
    ) -> Result<SymmetricKey> {
        if data_key.state == DataKeyState::Destroyed {
            return Err(Error::new(
                ErrorKind::Corrupt,
                "the data key that this was sealed with was destroyed; nothing opens it any more",
            ));
        }
        let context = Context::data_key(header, id, &data_key.tenant, data_key.generation);
        SymmetricKey::from_slice(id, &open(&self.0, &context, body)?)
    }
}
