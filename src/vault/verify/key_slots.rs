//! The rows that a vault is opened with, against those that this process opened it with and the
//! sealed directory of key slots.

use std::collections::BTreeMap;

use super::finding::Finding;
use super::verification::Verification;
use crate::crypto::{KeyId, KeySlotEntry};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{HEADER, Kind, Partition, ReadTx, Row};
use crate::vault::core::Core;
use crate::vault::high_water::Mark;
use crate::vault::key_info::row_id_text;
use crate::vault::opening::VAULT_SECRET;
use crate::vault::rows::get_in;
use crate::vault::walk::{Step, Walk};

/// Verifies the vault's own rows, as they are at one moment. `seen` is what was seen of them
/// before.
pub(super) fn verify(core: &Core, seen: Option<Mark>, report: &mut Verification) -> Result<()> {
    let so_far = report.mark();
    core.store.read(Partition::VAULT, &mut |tx| {
        report.back_to(so_far);
        own_rows(core, tx, seen, report)
    })
}

fn own_rows(
    core: &Core,
    tx: &mut dyn ReadTx,
    seen: Option<Mark>,
    report: &mut Verification,
) -> Result<()> {
    let mut opening = get_in(tx, &[HEADER, VAULT_SECRET])?.into_iter();
    let (Some(header), Some(secret)) = (opening.next().flatten(), opening.next().flatten()) else {
        report.find(Finding::Opening);
        return Ok(());
    };
    let opened = core.open_directory(&secret, seen);
    match opened.as_ref().map_err(Error::kind) {
        Err(ErrorKind::VaultKeyReplaced) => return opened.map(drop),
        Err(ErrorKind::Tampered) => {
            report.find(Finding::KeysRolledBack);
            return Ok(());
        }
        _ => {}
    }
    if !core.keys.is_opened_by(&header, &secret) {
        report.find(Finding::Opening);
    }
    let Ok((directory, mark)) = opened else {
        report.find(Finding::SlotDirectory);
        return Ok(());
    };
    if core.seen.is_older(Partition::VAULT, mark, seen) {
        report.find(Finding::KeysRolledBack);
    } else {
        core.note_own_rows(mark);
    }
    let mut missing: BTreeMap<[u8; 16], KeySlotEntry> = directory
        .entries
        .into_iter()
        .map(|key_slot| (key_slot.id.0, key_slot))
        .collect();
    let log = directory.log;
    rows(tx, Kind::Slot, report, |report, row| {
        let entry = KeyId::from_row_key(&row.key.key)
            .ok()
            .and_then(|id| missing.remove(&id.0));
        match entry {
            None => report.find(Finding::KeySlotAdded {
                id: row_id_text(&row.key.key),
            }),
            Some(entry) if entry.is_of(&row.info, &row.body) => {}
            Some(entry) => report.find(Finding::KeySlotChanged { name: entry.name }),
        }
    })?;
    for (_, entry) in missing {
        report.find(Finding::KeySlotMissing { name: entry.name });
    }
    for kind in [
        Kind::DataKey,
        Kind::Head,
        Kind::Secret,
        Kind::Version,
        Kind::Usage,
        Kind::Document,
    ] {
        rows(tx, kind, report, |report, _| report.find(Finding::Stray))?;
    }
    if !core.check_log(tx, Partition::VAULT, log.as_ref())? {
        report.find(Finding::KeyLog);
    }
    Ok(())
}

/// Goes through the vault's own rows of a kind, up to the place at which the store gives them out
/// of order.
fn rows(
    tx: &mut dyn ReadTx,
    kind: Kind,
    report: &mut Verification,
    mut each: impl FnMut(&mut Verification, Row),
) -> Result<()> {
    let mut walk = Walk::of_vault(kind);
    loop {
        match walk.step_in(tx)? {
            Step::Found(rows) => rows.into_iter().for_each(|row| each(report, row)),
            Step::Disorder => {
                report.find(Finding::Hidden);
                return Ok(());
            }
            Step::End => return Ok(()),
        }
        // A store may give more, without end.
        if report.is_full() {
            return Ok(());
        }
    }
}
