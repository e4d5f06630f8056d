//! The row that marks an unfinished copy. It lies where the header of the vault will, so that
//! nothing opens the copy before it is whole.

use crate::error::{Error, ErrorKind, Result};
use crate::store::empty::has_no_rows;
use crate::store::row::HEADER;
use crate::store::{Partition, Row, SecretStore};

/// The first bytes of a marker. A header begins with others.
const MAGIC: &[u8; 8] = b"copying\0";

/// Returns true if a row is there in place of a header because a copy is unfinished.
pub(crate) fn is_marker(row: &Row) -> bool {
    row.info.starts_with(MAGIC)
}

/// The right to write to a target, which the next copy to the same target takes over.
pub(super) struct Claim<'s> {
    to: &'s dyn SecretStore,
    /// The header of the source.
    header: Row,
    /// The marker. Its epoch is the number of the copy's runs.
    marker: Row,
}

impl<'s> Claim<'s> {
    /// Marks a target as an unfinished copy of the vault with this header.
    ///
    /// # Errors
    ///
    /// [`Conflict`](ErrorKind::Conflict) when it is neither empty nor such a copy.
    pub(super) fn take(to: &'s dyn SecretStore, header: Row) -> Result<Self> {
        let mut marker = Row {
            info: [MAGIC, &header.info[..]].concat(),
            ..header.clone()
        };
        let is_empty = to.partitions(None, std::num::NonZeroU32::MIN)?.is_empty();
        to.write(Partition::VAULT, &[HEADER], &mut |rows, tx| {
            marker.epoch = match rows.into_iter().next().flatten() {
                None if is_empty && has_no_rows(tx)? => 1,
                Some(there) if is_marker(&there) && there.info == marker.info => {
                    there.epoch.saturating_add(1)
                }
                there => return Err(in_the_way(there.as_ref())),
            };
            tx.put(&marker)
        })?;
        Ok(Self { to, header, marker })
    }

    /// Refuses to go on once another copy has taken over, or has finished.
    ///
    /// # Errors
    ///
    /// [`Conflict`](ErrorKind::Conflict), or why the target cannot be read.
    pub(super) fn check(&self) -> Result<()> {
        let rows = self.to.get(Partition::VAULT, &[HEADER])?;
        self.check_row(rows.into_iter().next().flatten().as_ref())
    }

    /// Puts the header in place of the marker: from then on the target is a vault.
    ///
    /// # Errors
    ///
    /// [`Conflict`](ErrorKind::Conflict) when another copy has taken over, or why the target cannot
    /// be written.
    pub(super) fn finish(self) -> Result<()> {
        self.to.write(Partition::VAULT, &[HEADER], &mut |rows, tx| {
            self.check_row(rows.into_iter().next().flatten().as_ref())?;
            tx.put(&self.header)
        })
    }

    fn check_row(&self, row: Option<&Row>) -> Result<()> {
        if row == Some(&self.marker) {
            return Ok(());
        }
        Err(taken_over())
    }
}

fn in_the_way(row: Option<&Row>) -> Error {
    let message = match row {
        Some(row) if is_marker(row) => {
            "the target holds an unfinished copy of another vault; finish that one, or copy into \
             an empty store"
        }
        Some(_) => "the target holds a vault already; copy into an empty store",
        None => "the target holds rows already; copy into an empty store",
    };
    Error::new(ErrorKind::Conflict, message)
}

/// The error for a target that somebody else writes to.
pub(super) fn taken_over() -> Error {
    Error::new(
        ErrorKind::Conflict,
        "somebody else writes to the target, or another copy to it runs; let one of them run alone",
    )
}
