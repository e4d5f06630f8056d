//! The keys of an open vault.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use super::known_keys::KnownKeys;
use super::tenant_key::TenantKey;
use crate::crypto::{
    DataKeyRecord, DataKeyState, Header, KeyId, SubKeys, SymmetricKey, Timestamp, VaultKeys,
};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Kind, Row, RowKey};

/// The keys of an open vault: those derived once, and the data keys met so far.
pub(super) struct Keyring {
    /// Replaced as a whole when this process replaces the vault key.
    vault_keys: RwLock<Arc<VaultKeys>>,
    sub: SubKeys,
    /// The bytes of a data key never change, so a key that was read once still opens everything it
    /// sealed.
    data_keys: RwLock<KnownKeys>,
}

impl Keyring {
    pub(super) fn new(
        header: &Header,
        vault_keys: VaultKeys,
        vault_secret: &SymmetricKey,
    ) -> Result<Self> {
        let sub = SubKeys::derive(vault_secret, header)?;
        Ok(Self {
            vault_keys: RwLock::new(Arc::new(vault_keys)),
            sub,
            data_keys: RwLock::default(),
        })
    }

    pub(super) fn header(&self) -> &Header {
        self.sub.header()
    }

    /// The key at the top, with those that it replaced.
    pub(super) fn vault_keys(&self) -> Arc<VaultKeys> {
        let keys = self.vault_keys.read();
        Arc::clone(&keys.unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes other keys to the top, in place of those with this one there.
    pub(super) fn replace_vault_keys(&self, old: KeyId, keys: Arc<VaultKeys>) {
        let own = self.vault_keys.write();
        let mut own = own.unwrap_or_else(PoisonError::into_inner);
        if own.current().id() == old {
            *own = keys;
        }
    }

    pub(super) fn sub(&self) -> &SubKeys {
        &self.sub
    }

    /// A data key that was met before.
    pub(super) fn known(&self, id: KeyId) -> Option<Arc<TenantKey>> {
        let known = self.data_keys.read();
        let (key, is_old) = known.unwrap_or_else(PoisonError::into_inner).get(id)?;
        if is_old {
            self.keep(&key);
        }
        Some(key)
    }

    /// Keeps a data key that is stored for later, in place of one that was not used for long.
    pub(super) fn learn(&self, key: TenantKey) -> Arc<TenantKey> {
        let key = Arc::new(key);
        self.keep(&key);
        key
    }

    /// Keeps a key that is in use already, as [`learn`](Keyring::learn) does.
    pub(super) fn keep(&self, key: &Arc<TenantKey>) {
        self.data_keys
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .keep(Arc::clone(key));
    }

    /// Opens a row of kind [`Kind::DataKey`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Corrupt`] when it does not open or the key is destroyed.
    pub(super) fn open_data_key(&self, row: &Row) -> Result<TenantKey> {
        let id = KeyId::from_row_key(&row.key.key)?;
        let (header, keys) = (self.header(), self.vault_keys());
        let about = keys.of(&row.info).open_data_key(header, id, &row.info)?;
        let key = keys
            .of(&row.body)
            .unwrap_data_key(header, id, &about, &row.body)?;
        Ok(TenantKey::new(about, key, row))
    }

    /// The data key that a tenant seals with now, from its row. A row of the same bytes as before
    /// is not opened again.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Corrupt`] when it does not open or may no longer seal.
    pub(super) fn active_key(&self, id: KeyId, row: &Row) -> Result<Arc<TenantKey>> {
        let known = self.known(id).filter(|key| key.is_in(row));
        let key = match known {
            Some(key) => key,
            None => self.learn(self.open_data_key(row)?),
        };
        if key.state() == DataKeyState::Active {
            return Ok(key);
        }
        Err(Error::new(
            ErrorKind::Corrupt,
            "the data key of this tenant is not active; restore the vault from a backup",
        ))
    }

    /// Returns true if the rows that every process needs to open the vault are those that this one
    /// opened it with.
    pub(super) fn is_opened_by(&self, header: &Row, vault_secret: &Row) -> bool {
        let (own, keys) = (self.header(), self.vault_keys());
        Header::decode(&header.info).is_ok_and(|header| header == *own)
            && keys
                .current()
                .unwrap_vault_secret(own, &vault_secret.body)
                .is_ok()
    }

    /// Makes a data key that seals from now on, and the row to store it in.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] when there are no random numbers.
    pub(super) fn new_data_key(
        &self,
        tenant: &str,
        generation: u32,
        made_at: Timestamp,
        epoch: u64,
    ) -> Result<(TenantKey, Row)> {
        let key = SymmetricKey::generate()?;
        let about = DataKeyRecord {
            state: DataKeyState::Active,
            generation,
            tenant: tenant.to_owned(),
            made_at: Some(made_at),
        };
        let (header, keys) = (self.header(), self.vault_keys());
        let info = keys.current().seal_data_key(header, key.id(), &about)?;
        let body = keys.current().wrap_data_key(header, &about, &key)?;
        let row = Row {
            key: data_key_row(key.id()),
            epoch,
            info,
            body,
        };
        Ok((TenantKey::new(about, key, &row), row))
    }

    /// The row of a data key in another state. The wrapped key is not touched, unless it is
    /// destroyed, which empties the body.
    pub(super) fn in_state(
        &self,
        id: KeyId,
        about: &DataKeyRecord,
        state: DataKeyState,
        wrapped: &[u8],
        epoch: u64,
    ) -> Result<Row> {
        let about = DataKeyRecord {
            state,
            ..about.clone()
        };
        let body = match state {
            DataKeyState::Destroyed => Vec::new(),
            DataKeyState::Active | DataKeyState::OpenOnly => wrapped.to_vec(),
        };
        let keys = self.vault_keys();
        Ok(Row {
            key: data_key_row(id),
            epoch,
            info: keys.current().seal_data_key(self.header(), id, &about)?,
            body,
        })
    }

    /// Opens the record in a row of kind [`Kind::DataKey`], also of a key that is destroyed.
    pub(super) fn open_data_key_record(&self, row: &Row) -> Result<DataKeyRecord> {
        let id = KeyId::from_row_key(&row.key.key)?;
        let keys = self.vault_keys();
        keys.of(&row.info)
            .open_data_key(self.header(), id, &row.info)
    }

    /// The row of a data key, wrapped under the current vault key; `None` if it is so already.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Corrupt`] when it does not open.
    pub(super) fn rewrapped(&self, row: &Row) -> Result<Option<Row>> {
        let (header, keys) = (self.header(), self.vault_keys());
        if is_under_current(&keys, row) {
            return Ok(None);
        }
        let id = KeyId::from_row_key(&row.key.key)?;
        let about = keys.of(&row.info).open_data_key(header, id, &row.info)?;
        let body = if about.state == DataKeyState::Destroyed {
            Vec::new()
        } else {
            let wrapping = keys.of(&row.body);
            let key = wrapping.unwrap_data_key(header, id, &about, &row.body)?;
            keys.current().wrap_data_key(header, &about, &key)?
        };
        let info = keys.current().seal_data_key(header, id, &about)?;
        Ok(Some(Row {
            info,
            body,
            ..row.clone()
        }))
    }

    /// Forgets a data key that was destroyed, which is wiped once nobody uses it any more.
    pub(super) fn forget(&self, id: KeyId) {
        self.data_keys
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .forget(id);
    }
}

#[cfg(test)]
impl Keyring {
    /// The number of data keys that are kept.
    pub(super) fn len(&self) -> usize {
        self.data_keys.read().unwrap().len()
    }

    /// The info of a data key's row with this record.
    pub(super) fn seal_about(&self, id: KeyId, about: &DataKeyRecord) -> Vec<u8> {
        let keys = self.vault_keys();
        let sealed = keys.current().seal_data_key(self.header(), id, about);
        sealed.unwrap()
    }
}

/// Key of the row of a data key.
pub(super) fn data_key_row(id: KeyId) -> RowKey {
    RowKey {
        kind: Kind::DataKey,
        key: id.row_key(),
    }
}

/// Returns true if the row of a data key needs no vault key but the current one.
pub(super) fn is_under_current(keys: &VaultKeys, row: &Row) -> bool {
    keys.is_current(&row.info) && (row.body.is_empty() || keys.is_current(&row.body))
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring([REDACTED])")
    }
}
