//! The keys of an open vault.

use std::collections::HashMap;
use std::fmt;
use std::mem;
use std::sync::{Arc, PoisonError, RwLock};

use crate::crypto::{DataKey, DataKeyState, Header, Key, KeyId, SlotDirectory, SubKeys, VaultKey};
use crate::error::{Error, ErrorKind, Result};
use crate::scope::Scope;
use crate::store::{Kind, Row, RowKey};

/// The keys of an open vault: those derived once, and the data keys met so far.
pub(super) struct Keyring {
    vault_key: VaultKey,
    sub: SubKeys,
    /// The bytes of a data key never change, so what was read once still opens what it sealed.
    data_keys: RwLock<Known>,
}

/// The data keys that were used last. The map that is filled holds [`HALF`](Known::HALF) at most,
/// then it becomes the other one.
#[derive(Default)]
struct Known {
    recent: HashMap<KeyId, Arc<TenantKey>>,
    before: HashMap<KeyId, Arc<TenantKey>>,
}

impl Known {
    /// Half of the most keys that are kept, some 300 bytes each.
    const HALF: usize = 4096;

    fn keep(&mut self, key: Arc<TenantKey>) {
        if self.recent.len() >= Self::HALF {
            self.before = mem::take(&mut self.recent);
        }
        self.recent.insert(key.id(), key);
    }
}

/// A data key, opened.
#[derive(Debug)]
pub(super) struct TenantKey {
    tenant: Box<str>,
    key: Key,
}

impl TenantKey {
    pub(super) fn id(&self) -> KeyId {
        self.key.id()
    }

    pub(super) fn tenant(&self) -> &str {
        &self.tenant
    }

    /// The key, for rows of its own tenant only.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Corrupt`] when it is another tenant's.
    pub(super) fn of(&self, scope: &Scope) -> Result<&Key> {
        if *self.tenant == *scope.tenant() {
            return Ok(&self.key);
        }
        Err(Error::new(
            ErrorKind::Corrupt,
            "a secret is sealed with the key of another tenant",
        ))
    }

    /// The key, for a row whose tenant is not known before it is opened.
    pub(super) fn of_any(&self) -> &Key {
        &self.key
    }
}

impl Keyring {
    pub(super) fn new(header: &Header, vault_key: VaultKey, vault_secret: &Key) -> Result<Self> {
        let sub = SubKeys::derive(vault_secret, header)?;
        Ok(Self {
            vault_key,
            sub,
            data_keys: RwLock::default(),
        })
    }

    pub(super) fn header(&self) -> &Header {
        self.sub.header()
    }

    pub(super) fn sub(&self) -> &SubKeys {
        &self.sub
    }

    /// A data key that was met before.
    pub(super) fn known(&self, id: KeyId) -> Option<Arc<TenantKey>> {
        let known = self
            .data_keys
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = known.recent.get(&id) {
            return Some(Arc::clone(key));
        }
        let key = Arc::clone(known.before.get(&id)?);
        drop(known);
        self.data_keys
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .keep(Arc::clone(&key));
        Some(key)
    }

    /// Keeps a data key that is stored for later, in place of one that was not used for long.
    pub(super) fn learn(&self, key: TenantKey) -> Arc<TenantKey> {
        let key = Arc::new(key);
        self.keep(&key);
        key
    }

    /// As [`learn`](Keyring::learn), of a key that is in use already.
    pub(super) fn keep(&self, key: &Arc<TenantKey>) {
        let mut known = self
            .data_keys
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if !known.recent.contains_key(&key.id()) {
            known.keep(Arc::clone(key));
        }
    }

    /// Opens a row of kind [`Kind::DataKey`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Corrupt`] when it does not open or the key is destroyed.
    pub(super) fn open_data_key(&self, row: &Row) -> Result<TenantKey> {
        self.open_with_state(row).map(|(key, _)| key)
    }

    /// Opens the data key that a tenant seals with now.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Corrupt`] when it does not open or may no longer seal.
    pub(super) fn open_active_key(&self, row: &Row) -> Result<TenantKey> {
        match self.open_with_state(row)? {
            (key, DataKeyState::Active) => Ok(key),
            _ => Err(Error::new(
                ErrorKind::Corrupt,
                "the data key of this tenant is not active",
            )),
        }
    }

    /// As [`open_data_key`](Keyring::open_data_key), with what may be done with the key.
    ///
    /// # Errors
    ///
    /// As there.
    pub(super) fn open_with_state(&self, row: &Row) -> Result<(TenantKey, DataKeyState)> {
        let id = KeyId::from_row_key(&row.key.key)?;
        let about = self.vault_key.open_data_key(self.header(), id, &row.info)?;
        let key = self
            .vault_key
            .unwrap_data_key(self.header(), id, &about, &row.body)?;
        Ok((
            TenantKey {
                tenant: about.tenant.into(),
                key,
            },
            about.state,
        ))
    }

    /// The directory of the key slots, as the row of the vault secret has it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Corrupt`] when this vault did not seal it.
    pub(super) fn open_slot_directory(&self, vault_secret: &Row) -> Result<SlotDirectory> {
        self.vault_key
            .open_slot_directory(self.header(), &vault_secret.info)
    }

    /// Whether the rows that every process needs to open the vault are what this one opened it
    /// with.
    pub(super) fn is_opened_by(&self, header: &Row, vault_secret: &Row) -> bool {
        Header::decode(&header.info).is_ok_and(|header| header == *self.header())
            && self
                .vault_key
                .unwrap_vault_secret(self.header(), &vault_secret.body)
                .is_ok()
    }

    /// Makes the first data key of a tenant and the row to store it in.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] when there are no random numbers.
    pub(super) fn new_data_key(&self, tenant: &str, epoch: u64) -> Result<(TenantKey, Row)> {
        let key = Key::generate()?;
        let about = DataKey {
            state: DataKeyState::Active,
            generation: 1,
            tenant: tenant.to_owned(),
        };
        let info = self
            .vault_key
            .seal_data_key(self.header(), key.id(), &about)?;
        let body = self.vault_key.wrap_data_key(self.header(), &about, &key)?;
        let tag = self.sub.tenant_tag(tenant);
        let row = Row {
            key: data_key_row(key.id()),
            tenant: tag,
            epoch,
            info,
            body,
        };
        Ok((
            TenantKey {
                tenant: tenant.into(),
                key,
            },
            row,
        ))
    }
}

#[cfg(test)]
impl Keyring {
    /// The number of data keys that are kept.
    pub(super) fn len(&self) -> usize {
        let known = self.data_keys.read().unwrap();
        known.recent.len() + known.before.len()
    }

    /// The info of a data key's row that says this.
    pub(super) fn seal_about(&self, id: KeyId, about: &DataKey) -> Vec<u8> {
        self.vault_key
            .seal_data_key(self.header(), id, about)
            .unwrap()
    }
}

/// Where the data key of that id is stored.
pub(super) fn data_key_row(id: KeyId) -> RowKey {
    RowKey {
        kind: Kind::DataKey,
        key: id.row_key(),
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring([REDACTED])")
    }
}
