//! The account of a tenant, as its rows add up to it.

use std::collections::HashMap;

use crate::crypto::Head;

/// Sums over the rows of a tenant. No sum is larger than the number of rows, so none
/// overflows.
#[derive(Default)]
pub(in crate::vault) struct Account {
    pub(super) live: u64,
    pub(super) tombstones: u64,
    pub(super) accumulator: [u8; 32],
    /// Older values that are named by a record and there.
    pub(super) older: u64,
    /// The number of readable secrets in each scope, by its tag.
    pub(super) scopes: HashMap<[u8; 16], u64>,
}

impl Account {
    /// Enters a record.
    pub(in crate::vault) fn enter(&mut self, is_live: bool, entry: &[u8; 32]) {
        *(if is_live {
            &mut self.live
        } else {
            &mut self.tombstones
        }) += 1;
        for (sum, byte) in self.accumulator.iter_mut().zip(entry) {
            *sum ^= byte;
        }
    }

    /// Returns true if a head accounts for the same records.
    pub(in crate::vault) fn is_of(&self, head: &Head) -> bool {
        (self.live, self.tombstones, self.accumulator)
            == (head.live, head.tombstones, head.accumulator)
    }
}
