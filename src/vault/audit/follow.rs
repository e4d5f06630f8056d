//! Entries as they come.

use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

use super::cursor::AuditCursor;
use super::log::AuditLog;
use super::query::AuditQuery;
use crate::error::Result;
use crate::record::AuditEntry;

/// The time between two looks at the store.
const PAUSE: Duration = Duration::from_millis(50);

/// Follows an [`AuditLog`]: gives the entries that were stored since it was asked last, by every
/// process.
///
/// ```
/// use std::time::Duration;
/// use keyslot::{AuditAction, AuditMode, RootKey, Vault};
///
/// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
/// let project = vault.scope("acme")?;
/// project.put("STRIPE_KEY", "sk_live_...")?;
/// let mut follow = vault.audit("acme")?.follow()?;
/// assert!(follow.poll()?.is_empty(), "that was before");
/// project.revoke("STRIPE_KEY")?;
/// let entries = follow.wait(Duration::from_secs(1))?;
/// assert_eq!(entries[0].action, AuditAction::Revoke);
/// # Ok::<(), keyslot::Error>(())
/// ```
pub struct AuditFollow {
    log: AuditLog,
    query: AuditQuery,
    at: AuditCursor,
}

impl AuditFollow {
    pub(super) fn new(log: AuditLog, at: AuditCursor) -> Self {
        Self {
            log,
            query: AuditQuery::new().oldest_first(),
            at,
        }
    }

    /// Returns the entries since the last call, the oldest first, and 1,000 at most: the next call
    /// gives the rest.
    ///
    /// Blocks the thread, as [`Vault`](crate::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{AuditMode, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
    /// let mut follow = vault.audit("acme")?.follow()?;
    /// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// assert_eq!(follow.poll()?.len(), 1);
    /// assert_eq!(follow.poll()?.len(), 0);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`AuditLog::page`]; the next call begins where this one did.
    pub fn poll(&mut self) -> Result<Vec<AuditEntry>> {
        let (entries, at) = self.log.some(&self.query, Some(self.at), 1000)?;
        self.at = at;
        Ok(entries)
    }

    /// Waits for entries, and returns none if there are none in time. Looks at the store every 50
    /// milliseconds, and blocks the thread.
    ///
    /// ```
    /// use std::time::Duration;
    /// use keyslot::{AuditMode, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
    /// let mut follow = vault.audit("acme")?.follow()?;
    /// assert!(follow.wait(Duration::from_millis(1))?.is_empty());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`poll`](AuditFollow::poll).
    pub fn wait(&mut self, longest: Duration) -> Result<Vec<AuditEntry>> {
        let begun = Instant::now();
        loop {
            let entries = self.poll()?;
            let left = longest.saturating_sub(begun.elapsed());
            if !entries.is_empty() || left.is_zero() {
                return Ok(entries);
            }
            thread::sleep(left.min(PAUSE));
        }
    }

    /// Returns the place behind the last entry that was given, to follow on from there
    /// [later](AuditLog::follow_from).
    ///
    /// ```
    /// use keyslot::{AuditMode, RootKey, Vault};
    ///
    /// let vault = Vault::builder().audit(AuditMode::Off).create(&RootKey::generate()?)?;
    /// let log = vault.audit("acme")?;
    /// let mut later = log.follow_from(log.follow()?.cursor());
    /// assert!(later.poll()?.is_empty());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn cursor(&self) -> AuditCursor {
        self.at
    }
}

impl fmt::Debug for AuditFollow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditFollow")
            .field("log", &self.log)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}
