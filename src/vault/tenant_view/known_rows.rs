//! Rows that were held against a view before.

use std::collections::HashMap;

/// The most rows that are kept.
const MOST: usize = 256;

/// Commitments of rows that a view was found to have, so that rows in use need not be opened to be
/// compared. All are given up when there are too many.
#[derive(Default)]
pub(super) struct KnownRows(HashMap<[u8; 32], [u8; 32]>);

impl KnownRows {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns true if the row of this key had this commitment.
    pub(super) fn has(&self, key: &[u8; 32], commitment: &[u8; 32]) -> bool {
        self.0.get(key) == Some(commitment)
    }

    pub(super) fn insert(&mut self, key: [u8; 32], commitment: [u8; 32]) {
        if self.0.len() >= MOST {
            self.0.clear();
        }
        self.0.insert(key, commitment);
    }

    pub(super) fn forget(&mut self, key: &[u8; 32]) {
        self.0.remove(key);
    }
}
