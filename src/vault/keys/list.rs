//! The list of the keys that open a vault.

use crate::error::Result;
use crate::store::Partition;
use crate::vault::core::Core;
use crate::vault::key_info::KeyInfo;
use crate::vault::opening::VAULT_SECRET;
use crate::vault::rows::corrupt;

impl Core {
    /// The keys in the sealed directory, oldest first.
    pub(in crate::vault) fn keys(&self) -> Result<Vec<KeyInfo>> {
        let secret = self.get_one(Partition::VAULT, VAULT_SECRET)?;
        let secret = secret.ok_or_else(|| corrupt("the vault secret is missing"))?;
        let mut entries = self.keys.open_key_slot_directory(&secret)?.0;
        entries.sort_by_key(|entry| (entry.made_at, entry.id.0));
        Ok(entries.iter().map(KeyInfo::of).collect())
    }
}
