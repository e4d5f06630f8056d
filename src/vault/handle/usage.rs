//! The uses of secrets, as an open vault counts them.

use super::vault::Vault;
use crate::error::Result;
use crate::vault::usage::UsageBacklog;

impl Vault {
    /// Adds up in the store all uses that wait, and returns once those are stored too that another
    /// thread is storing.
    ///
    /// They are stored in time without this call, and when the last handle on the vault is gone. A
    /// process that exits may be too fast for that: call this before.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::builder().count_uses(true).create(&RootKey::generate()?)?;
    /// let project = vault.scope("acme/billing")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// project.resolve("Bearer <<$secret.STRIPE_KEY>>")?;
    /// vault.flush_usage()?;
    /// assert_eq!(project.usage("STRIPE_KEY")?.unwrap().uses, 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of a store that cannot be written; the uses then wait on. For uses that cannot be
    /// read, [`Corrupt`](crate::ErrorKind::Corrupt); those that waited for them are lost.
    pub fn flush_usage(&self) -> Result<()> {
        self.core.flush_all_usage()
    }

    /// Returns the number of uses that wait to be added up, and of those that were lost.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says: uses may be being stored.
    ///
    /// ```
    /// use keyslot::{RootKey, UsageBacklog, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// assert_eq!(vault.usage_backlog(), UsageBacklog::default());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn usage_backlog(&self) -> UsageBacklog {
        let (waiting, lost) = self.core.usage_counts();
        UsageBacklog::new(waiting, lost)
    }
}
