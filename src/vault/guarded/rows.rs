//! Rows by key, held against the view.

use super::current::Current;
use super::refusal::{of_damage, tampered};
use crate::crypto::SealedInfo;
use crate::error::Result;
use crate::store::{Kind, Partition, ReadTx, Row, RowKey};
use crate::vault::core::Core;
use crate::vault::hashed_scope::head_row;
use crate::vault::high_water::Mark;
use crate::vault::rows::get_in;
use crate::vault::tenant_view::{ProvenRow, Views};

/// Rows, and the head that they were read with.
pub(in crate::vault) type MarkedRows = (Vec<Option<Row>>, Option<Mark>);

impl Core {
    /// Reads rows of a tenant by key, as [`Core::get`] does; with a guard they are those that the
    /// tenant's view has. One call of the store if nothing was written to the tenant since the
    /// last one.
    ///
    /// # Errors
    ///
    /// Those of the store; [`Tampered`](crate::ErrorKind::Tampered) for rows that the view does
    /// not have, and for missing ones that it has.
    pub(in crate::vault) fn get_guarded(
        &self,
        tenant: Partition,
        keys: &[RowKey],
    ) -> Result<Vec<Option<Row>>> {
        match &self.views {
            Some(views) => Ok(self.get_compared(views, tenant, keys)?.0),
            None => self.get(tenant, keys),
        }
    }

    /// Reads rows as [`get_guarded`](Core::get_guarded) does, and the head at the same moment, with
    /// one call of the store. There is no mark for a tenant without a head.
    ///
    /// # Errors
    ///
    /// Those of it, and of [`admit_head`](Core::admit_head).
    pub(in crate::vault) fn get_marked(
        &self,
        tenant: Partition,
        keys: &[RowKey],
    ) -> Result<MarkedRows> {
        if let Some(views) = &self.views {
            return self.get_compared(views, tenant, keys);
        }
        let seen = self.seen.of(tenant);
        let (rows, head) = self.get_with_head(tenant, keys)?;
        let mark = self.admit_mark(tenant, head.as_ref(), seen)?;
        Ok((rows, mark))
    }

    fn get_compared(
        &self,
        views: &Views,
        tenant: Partition,
        keys: &[RowKey],
    ) -> Result<MarkedRows> {
        if let Some((rows, mark)) = self.get_as_known(views, tenant, keys)? {
            return Ok((rows, Some(mark)));
        }
        let read = &mut |tx: &mut dyn ReadTx| get_in(tx, keys);
        self.read_compared(views, tenant, read, |rows, current| match current {
            Some(current) => {
                let is_same = self.compare_rows(views, tenant, current, &rows, keys)?;
                Ok(is_same.then_some((rows, Some(current.mark))))
            }
            None if rows.iter().all(Option::is_none) => Ok(Some((rows, None))),
            None => Err(tampered()),
        })
    }

    fn get_with_head(
        &self,
        tenant: Partition,
        keys: &[RowKey],
    ) -> Result<(Vec<Option<Row>>, Option<Row>)> {
        let mut asked = Vec::with_capacity(keys.len() + 1);
        asked.extend_from_slice(keys);
        asked.push(head_row(tenant));
        let mut rows = self.get(tenant, &asked)?;
        let head = rows.pop().flatten();
        Ok((rows, head))
    }

    /// Reads the rows with the head; `None` if that is not the head which the view is of.
    fn get_as_known(
        &self,
        views: &Views,
        tenant: Partition,
        keys: &[RowKey],
    ) -> Result<Option<(Vec<Option<Row>>, Mark)>> {
        let Some(slot) = views.known(tenant) else {
            return Ok(None);
        };
        // Asked before the rows are: what was seen by then, they must have.
        let (era, seen) = (self.seen.era(), self.seen.of(tenant));
        let (rows, head) = self.get_with_head(tenant, keys)?;
        let Some(mark) = head.as_ref().and_then(|row| Mark::claimed_by(row).ok()) else {
            return Ok(None);
        };
        // A head that was seen and is newer makes this an old one.
        let is_newest = seen.is_some_and(|seen| seen == mark);
        let is_of_era = slot.view().as_ref().is_some_and(|view| view.era() == era);
        if !is_newest || !is_of_era {
            return Ok(None);
        }
        let current = Current { slot, mark };
        let is_same = self.compare_rows(views, tenant, &current, &rows, keys)?;
        Ok(is_same.then_some((rows, mark)))
    }

    /// Compares rows with the view. Returns false if that went on meanwhile.
    fn compare_rows(
        &self,
        views: &Views,
        tenant: Partition,
        current: &Current,
        rows: &[Option<Row>],
        keys: &[RowKey],
    ) -> Result<bool> {
        let mut cold = Vec::new();
        let is_same = current.compare(|view| {
            keys.iter().zip(rows).all(|(key, row)| match row {
                // An older value is named by the info of its secret.
                _ if key.kind != Kind::Secret => true,
                None => !view.knows(&key.key),
                Some(row) => {
                    let commitment = commitment_of(row);
                    if !commitment.is_some_and(|seal| view.was_found(&key.key, seal)) {
                        cold.push(row);
                    }
                    true
                }
            })
        })?;
        if !is_same || cold.is_empty() {
            return Ok(is_same);
        }
        // Opened without the view, because that may read a data key.
        let proven = cold
            .iter()
            .map(|row| self.prove(tenant, row).map_err(of_damage))
            .collect::<Result<Vec<_>>>()?;
        let is_same = current.compare(|view| proven.iter().all(|(row, _)| view.has(row)))?;
        if is_same {
            if let Some(view) = current.slot.view_mut().as_mut() {
                if view.mark() == current.mark {
                    for (row, commitment) in &proven {
                        view.found(row.key, *commitment);
                    }
                }
            }
            views.make_room(tenant, &current.slot)?;
        }
        Ok(is_same)
    }

    /// Opens a row, and gives the commitment of its info too.
    fn prove(&self, tenant: Partition, row: &Row) -> Result<(ProvenRow, [u8; 32])> {
        let sealed = SealedInfo::parse(&row.info)?;
        let info = self.open_listed(tenant, row)?;
        Ok((self.proven(row, &sealed, &info), *sealed.commitment()))
    }
}

fn commitment_of(row: &Row) -> Option<&[u8; 32]> {
    Some(SealedInfo::parse(&row.info).ok()?.commitment())
}
