//! Opening the keys of a vault.

use super::key_slots::{VAULT_SECRET, opened, scan};
use crate::crypto::{Header, Unlock};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{HEADER, Partition, SecretStore, is_marker};
use crate::vault::keyring::Keyring;
use crate::vault::rows::{corrupt, get_from};

/// Returns true if a store holds a vault. Asked without a lock.
pub(in crate::vault) fn has_header(store: &dyn SecretStore) -> Result<bool> {
    Ok(get_from(store, Partition::VAULT, &[HEADER])?
        .iter()
        .any(Option::is_some))
}

/// Opens the keys of the vault in a store.
pub(in crate::vault) fn unlock(store: &dyn SecretStore, key: &dyn Unlock) -> Result<Keyring> {
    let mut rows = get_from(store, Partition::VAULT, &[HEADER, VAULT_SECRET])?.into_iter();
    let (header, secret) = (rows.next().flatten(), rows.next().flatten());
    let header = header.ok_or_else(|| {
        Error::new(
            ErrorKind::NotAVault,
            "the store holds no vault; open_or_create makes one, but look first if this is a file \
             that was copied without the one beside it with the ending -wal",
        )
    })?;
    if is_marker(&header) {
        return Err(Error::new(
            ErrorKind::NotAVault,
            "the store holds an unfinished copy of a vault; copy_vault goes on with it",
        ));
    }
    let header = Header::decode(&header.info)?;
    let key_slots = scan(|page| store.scan(Partition::VAULT, page))?;
    let (_, vault_key) = opened(key, &header, &key_slots)?;
    let secret = secret.ok_or_else(|| corrupt("the vault secret is missing"))?;
    let secret = vault_key.unwrap_vault_secret(&header, &secret.body)?;
    Keyring::new(&header, vault_key, &secret)
}
