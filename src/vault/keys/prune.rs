//! Taking the oldest entries of the log of keys away.

use crate::error::Result;
use crate::record::AuditAction;
use crate::store::Partition;
use crate::vault::audit::Kept;
use crate::vault::call::Call;
use crate::vault::core::Core;

impl Core {
    /// Takes some rows of the log of keys away, in one write, and returns the number of their
    /// entries.
    pub(in crate::vault) fn prune_keys(&self, kept: Kept, call: Call<'_>) -> Result<u64> {
        self.change_key_slots(&self.keys.vault_keys(), call, |slots| {
            let (mut count, now) = (0, slots.now);
            if let Some(log) = &mut slots.directory.log {
                count = self.take_away(slots.tx, Partition::VAULT, log, kept, now)?;
            }
            slots.is_idle = count == 0;
            slots.note(AuditAction::Prune, None, Some(count));
            Ok(count)
        })
    }
}
