//! Rows that were read before they are asked for.

use std::collections::VecDeque;

use crate::error::Result;
use crate::store::{Row, RowKey};
use crate::vault::rows::checked;

/// Rows that the store read together with the lock of a write. Each answers one question: what is
/// asked for again is read again, so that a write sees its own changes.
pub(super) struct ReadAhead(VecDeque<(RowKey, Option<Row>)>);

impl ReadAhead {
    /// The rows that a store gave for keys.
    ///
    /// # Errors
    ///
    /// [`Store`](crate::ErrorKind::Store) when they are other rows.
    pub(super) fn new(keys: &[RowKey], rows: Vec<Option<Row>>) -> Result<Self> {
        let rows = checked(keys, rows)?;
        Ok(Self(keys.iter().copied().zip(rows).collect()))
    }

    /// Takes the row of a key, which is read if it was not.
    pub(super) fn take_or(
        &mut self,
        key: &RowKey,
        read: impl FnOnce() -> Result<Option<Row>>,
    ) -> Result<Option<Row>> {
        // They are asked for in the order in which they were read: nearly always it is the first.
        let at = self.0.iter().position(|(known, _)| known == key);
        match at.and_then(|at| self.0.remove(at)) {
            Some((_, row)) => Ok(row),
            None => read(),
        }
    }
}
