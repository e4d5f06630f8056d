//! The digest of a row.

use crate::crypto::{Info, SubKeys, equal};

/// The digest of one state of one secret: half of the entry that it has in the accumulator of its
/// tenant's head. Nobody without the vault secret can make one.
#[derive(Clone, Copy)]
pub(super) struct Digest([u8; 16]);

impl Digest {
    /// Nothing, the sum of no rows.
    pub(super) const ZERO: Self = Self([0; 16]);

    /// The digest of a secret whose sealed info has this commitment.
    pub(super) fn of(keys: &SubKeys, info: &Info, commitment: &[u8; 32]) -> Self {
        Self::half(&keys.accumulator_entry(info.record, info.revision, commitment))
    }

    /// The half of an accumulator, or of an entry in one.
    pub(super) fn half(accumulator: &[u8; 32]) -> Self {
        let mut half = [0; 16];
        half.copy_from_slice(accumulator.split_at(16).0);
        Self(half)
    }

    /// Adds a digest to a sum of them, or takes it out again.
    pub(super) fn toggle(&mut self, other: Self) {
        for (sum, byte) in self.0.iter_mut().zip(other.0) {
            *sum ^= byte;
        }
    }

    /// Compares in constant time.
    pub(super) fn is(self, other: Self) -> bool {
        equal(&self.0, &other.0)
    }
}
