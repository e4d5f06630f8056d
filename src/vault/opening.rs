//! The rows that a vault is opened with: header, key slots and vault secret.

use std::num::NonZeroU32;

use super::keyring::Keyring;
use super::rows::{checked, corrupt, get_from};
use crate::crypto::{
    Header, Kdf, KeyId, KeySlot, KeySlotDirectory, KeySlotEntry, RootKey, SymmetricKey, Timestamp,
    VaultKey,
};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{
    Cursor, HEADER, Kind, PageSize, Partition, Row, RowKey, Scan, SecretStore, WriteTx,
    has_no_rows, is_marker,
};

/// Returns true if a store holds a vault. Asked without a lock.
pub(super) fn has_header(store: &dyn SecretStore) -> Result<bool> {
    Ok(get_from(store, Partition::VAULT, &[HEADER])?
        .iter()
        .any(Option::is_some))
}

/// Writes the rows that make an empty store a vault. Returns false when it is one already; exactly
/// one of several callers gets true.
pub(super) fn initialise(store: &dyn SecretStore, key: &RootKey, now: Timestamp) -> Result<bool> {
    // Before the write, which sees its own partition alone. Only a vault with a header gets more.
    let partitions = store.partitions(None, NonZeroU32::MIN)?;
    let mut created = false;
    store.write(Partition::VAULT, &[HEADER], &mut |first, tx| {
        created = checked(&[HEADER], first)?.iter().all(Option::is_none);
        if created {
            check_empty(&partitions, tx)?;
            first_rows(key, now)?
                .iter()
                .try_for_each(|row| tx.put(row))?;
        }
        Ok(())
    })?;
    Ok(created)
}

/// Opens the keys of the vault in a store.
pub(super) fn unlock(store: &dyn SecretStore, root: &RootKey) -> Result<Keyring> {
    let mut rows = get_from(store, Partition::VAULT, &[HEADER, VAULT_SECRET])?.into_iter();
    let (header, secret) = (rows.next().flatten(), rows.next().flatten());
    let header = header.ok_or_else(|| {
        Error::new(
            ErrorKind::NotAVault,
            "the store holds no vault; open_or_create makes one",
        )
    })?;
    if is_marker(&header) {
        return Err(Error::new(
            ErrorKind::NotAVault,
            "the store holds an unfinished copy of a vault; copy_vault goes on with it",
        ));
    }
    let header = Header::decode(&header.info)?;
    let vault_key = vault_key(store, root, &header)?;
    let secret = secret.ok_or_else(|| corrupt("the vault secret is missing"))?;
    let secret = vault_key.unwrap_vault_secret(&header, &secret.body)?;
    Keyring::new(&header, vault_key, &secret)
}

/// Unwraps the vault key from the key slot that the root key is for.
fn vault_key(store: &dyn SecretStore, root: &RootKey, header: &Header) -> Result<VaultKey> {
    let key_slots = Scan {
        kind: Kind::Slot,
        scope: None,
        from: Cursor::START,
        size: KEY_SLOTS,
        bodies: true,
    };
    let key_slots = store.scan(Partition::VAULT, &key_slots)?;
    if !(1..=MAX_KEY_SLOTS).contains(&key_slots.rows.len()) || key_slots.next.is_some() {
        return Err(corrupt("the vault has no key slots, or too many"));
    }
    let mut refusal = None;
    for row in &key_slots.rows {
        // A key slot that cannot be read must not lock out those that can.
        match try_key_slot(root, header, row) {
            Ok(Some(key)) => return Ok(key),
            Ok(None) => {}
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    Err(refusal.unwrap_or_else(|| {
        let message = "this key does not open this vault: it is the key of another vault, or the \
                       key slot is damaged";
        Error::new(ErrorKind::WrongKey, message)
    }))
}

/// The vault key in a key slot; `None` when the key slot is for another root key.
fn try_key_slot(root: &RootKey, header: &Header, row: &Row) -> Result<Option<VaultKey>> {
    let (id, key_slot) = (
        KeyId::from_row_key(&row.key.key)?,
        KeySlot::decode(&row.info)?,
    );
    let keys = root.key_slot_keys(header, id, key_slot.kdf)?;
    if keys.fit(&key_slot) {
        keys.unwrap_vault_key(header, &row.body).map(Some)
    } else {
        Ok(None)
    }
}

/// Key of the row of the vault secret. There is one for the life of a vault.
pub(super) const VAULT_SECRET: RowKey = RowKey {
    kind: Kind::VaultSecret,
    key: [0; 32],
};

/// The most key slots of a vault.
const MAX_KEY_SLOTS: usize = 64;

/// One more key slot than there may be. Each has less than 1 KiB.
const KEY_SLOTS: PageSize = PageSize {
    rows: NonZeroU32::new(65).unwrap(),
    bytes: 65 << 10,
};

/// A store without a header must not hold anything else: writing a new vault over the remains of
/// one would hide the loss.
fn check_empty(partitions: &[Partition], tx: &mut dyn WriteTx) -> Result<()> {
    if partitions.is_empty() && has_no_rows(tx)? {
        return Ok(());
    }
    Err(corrupt(
        "the store holds rows of a vault, but not its header",
    ))
}

fn first_rows(root: &RootKey, now: Timestamp) -> Result<[Row; 3]> {
    let header = Header::generate()?;
    let (vault_key, vault_secret) = (VaultKey::generate()?, SymmetricKey::generate()?);
    let (id, kdf) = (KeyId::generate()?, Kdf::Raw);
    let keys = root.key_slot_keys(&header, id, kdf)?;
    let key_slot = KeySlot {
        kdf,
        check: keys.check,
    }
    .encode();
    let wrapped = keys.wrap_vault_key(&header, &vault_key)?;
    let directory = KeySlotDirectory(vec![KeySlotEntry::new(id, kdf, now, &key_slot, &wrapped)]);
    let directory = vault_key.seal_key_slot_directory(&header, &directory)?;
    let secret = vault_key.wrap_vault_secret(&header, &vault_secret)?;
    Ok([
        vault_row(HEADER, header.encode(), Vec::new()),
        vault_row(
            RowKey {
                kind: Kind::Slot,
                key: id.row_key(),
            },
            key_slot,
            wrapped,
        ),
        vault_row(VAULT_SECRET, directory, secret),
    ])
}

/// A row that belongs to no tenant.
fn vault_row(key: RowKey, info: Vec<u8>, body: Vec<u8>) -> Row {
    Row {
        key,
        epoch: 0,
        info,
        body,
    }
}
