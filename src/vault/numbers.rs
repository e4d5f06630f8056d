//! Numbers that are never given twice.

use crate::error::{Error, ErrorKind, Result};
use crate::record::Revision;

/// The revision after the last one of a name.
pub(super) fn next_revision(last: Option<Revision>) -> Result<Revision> {
    let last = last.map_or(0, Revision::get);
    last.checked_add(1).map(Revision::new).ok_or_else(exhausted)
}

/// The epoch after another one.
pub(super) fn next_epoch(epoch: u64) -> Result<u64> {
    let next = epoch.checked_add(1);
    let next = next.filter(|&epoch| i64::try_from(epoch).is_ok());
    next.ok_or_else(exhausted)
}

/// The error for a counter at its end.
pub(super) fn exhausted() -> Error {
    Error::new(
        ErrorKind::Store,
        "this tenant's revision counter is exhausted",
    )
}
