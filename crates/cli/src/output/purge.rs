//! Words for what is left of erased values.

use keyslot::store::Purge;

/// Returns the code and the words of a purge.
pub(crate) fn purged(purge: Purge) -> (&'static str, &'static str) {
    match purge {
        Purge::Done => ("done", "its values are gone from the files of the vault"),
        Purge::Pending => (
            "pending",
            "its sealed bytes stay in the files until other readers have ended",
        ),
        _ => (
            "out_of_reach",
            "its sealed bytes stay in the database until its own maintenance",
        ),
    }
}
