//! The list of the keys that open a vault.

use crate::error::Result;
use crate::vault::core::Core;
use crate::vault::key_info::KeyInfo;

impl Core {
    /// The keys in the sealed directory, oldest first.
    pub(in crate::vault) fn keys(&self) -> Result<Vec<KeyInfo>> {
        let mut entries = self.read_directory()?.entries;
        entries.sort_by_key(|entry| (entry.made_at, entry.id.0));
        Ok(entries.iter().map(KeyInfo::of).collect())
    }
}
