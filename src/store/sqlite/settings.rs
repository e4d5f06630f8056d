//! Settings of an open store.

use std::time::Duration;

/// The content of [`SqliteOptions`](super::SqliteOptions).
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own, and off by default"
)]
pub(super) struct Settings {
    /// Longest time that a write waits for others.
    pub(super) patience: Duration,
    pub(super) fix_permissions: bool,
    pub(super) trust_folder: bool,
    pub(super) read_only: bool,
    /// True if nobody writes to the file, so that nothing has to be put beside it to read it.
    pub(super) at_rest: bool,
    pub(super) rollback_journal: bool,
    pub(super) network_file_system: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(5),
            fix_permissions: false,
            trust_folder: false,
            read_only: false,
            at_rest: false,
            rollback_journal: false,
            network_file_system: false,
        }
    }
}
