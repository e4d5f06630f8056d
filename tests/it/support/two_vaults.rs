//! Two vaults that are open on one store, and a clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use keyslot::{ScopedVault, Vault, VaultBuilder};

use super::counting::Counting;
use super::root_key;

/// The time at which the clock begins.
pub const NOON: u64 = 1_700_000_000;

/// A store, its clock, and two vaults that are open on it.
pub struct TwoVaults {
    pub store: Arc<Counting>,
    counted: AtomicUsize,
    pub now: Arc<AtomicU64>,
    pub vault: Vault,
    pub other: Vault,
}

impl TwoVaults {
    /// The settings are those of the first vault, which has put a secret `A`.
    pub fn with(settings: impl FnOnce(VaultBuilder) -> VaultBuilder) -> Self {
        let store = Arc::new(Counting::default());
        let now = Arc::new(AtomicU64::new(NOON));
        let builder = || {
            let clock = Arc::clone(&now);
            let builder = Vault::builder().store(Arc::clone(&store));
            builder.clock(move || UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::SeqCst)))
        };
        let other = builder().create(&root_key()).unwrap();
        let vault = settings(builder()).open(&root_key()).unwrap();
        vault.scope("acme").unwrap().put("A", "value").unwrap();
        Self {
            store,
            counted: AtomicUsize::default(),
            now,
            vault,
            other,
        }
    }

    pub fn scope(&self) -> ScopedVault {
        self.vault.scope("acme/billing").unwrap()
    }

    /// The organization's scope, by the other open vault.
    pub fn elsewhere(&self) -> ScopedVault {
        self.other.scope("acme").unwrap()
    }

    pub fn pass(&self, seconds: u64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }

    /// The number of store calls since the last time that it was asked for.
    pub fn calls(&self) -> usize {
        let calls = self.store.calls();
        calls - self.counted.swap(calls, Ordering::SeqCst)
    }

    /// The number of questions for the head.
    pub fn heads(&self) -> usize {
        self.store.heads.load(Ordering::SeqCst)
    }
}
