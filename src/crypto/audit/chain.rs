//! The chain over the entries of a log.

use crate::crypto::sub_keys::SubKeys;

/// The chain over the entries of one log: each value is a keyed hash of the one before, of the
/// number of an entry and of its record. So it says of all entries so far which they are and in
/// which order.
pub(crate) struct LogChain<'k> {
    keys: &'k SubKeys,
    partition: [u8; 16],
}

impl<'k> LogChain<'k> {
    /// The chain of the log in a partition.
    pub(crate) fn new(keys: &'k SubKeys, partition: [u8; 16]) -> Self {
        Self { keys, partition }
    }

    /// The value behind an entry.
    pub(crate) fn after(&self, before: &[u8; 32], number: u64, record: &[u8]) -> [u8; 32] {
        self.keys
            .audit_chain(before, &self.partition, number, record)
    }
}
