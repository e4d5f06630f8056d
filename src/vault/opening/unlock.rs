//! Opening the keys of a vault.

use super::key_slots::{VAULT_SECRET, opened, scan};
use crate::crypto::{Envelope, Header, Unlock, VaultKey, VaultKeys};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{HEADER, Partition, Row, SecretStore, is_marker};
use crate::vault::high_water::Mark;
use crate::vault::keyring::Keyring;
use crate::vault::rows::{corrupt, get_from};

/// Returns true if a store holds a vault. Asked without a lock.
pub(in crate::vault) fn has_header(store: &dyn SecretStore) -> Result<bool> {
    Ok(get_from(store, Partition::VAULT, &[HEADER])?
        .iter()
        .any(Option::is_some))
}

/// The keys of a vault as it was opened.
pub(in crate::vault) struct Unlocked {
    pub(in crate::vault) keys: Keyring,
    /// The mark of the directory of the key slots. Damage to it locks nobody out, and is told by
    /// whoever needs it.
    pub(in crate::vault) own_rows: Option<Mark>,
}

/// Attempts at an opening while others replace the vault key.
const ATTEMPTS: usize = 3;

/// Opens the keys of the vault in a store.
pub(in crate::vault) fn unlock(store: &dyn SecretStore, key: &dyn Unlock) -> Result<Unlocked> {
    let mut found = read(store, key)?;
    for _ in 1..ATTEMPTS {
        let (_, vault_key, row) = &found;
        let is_other = |sealed: Envelope<'_>| sealed.key_id() != vault_key.id();
        if !Envelope::parse(&row.body).is_ok_and(is_other) {
            break;
        }
        // The vault key was replaced after one of them was read, and before the other.
        found = read(store, key)?;
    }
    let (header, vault_key, row) = found;
    let secret = vault_key.unwrap_vault_secret(&header, &row.body)?;
    let directory = vault_key.open_key_slot_directory(&header, &row.info).ok();
    let mut vault_keys = VaultKeys::new(vault_key);
    let mut own_rows = None;
    if let Some(directory) = directory {
        vault_keys = vault_keys.with(&header, &directory.previous)?;
        own_rows = Some(Mark::at(&row, directory.epoch)?);
    }
    Ok(Unlocked {
        keys: Keyring::new(&header, vault_keys, &secret)?,
        own_rows,
    })
}

/// Reads the header and the row of the vault secret, and opens the vault key.
fn read(store: &dyn SecretStore, key: &dyn Unlock) -> Result<(Header, VaultKey, Row)> {
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
    let row = secret.ok_or_else(|| corrupt("the vault secret is missing"))?;
    Ok((header, vault_key, row))
}
