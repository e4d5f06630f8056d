//! The heads of tenants: opened, held against those seen before, and sealed.
//!
//! Every path that reads a head goes through [`Core::admit_head`]: writes, snapshots, verification,
//! and whatever keeps rows in memory. A plain resolve reads no head; it reads its rows each time.

use super::core::Core;
use super::hashed_scope::head_row;
use super::high_water::{Mark, rolled_back};
use super::rows::corrupt;
use crate::crypto::Head;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Partition, Row};

impl Core {
    /// Opens the head of a tenant.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](ErrorKind::Corrupt) when it is not what this vault wrote for this tenant.
    pub(super) fn open_head(&self, tenant: Partition, row: &Row) -> Result<Head> {
        let head = Head::open(self.keys.sub(), &tenant.0, &row.info)?;
        if row.epoch != head.epoch {
            return Err(corrupt(
                "the head of a tenant is of another epoch than its row",
            ));
        }
        Ok(head)
    }

    /// Seals the head of a tenant.
    pub(super) fn seal_head(&self, tenant: Partition, head: &Head) -> Result<Row> {
        Ok(Row {
            key: head_row(tenant),
            epoch: head.epoch,
            info: head.seal(self.keys.sub(), &tenant.0)?,
            body: Vec::new(),
        })
    }

    /// Returns true if a row claims to be the very head that was seen last. It then need not be
    /// opened again: nothing is read in it.
    pub(super) fn is_newest_head(&self, tenant: Partition, row: &Row) -> bool {
        let seen = self.seen.of(tenant);
        row.key == head_row(tenant) && seen.is_some() && Mark::claimed_by(row).ok() == seen
    }

    /// Opens the head of a tenant as a view of the store has it, and notes it. `seen` is the head
    /// that was seen before the view began.
    ///
    /// # Errors
    ///
    /// [`Tampered`](ErrorKind::Tampered) when it is gone, older than the one that was seen, or
    /// another one of the same epoch; [`Corrupt`](ErrorKind::Corrupt) when this vault did not seal
    /// it.
    pub(super) fn admit_head(
        &self,
        tenant: Partition,
        row: Option<&Row>,
        seen: Option<Mark>,
    ) -> Result<Option<Head>> {
        let Some(row) = row else {
            return if seen.is_some() {
                Err(rolled_back())
            } else {
                Ok(None)
            };
        };
        if row.key != head_row(tenant) {
            return Err(Error::new(
                ErrorKind::Store,
                "the store gave another head than was asked for",
            ));
        }
        let head = self.open_head(tenant, row)?;
        let mark = Mark::of(row, &head)?;
        if self.seen.is_older(tenant, mark, seen) {
            return Err(rolled_back());
        }
        self.seen.note(tenant, mark, head.active_key);
        Ok(Some(head))
    }
}
