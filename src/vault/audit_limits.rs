//! Limits of the entries that wait to be stored.

use std::time::Duration;

/// Limits of entries about uses that wait in memory: see [`AuditMode`](crate::AuditMode).
///
/// ```
/// use std::time::Duration;
/// use keyslot::{AuditLimits, AuditMode, RootKey, Vault};
///
/// let limits = AuditLimits::new().batch(100).delay(Duration::from_millis(200));
/// let builder = Vault::builder().audit(AuditMode::Batched).audit_limits(limits);
/// let vault = builder.create(&RootKey::generate()?)?;
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditLimits {
    pub(super) batch: usize,
    pub(super) delay: Duration,
    pub(super) queue: usize,
}

impl AuditLimits {
    /// Returns the default: batches of 256 entries, stored within a second, and 16,384 entries at
    /// most that wait.
    ///
    /// ```
    /// use keyslot::AuditLimits;
    ///
    /// assert_eq!(AuditLimits::new(), AuditLimits::default());
    /// ```
    pub fn new() -> Self {
        Self {
            batch: 256,
            delay: Duration::from_secs(1),
            queue: 16_384,
        }
    }

    /// Sets the number of entries at which they are stored, 1 at least.
    ///
    /// ```
    /// use keyslot::AuditLimits;
    ///
    /// assert_ne!(AuditLimits::new().batch(1), AuditLimits::new());
    /// ```
    #[must_use]
    pub fn batch(self, entries: usize) -> Self {
        Self {
            batch: entries.max(1),
            ..self
        }
    }

    /// Sets the longest time that an entry waits while the store can be written, 1 millisecond at
    /// least.
    ///
    /// ```
    /// use std::time::Duration;
    /// use keyslot::AuditLimits;
    ///
    /// assert_ne!(AuditLimits::new().delay(Duration::from_secs(60)), AuditLimits::new());
    /// ```
    #[must_use]
    pub fn delay(self, longest: Duration) -> Self {
        Self {
            delay: longest.max(Duration::from_millis(1)),
            ..self
        }
    }

    /// Sets the most entries that wait, 1 at least, those that are being stored among them. An
    /// entry has some 300 bytes, and 4 KiB at most. A use for whose entry there is no room waits
    /// until there is.
    /// While the store cannot be written, entries beyond these are lost: they are counted, told by
    /// [`Vault::audit_backlog`](crate::Vault::audit_backlog), and the log says how many there were
    /// once it can be written again.
    ///
    /// ```
    /// use keyslot::AuditLimits;
    ///
    /// assert_ne!(AuditLimits::new().queue(1000), AuditLimits::new());
    /// ```
    #[must_use]
    pub fn queue(self, entries: usize) -> Self {
        Self {
            queue: entries.max(1),
            ..self
        }
    }
}

impl Default for AuditLimits {
    fn default() -> Self {
        Self::new()
    }
}
