//! The rows that make an empty store a vault.

use std::num::NonZeroU32;

use super::key_slots::{NewKeySlot, VAULT_SECRET, vault_row};
use crate::crypto::{Header, KeySlotDirectory, SymmetricKey, Timestamp, Unlock, VaultKey};
use crate::error::Result;
use crate::store::{HEADER, Partition, Row, SecretStore, WriteTx, has_no_rows};
use crate::vault::rows::{checked, corrupt};

/// Writes the rows that make an empty store a vault. Returns false when it is one already; exactly
/// one of several callers gets true.
pub(in crate::vault) fn initialise(
    store: &dyn SecretStore,
    key: &dyn Unlock,
    now: Timestamp,
) -> Result<bool> {
    // Before the write, which sees its own partition alone. Only a vault with a header gets more.
    let partitions = store.partitions(None, NonZeroU32::MIN)?;
    // Made before the store is locked, and for an empty one only: it may ask a key service.
    let rows = if partitions.is_empty() {
        first_rows(key, now)?.to_vec()
    } else {
        Vec::new()
    };
    let mut created = false;
    store.write(Partition::VAULT, &[HEADER], &mut |first, tx| {
        created = checked(&[HEADER], first)?.iter().all(Option::is_none);
        if created {
            check_empty(&partitions, tx)?;
            rows.iter().try_for_each(|row| tx.put(row))?;
        }
        Ok(())
    })?;
    Ok(created)
}

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

fn first_rows(key: &dyn Unlock, now: Timestamp) -> Result<[Row; 3]> {
    let header = Header::generate()?;
    let (vault_key, vault_secret) = (VaultKey::generate()?, SymmetricKey::generate()?);
    let key_slot = NewKeySlot::make(key, &header, &vault_key, "", now)?;
    let directory = KeySlotDirectory::first(key_slot.entry);
    let directory = vault_key.seal_key_slot_directory(&header, &directory)?;
    let secret = vault_key.wrap_vault_secret(&header, &vault_secret)?;
    Ok([
        vault_row(HEADER, header.encode(), Vec::new()),
        key_slot.row,
        vault_row(VAULT_SECRET, directory, secret),
    ])
}
