//! Reading the rows of a tenant for its view.

use std::sync::Arc;

use super::refusal::{is_damage, of_damage, tampered};
use crate::crypto::{Head, Info, SealedInfo};
use crate::error::{Error, Result};
use crate::store::{Kind, ReadTx, Row};
use crate::vault::core::Core;
use crate::vault::high_water::{Mark, rolled_back};
use crate::vault::keyring::data_key_row;
use crate::vault::rows::get_one_in;
use crate::vault::tenant_key::TenantKey;
use crate::vault::tenant_view::{ProvenRow, View, too_many_rows};
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

impl<'h> Goal<'h> {
    pub(super) fn new(head: &'h Head, mark: Mark, era: u64) -> Self {
        Self { head, mark, era }
    }
}

/// Reads the rows that bring a view of `base` to a head, or all rows without one. `most` is the
/// bound of their number.
///
/// # Errors
///
/// [`Tampered`](crate::ErrorKind::Tampered) when the rows that open are not those of the head;
/// those of the store.
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
            each_row(core, tx, goal.head, walk, most, |row| rows.push(row))?;
            Ok(Gathered::Changed { base, rows })
        }
        _ => {
            let mut view = View::new(goal.mark, goal.era);
            let walk = Walk::of_all(Kind::Secret, false);
            let damage = each_row(core, tx, goal.head, walk, most, |row| view.push(row))?;
            if view.finish(goal.head) {
                Ok(Gathered::Whole(view))
            } else {
                Err(damage.map_or_else(tampered, of_damage))
            }
        }
    }
}

/// Opens rows. One that does not open is passed over, and one of before an erasure: the sum tells
/// if the head accounts for it. Whoever asks for such a row is refused. Returns the first damage.
fn each_row<T: ReadTx + ?Sized>(
    core: &Core,
    tx: &mut T,
    head: &Head,
    mut walk: Walk,
    most: usize,
    mut each: impl FnMut(ProvenRow),
) -> Result<Option<Error>> {
    let (mut count, mut damage) = (0_usize, None);
    loop {
        match walk.step_in(tx)? {
            Step::Found(rows) => {
                count = count.saturating_add(rows.len());
                if count > most {
                    return Err(too_many_rows());
                }
                for row in &rows {
                    match prove(core, tx, head, row) {
                        Ok(Some(row)) => each(row),
                        Ok(None) => {}
                        Err(error) if is_damage(&error) => damage = damage.or(Some(error)),
                        Err(error) => return Err(error),
                    }
                }
            }
            Step::Disorder => return Err(tampered()),
            Step::End => return Ok(damage),
        }
    }
}

/// Opens a row; `None` for one of before an erasure.
fn prove<T: ReadTx + ?Sized>(
    core: &Core,
    tx: &mut T,
    head: &Head,
    row: &Row,
) -> Result<Option<ProvenRow>> {
    let (sealed, key) = parse_in(core, tx, row)?;
    if key.about().generation < head.erased_before {
        return Ok(None);
    }
    let info = core.open_info(row, &sealed, &key)?;
    Ok(Some(core.proven(row, &sealed, &info)))
}

/// Opens the info of a row, and proves the row by it.
pub(super) fn open_proven<T: ReadTx + ?Sized>(
    core: &Core,
    tx: &mut T,
    row: &Row,
) -> Result<(ProvenRow, Info)> {
    let (sealed, key) = parse_in(core, tx, row)?;
    let info = core.open_info(row, &sealed, &key)?;
    Ok((core.proven(row, &sealed, &info), info))
}

impl Core {
    /// The proof of a row, by the info that was opened in it.
    pub(super) fn proven(&self, row: &Row, sealed: &SealedInfo<'_>, info: &Info) -> ProvenRow {
        ProvenRow::of(self.keys.sub(), row.key.key, info, sealed.commitment())
    }
}

/// Opens the info of a row.
pub(in crate::vault) fn open_in<T: ReadTx + ?Sized>(
    core: &Core,
    tx: &mut T,
    row: &Row,
) -> Result<Info> {
    let (sealed, key) = parse_in(core, tx, row)?;
    core.open_info(row, &sealed, &key)
}

/// The sealed info of a row, and its data key, read at the same moment if it is not known yet.
fn parse_in<'r, T: ReadTx + ?Sized>(
    core: &Core,
    tx: &mut T,
    row: &'r Row,
) -> Result<(SealedInfo<'r>, Arc<TenantKey>)> {
    let sealed = SealedInfo::parse(&row.info)?;
    let key = match core.keys.known(sealed.key_id()) {
        Some(key) => key,
        None => core.open_found(get_one_in(tx, data_key_row(sealed.key_id()))?.as_ref())?,
    };
    Ok((sealed, key))
}

/// Makes sure that a tenant without a head has no secrets. The head was looked for by its key, so
/// they are looked for by epochs: one damaged index hides no tenant.
///
/// # Errors
///
/// [`Tampered`](crate::ErrorKind::Tampered); those of the store.
pub(super) fn check_empty<T: ReadTx + ?Sized>(tx: &mut T) -> Result<()> {
    let mut walk = Walk::of_all(Kind::Secret, false);
    match walk.step_in(tx)? {
        Step::Found(rows) if !rows.is_empty() => Err(tampered()),
        Step::Disorder => Err(tampered()),
        Step::Found(_) | Step::End => Ok(()),
    }
}
