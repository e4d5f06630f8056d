//! The key slots of a vault: their rows, and the one that a key opens.

use std::num::NonZeroU32;

use crate::crypto::{
    Header, KeyId, KeySlot, KeySlotEntry, KeySlotPlace, Timestamp, Unlock, VaultKey, Work,
};
use crate::error::Result;
use crate::store::{Cursor, Kind, Page, PageSize, Row, RowKey, Scan};
use crate::vault::rows::corrupt;

/// Key of the row of the vault secret. There is one for the life of a vault.
pub(in crate::vault) const VAULT_SECRET: RowKey = RowKey {
    kind: Kind::VaultSecret,
    key: [0; 32],
};

/// The most key slots of a vault.
pub(in crate::vault) const MAX_KEY_SLOTS: usize = 64;

/// One more key slot than there may be. Each has less than 2 KiB.
const KEY_SLOTS: PageSize = PageSize {
    rows: NonZeroU32::new(65).unwrap(),
    bytes: 65 << 11,
};

/// Reads the rows of all key slots, in the order of their keys, with one scan.
pub(in crate::vault) fn scan(read: impl FnOnce(&Scan) -> Result<Page>) -> Result<Vec<Row>> {
    let page = read(&Scan {
        kind: Kind::Slot,
        scope: None,
        from: Cursor::START,
        size: KEY_SLOTS,
        bodies: true,
    })?;
    if !(1..=MAX_KEY_SLOTS).contains(&page.rows.len()) || page.next.is_some() {
        return Err(corrupt("the vault has no key slots, or too many"));
    }
    Ok(page.rows)
}

/// The key slot that a key opens, and the vault key in it; `None` when none is for this key.
///
/// # Errors
///
/// The first reason for which a key slot could not be tried, if no other one opens.
pub(in crate::vault) fn find(
    key: &dyn Unlock,
    header: &Header,
    rows: &[Row],
) -> Result<Option<(KeyId, VaultKey)>> {
    let (mut work, mut refusal) = (Work::default(), None);
    let decoded = rows.iter().map(|row| (row, KeySlot::decode(&row.info)));
    let mut slots: Vec<_> = decoded.collect();
    // The cheapest first: 63 slots that somebody planted leave work for one of the usual cost.
    slots.sort_by_key(|(_, slot)| slot.as_ref().map_or(u64::MAX, |slot| slot.kdf.work()));
    for (row, slot) in slots {
        // A key slot that cannot be read must not lock out those that can.
        match slot.and_then(|slot| try_slot(key, header, row, &slot, &mut work)) {
            Ok(Some(found)) => return Ok(Some(found)),
            Ok(None) => {}
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    refusal.map_or(Ok(None), Err)
}

/// The key slot that a key opens, as [`find`] finds it.
///
/// # Errors
///
/// [`WrongKey`](crate::ErrorKind::WrongKey) when the key opens no key slot.
pub(in crate::vault) fn opened(
    key: &dyn Unlock,
    header: &Header,
    rows: &[Row],
) -> Result<(KeyId, VaultKey)> {
    find(key, header, rows)?.ok_or_else(|| key.wrong(header))
}

fn try_slot(
    key: &dyn Unlock,
    header: &Header,
    row: &Row,
    slot: &KeySlot,
    work: &mut Work,
) -> Result<Option<(KeyId, VaultKey)>> {
    let id = KeyId::from_row_key(&row.key.key)?;
    let keys = key.keys(KeySlotPlace { header, id }, &slot.kdf, work)?;
    match keys.filter(|keys| keys.fit(slot)) {
        Some(keys) => Ok(Some((id, keys.unwrap_vault_key(header, &row.body)?))),
        None => Ok(None),
    }
}

/// A key slot that is not stored yet.
#[derive(Debug)]
pub(in crate::vault) struct NewKeySlot {
    pub(in crate::vault) row: Row,
    pub(in crate::vault) entry: KeySlotEntry,
}

impl NewKeySlot {
    /// Makes a key slot for a key. May take as long as a key service or a passphrase does, so it is
    /// made before a store is locked.
    pub(in crate::vault) fn make(
        key: &dyn Unlock,
        header: &Header,
        vault_key: &VaultKey,
        name: &str,
        now: Timestamp,
    ) -> Result<Self> {
        let id = KeyId::generate()?;
        let (kdf, keys) = key.make(KeySlotPlace { header, id })?;
        let wrapped = keys.wrap_vault_key(header, vault_key)?;
        let key_slot = KeySlot {
            kdf,
            check: keys.check,
        };
        let info = key_slot.encode();
        let entry = KeySlotEntry::new(id, &key_slot.kdf, name, now, &info, &wrapped);
        let key = RowKey {
            kind: Kind::Slot,
            key: id.row_key(),
        };
        Ok(Self {
            row: vault_row(key, info, wrapped),
            entry,
        })
    }
}

/// A row that belongs to no tenant.
pub(in crate::vault) fn vault_row(key: RowKey, info: Vec<u8>, body: Vec<u8>) -> Row {
    Row {
        key,
        epoch: 0,
        info,
        body,
    }
}
