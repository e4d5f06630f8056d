//! The rows of older versions of many secrets, read in the order in which they are asked for.

use std::collections::VecDeque;

use super::rows::get_in;
use crate::error::Result;
use crate::store::{PAGE, ReadTx, Row, RowKey};

/// Rows of older versions. Some are read at once: as many as a page has bytes, if they are as long
/// as the newest version of their secret.
#[derive(Default)]
pub(in crate::vault) struct OlderRows {
    /// The keys, each with the bytes that are expected.
    keys: VecDeque<(RowKey, usize)>,
    read: VecDeque<Option<Row>>,
}

impl OlderRows {
    /// The most rows that are read at once: with the longest bodies they have 36 MiB.
    const MOST: usize = 32;

    /// Adds a row that is asked for after those before.
    pub(in crate::vault) fn expect(&mut self, key: RowKey, bytes: usize) {
        self.keys.push_back((key, bytes));
    }

    /// The next row.
    pub(in crate::vault) fn next<T: ReadTx + ?Sized>(&mut self, tx: &mut T) -> Result<Option<Row>> {
        if self.read.is_empty() {
            let (mut batch, mut bytes) = (Vec::new(), 0);
            while let Some((key, expected)) = self.keys.pop_front() {
                batch.push(key);
                bytes += expected;
                if bytes >= PAGE.bytes || batch.len() >= Self::MOST {
                    break;
                }
            }
            self.read = get_in(tx, &batch)?.into();
        }
        Ok(self.read.pop_front().flatten())
    }
}
