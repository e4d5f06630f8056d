//! One name of a ledger.

use super::named_row::NamedRow;
use crate::crypto::{InfoState as State, SealedInfo};
use crate::vault::stored::Stored;

/// A name, with the secret under it as a ledger read it.
pub(in crate::vault::write) struct LedgerEntry<'p> {
    pub(in crate::vault::write) row: NamedRow<'p>,
    pub(super) was: Option<Was>,
}

/// The secret that a ledger read, and the commitment of its sealed info.
pub(super) struct Was {
    pub(super) stored: Stored,
    pub(super) commitment: [u8; 32],
}

impl Was {
    pub(super) fn new(stored: Stored, sealed: &SealedInfo<'_>) -> Self {
        let commitment = *sealed.commitment();
        Self { stored, commitment }
    }
}

impl LedgerEntry<'_> {
    /// The secret that is stored, tombstones of every kind included.
    pub(in crate::vault::write) fn last(&self) -> Option<&Stored> {
        self.was.as_ref().map(|was| &was.stored)
    }

    /// The secret, revoked or not; none when it was deleted.
    pub(in crate::vault::write) fn current(&self) -> Option<&Stored> {
        self.last()
            .filter(|stored| stored.info.state != State::Deleted)
    }
}
