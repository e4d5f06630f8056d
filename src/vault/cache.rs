//! The settings of the cache.

use std::time::Duration;

/// Bounds of the memory in which an open vault keeps opened secrets: see
/// [`VaultBuilder::cache`](crate::VaultBuilder::cache).
///
/// ```
/// use std::time::Duration;
/// use keyslot::{Cache, RootKey, Vault};
///
/// let cache = Cache::new().idle(Duration::from_secs(60)).bytes(1 << 20);
/// let vault = Vault::builder().cache(cache).create(&RootKey::generate()?)?;
/// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Cache {
    pub(super) max_age: Duration,
    pub(super) idle: Duration,
    pub(super) bytes: usize,
}

impl Cache {
    /// A cache that asks the store at every use, keeps what was used in the last five minutes, and
    /// holds 16 MiB at most.
    ///
    /// ```
    /// use keyslot::{Cache, RootKey, Vault};
    ///
    /// let vault = Vault::builder().cache(Cache::new()).create(&RootKey::generate()?)?;
    /// let project = vault.scope("acme")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// project.resolve("<<$secret.STRIPE_KEY>>")?;
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn new() -> Self {
        Self {
            max_age: Duration::ZERO,
            idle: Duration::from_secs(300),
            bytes: 16 << 20,
        }
    }

    /// Lets uses go on without a question to the store for `max_age`. With zero, the default, the
    /// store is asked at every use.
    ///
    /// It trades how soon a use sees what *others* write, other processes and other open vaults on
    /// the same store: a secret that one of them revokes, switches off, deletes, narrows or
    /// replaces may be used as it was until `max_age` has passed since the store was asked last. A
    /// rollback of the store, and a store that cannot be reached, are noticed as late.
    ///
    /// Writes by handles of this open vault, revocations above all, are seen by the very next
    /// use, also where the store could not tell if it was written. Times of secrets are judged at
    /// every use. The age ends as soon as either clock says so, the vault's or the monotonic one of
    /// the system, and at once where the vault's goes back.
    ///
    /// ```
    /// use std::time::Duration;
    /// use keyslot::{Cache, ErrorKind, RootKey, Vault};
    ///
    /// let cache = Cache::new().max_age(Duration::from_secs(5));
    /// let vault = Vault::builder().cache(cache).create(&RootKey::generate()?)?;
    /// let project = vault.scope("acme")?;
    /// project.put("STRIPE_KEY", "sk_live_...")?;
    /// project.resolve("<<$secret.STRIPE_KEY>>")?;
    /// project.revoke("STRIPE_KEY")?;
    /// let error = project.resolve("<<$secret.STRIPE_KEY>>").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Revoked, "at once, by this open vault");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = max_age;
        self
    }

    /// Gives up what was not used for this time, by either clock; five minutes if it is not set.
    ///
    /// No thread runs for it: what is idle is wiped by the next call that the cache serves, for any
    /// secret. A host that goes quiet calls [`Vault::clear_cache`](crate::Vault::clear_cache).
    ///
    /// ```
    /// use std::time::Duration;
    /// use keyslot::Cache;
    ///
    /// let cache = Cache::new().idle(Duration::from_secs(60));
    /// # drop(cache);
    /// ```
    pub fn idle(mut self, idle: Duration) -> Self {
        self.idle = idle;
        self
    }

    /// Sets the most memory of all that is kept, in bytes, as far as it can be told; 16 MiB if it
    /// is not set. What was not used for the longest is given up first. A secret takes about one
    /// KiB and twice its value, a secret in a list about one KiB.
    ///
    /// ```
    /// use keyslot::Cache;
    ///
    /// let cache = Cache::new().bytes(64 << 20);
    /// # drop(cache);
    /// ```
    pub fn bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }
}

impl Default for Cache {
    fn default() -> Self {
        Self::new()
    }
}
