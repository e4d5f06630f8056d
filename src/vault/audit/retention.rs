//! The entries of a log that are kept.

use std::time::Duration;

/// The entries of an [`AuditLog`](crate::AuditLog) that are kept when it is
/// [pruned](crate::AuditLog::prune). What breaks either bound is taken away.
///
/// ```
/// use std::time::Duration;
/// use keyslot::AuditRetention;
///
/// let a_year = AuditRetention::new().max_age(Duration::from_secs(365 * 86_400));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuditRetention {
    pub(super) max_age: Option<Duration>,
    pub(super) max_entries: Option<u64>,
}

impl AuditRetention {
    /// Returns the retention that keeps everything.
    ///
    /// ```
    /// use keyslot::AuditRetention;
    ///
    /// assert_eq!(AuditRetention::new(), AuditRetention::default());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps entries that were stored within this time.
    ///
    /// ```
    /// use std::time::Duration;
    /// use keyslot::AuditRetention;
    ///
    /// let a_month = AuditRetention::new().max_age(Duration::from_secs(30 * 86_400));
    /// ```
    #[must_use]
    pub fn max_age(self, age: Duration) -> Self {
        Self {
            max_age: Some(age),
            ..self
        }
    }

    /// Keeps so many of the newest entries: of the log of changes, and as many of the log of uses;
    /// or of the log of keys.
    ///
    /// ```
    /// use keyslot::AuditRetention;
    ///
    /// let newest = AuditRetention::new().max_entries(100_000);
    /// ```
    #[must_use]
    pub fn max_entries(self, entries: u64) -> Self {
        Self {
            max_entries: Some(entries),
            ..self
        }
    }
}
