//! Reading the rows of a tenant for its view.

use std::sync::Arc;

use super::refusal::{of_damage, tampered};
use crate::crypto::{Head, KeyId, SealedInfo};
use crate::error::Result;
use crate::store::{Kind, PageSize, ReadTx, Row, Scan};
use crate::vault::core::Core;
use crate::vault::high_water::{Mark, rolled_back};
use crate::vault::keyring::data_key_row;
use crate::vault::rows::{corrupt, get_one_in};
use crate::vault::tenant_key::TenantKey;
use crate::vault::tenant_view::{Digest, ProvenRow, View, too_many_rows};
use crate::vault::walk::{Step, Walk};

/// Rows that bring a view to a head.
pub(super) enum Gathered {
    /// None: the view is of this head.
    Nothing,
    /// Those that were written since the view's own head, the base.
    Changed { base: Mark, rows: Vec<ProvenRow> },
    /// All of them, as a new view.
    Whole(View),
}

/// The head that a view is to be of.
#[derive(Clone, Copy)]
pub(super) struct Goal<'h> {
    pub(super) head: &'h Head,
    pub(super) mark: Mark,
    pub(super) era: u64,
}

/// Reads the rows that bring a view of `base` to a head, or all rows without one. `most` is the
/// bound of their number.
///
/// # Errors
///
/// [`Tampered`](crate::ErrorKind::Tampered) for rows that do not open, and when all rows are not
/// those of the head; those of the store.
pub(super) fn gather<T: ReadTx + ?Sized>(
    core: &Core,
    tx: &mut T,
    goal: Goal<'_>,
    base: Option<Mark>,
    most: usize,
) -> Result<Gathered> {
    match base {
        Some(base) if base == goal.mark => Ok(Gathered::Nothing),
        Some(base) if base.epoch() > goal.mark.epoch() => Err(rolled_back()),
        Some(base) if base.epoch() < goal.mark.epoch() => {
            let (mut rows, walk) = (
                Vec::new(),
                Walk::of_all_since(Kind::Secret, base.epoch(), false),
            );
            each_row(core, tx, walk, most, |row| rows.push(row))?;
            Ok(Gathered::Changed { base, rows })
        }
        _ => {
            let mut view = View::new(goal.mark, goal.era);
            let walk = Walk::of_all(Kind::Secret, false);
            each_row(core, tx, walk, most, |row| view.push(row))?;
            if view.finish(goal.head) {
                Ok(Gathered::Whole(view))
            } else {
                Err(tampered())
            }
        }
    }
}

fn each_row<T: ReadTx + ?Sized>(
    core: &Core,
    tx: &mut T,
    mut walk: Walk,
    most: usize,
    mut each: impl FnMut(ProvenRow),
) -> Result<()> {
    let mut count = 0_usize;
    loop {
        match walk.step_in(tx)? {
            Step::Found(rows) => {
                count = count.saturating_add(rows.len());
                if count > most {
                    return Err(too_many_rows());
                }
                for row in &rows {
                    each(prove(core, tx, row).map_err(of_damage)?);
                }
            }
            Step::Disorder => return Err(tampered()),
            Step::End => return Ok(()),
        }
    }
}

/// Opens a row.
fn prove<T: ReadTx + ?Sized>(core: &Core, tx: &mut T, row: &Row) -> Result<ProvenRow> {
    let sealed = SealedInfo::parse(&row.info)?;
    let key = key_in(core, tx, sealed.key_id())?;
    let info = core.open_info(row, &sealed, &key)?;
    Ok(ProvenRow {
        key: row.key.key,
        digest: Digest::of(core.keys.sub(), &info, sealed.commitment()),
    })
}

/// A data key, read at the same moment if it is not known yet.
fn key_in<T: ReadTx + ?Sized>(core: &Core, tx: &mut T, id: KeyId) -> Result<Arc<TenantKey>> {
    if let Some(key) = core.keys.known(id) {
        return Ok(key);
    }
    let row = get_one_in(tx, data_key_row(id))?;
    let row = row.ok_or_else(|| corrupt("the data key of a tenant is missing"))?;
    Ok(core.keys.learn(core.keys.open_data_key(&row)?))
}

/// Makes sure that a tenant without a head has no secrets.
///
/// # Errors
///
/// [`Tampered`](crate::ErrorKind::Tampered); those of the store.
pub(super) fn check_empty<T: ReadTx + ?Sized>(tx: &mut T) -> Result<()> {
    let scan = Scan {
        kind: Kind::Secret,
        scope: None,
        from: crate::store::Cursor::START,
        size: PageSize {
            rows: std::num::NonZeroU32::MIN,
            bytes: usize::MAX,
        },
        bodies: false,
    };
    if tx.scan(&scan)?.rows.is_empty() {
        Ok(())
    } else {
        Err(tampered())
    }
}
