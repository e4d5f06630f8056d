//! Vaults that count.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use keyslot::{AuditLimits, ScopedVault, SecretStore, SecretUsage, Vault, VaultBuilder};

use crate::support::root_key;

/// A vault that counts, with a clock that goes on by a second at each look. Uses wait until they
/// are flushed.
pub(super) fn builder(store: impl SecretStore) -> VaultBuilder {
    let seconds = Arc::new(AtomicU64::new(1_800_000_000));
    let clock = move || UNIX_EPOCH + Duration::from_secs(seconds.fetch_add(1, Ordering::SeqCst));
    let limits = AuditLimits::new()
        .delay(Duration::from_secs(3600))
        .batch(1_000_000);
    let builder = Vault::builder().store(store).clock(clock);
    builder.count_uses(true).audit_limits(limits)
}

pub(super) fn counting(store: impl SecretStore) -> Vault {
    builder(store).open_or_create(&root_key()).unwrap()
}

pub(super) fn usage(scope: &ScopedVault, name: &str) -> Option<SecretUsage> {
    scope.usage(name).unwrap()
}

/// The number of uses and of reveals.
pub(super) fn count(scope: &ScopedVault, name: &str) -> Option<(u64, u64)> {
    usage(scope, name).map(|usage| (usage.uses, usage.reveals))
}
