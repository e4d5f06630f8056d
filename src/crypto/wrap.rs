//! Keys under keys: the vault key under the key of a slot, everything else under the vault key.

use zeroize::Zeroizing;

use super::context::Context;
use super::data_key::{DataKey, DataKeyState};
use super::envelope::{open, seal};
use super::header::Header;
use super::key::{Key, KeyId};
use super::slot::SlotKeys;
use super::stack::wiped;
use super::tlv::corrupt;
use crate::error::Result;

/// The key at the top of a vault. Replaceable; wraps everything else.
#[derive(Debug)]
pub(crate) struct VaultKey(Key);

impl SlotKeys {
    /// Wraps the vault key: the body of the slot's row.
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
        Key::from_slice(KeyId(*id), key).map(VaultKey)
    }
}

impl VaultKey {
    /// A new vault key with a new name.
    pub(crate) fn generate() -> Result<Self> {
        Key::generate().map(Self)
    }

    pub(super) fn seal(&self, context: &Context, plaintext: &[u8]) -> Result<Vec<u8>> {
        seal(&self.0, context, plaintext)
    }

    pub(super) fn open(&self, context: &Context, envelope: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        Ok(open(&self.0, context, envelope)?)
    }

    /// Its name: what the envelopes sealed under it say.
    #[cfg(test)]
    pub(crate) fn id(&self) -> KeyId {
        self.0.id()
    }

    #[cfg(test)]
    pub(super) fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    /// Wraps the vault secret: the body of its row.
    pub(crate) fn wrap_vault_secret(&self, header: &Header, secret: &Key) -> Result<Vec<u8>> {
        seal(&self.0, &Context::vault_secret(header), secret.expose())
    }

    /// Undoes [`wrap_vault_secret`](Self::wrap_vault_secret).
    pub(crate) fn unwrap_vault_secret(&self, header: &Header, body: &[u8]) -> Result<Key> {
        Key::from_slice(
            KeyId::VAULT_SECRET,
            &open(&self.0, &Context::vault_secret(header), body)?,
        )
    }

    /// Seals what a data key is for: the info of its row.
    pub(crate) fn seal_data_key(
        &self,
        header: &Header,
        id: KeyId,
        data_key: &DataKey,
    ) -> Result<Vec<u8>> {
        seal(
            &self.0,
            &Context::data_key_state(header, id),
            &data_key.encode(),
        )
    }

    /// Undoes [`seal_data_key`](Self::seal_data_key).
    pub(crate) fn open_data_key(&self, header: &Header, id: KeyId, info: &[u8]) -> Result<DataKey> {
        DataKey::decode(&open(&self.0, &Context::data_key_state(header, id), info)?)
    }

    /// Wraps a data key: the body of its row. It stays valid when the state changes.
    pub(crate) fn wrap_data_key(
        &self,
        header: &Header,
        data_key: &DataKey,
        key: &Key,
    ) -> Result<Vec<u8>> {
        let context = Context::data_key(header, key.id(), &data_key.tenant, data_key.generation);
        seal(&self.0, &context, key.expose())
    }

    /// Undoes [`wrap_data_key`](Self::wrap_data_key), unless the key was destroyed.
    pub(crate) fn unwrap_data_key(
        &self,
        header: &Header,
        id: KeyId,
        data_key: &DataKey,
        body: &[u8],
    ) -> Result<Key> {
        if data_key.state == DataKeyState::Destroyed {
            return Err(corrupt());
        }
        let context = Context::data_key(header, id, &data_key.tenant, data_key.generation);
        Key::from_slice(id, &open(&self.0, &context, body)?)
    }
}
