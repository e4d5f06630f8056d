//! A vault with an audit log, and what it says.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use keyslot::store::MemoryStore;
use keyslot::{AuditEntry, AuditMode, ErrorKind, Vault, VaultBuilder};

use crate::support::root_key;

/// A clock that goes on by a second at each look.
pub(super) fn ticking(builder: VaultBuilder) -> VaultBuilder {
    let seconds = Arc::new(AtomicU64::new(1_800_000_000));
    builder.clock(move || UNIX_EPOCH + Duration::from_secs(seconds.fetch_add(1, Ordering::SeqCst)))
}

pub(super) fn builder(store: &MemoryStore) -> VaultBuilder {
    ticking(Vault::builder().store(store.clone()))
}

/// A vault that logs.
pub(super) fn logged(store: &MemoryStore, uses: AuditMode) -> Vault {
    let builder = builder(store).audit(uses);
    builder.open_or_create(&root_key()).unwrap()
}

/// All entries of an organization, the oldest first.
pub(super) fn entries(vault: &Vault) -> Vec<AuditEntry> {
    let log = vault.audit("acme").unwrap();
    log.oldest_first().collect::<keyslot::Result<_>>().unwrap()
}

/// An entry in few words: action, scope, name and version.
pub(super) fn say(entry: &AuditEntry) -> String {
    let mut words = vec![entry.action.to_string()];
    words.extend(entry.scope.as_ref().map(ToString::to_string));
    words.extend(entry.key_name.clone());
    words.extend(entry.name.as_ref().map(ToString::to_string));
    words.extend(entry.version.map(|version| format!("@{version}")));
    words.extend(entry.outcome.err().map(|kind: ErrorKind| kind.to_string()));
    words.join(" ")
}

pub(super) fn told(vault: &Vault) -> Vec<String> {
    entries(vault).iter().map(say).collect()
}
