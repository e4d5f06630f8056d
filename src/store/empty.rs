//! Emptiness of a partition.

use std::num::NonZeroU32;

use super::page::{Cursor, PageSize, Scan};
use super::row::Kind;
use super::traits::ReadTx;
use crate::error::Result;

const ONE: PageSize = PageSize {
    rows: NonZeroU32::MIN,
    bytes: 0,
};

/// Returns true if the partition of a transaction holds no rows of any kind.
pub(crate) fn has_no_rows<T: ReadTx + ?Sized>(tx: &mut T) -> Result<bool> {
    for kind in Kind::ALL {
        let any = Scan {
            kind,
            scope: None,
            from: Cursor::START,
            size: ONE,
            bodies: false,
        };
        if !tx.scan(&any)?.rows.is_empty() {
            return Ok(false);
        }
    }
    Ok(true)
}
