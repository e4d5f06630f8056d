//! Values that a cache holds, and everything by which they are given up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use keyslot::store::MemoryStore;
use keyslot::{Cache, RootKey, ScopedVault, Vault};

use super::Scenario;
use crate::given::Given;

pub const ALL: &[Scenario] = &[
    ("a cached value, revoked", |given| {
        given_up(given, |cached| {
            assert!(cached.scope.revoke("A").is_ok());
        });
    }),
    ("a cached value, another write", |given| {
        given_up(given, |cached| {
            cached.scope.put("B", "another").unwrap();
        });
    }),
    ("a cached value, revoked by another vault", |given| {
        given_up(given, |cached| {
            assert!(cached.other.revoke("A").is_ok());
            assert!(cached.scope.resolve("<<$secret.A>>").is_err());
        });
    }),
    ("a cached value, idle", |given| {
        given_up(given, |cached| {
            cached.now.fetch_add(60, Ordering::SeqCst);
            assert!(cached.scope.resolve("<<$secret.NONE>>").is_err());
        });
    }),
    ("a cached value, no room", |given| {
        given_up(given, |cached| {
            // What is used later takes its room.
            for number in 0..20 {
                std::thread::sleep(Duration::from_millis(2));
                let name = format!("LARGE_{number}");
                assert!(cached.scope.resolve(&format!("<<$secret.{name}>>")).is_ok());
            }
        });
    }),
    ("a cached value, cleared", |given| {
        given_up(given, |cached| cached.vault.clear_cache());
    }),
    ("a cached value, an accepted rollback", |given| {
        given_up(given, |cached| {
            cached.vault.accept_rollback("a test").unwrap();
        });
    }),
    ("a cached value, the vault dropped", |given| {
        let cached = Cached::new(given);
        given.is_there_as_digits("while it is held");
        drop(cached);
        given.is_gone("after the drop of the vault");
    }),
];

/// A vault that holds the value of `A`, and another one on its store.
struct Cached {
    vault: Vault,
    scope: ScopedVault,
    other: ScopedVault,
    now: Arc<AtomicU64>,
}

impl Cached {
    fn new(given: &Given) -> Self {
        let (store, key) = (MemoryStore::new(), RootKey::generate().unwrap());
        let now = Arc::new(AtomicU64::new(1_700_000_000));
        let clock = Arc::clone(&now);
        let cache = Cache::new().idle(Duration::from_secs(60)).bytes(50_000);
        let vault = Vault::builder()
            .store(store.clone())
            .clock(move || UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::SeqCst)))
            .cache(cache)
            .create(&key)
            .unwrap();
        let other = Vault::builder().store(store).open(&key).unwrap();
        let (scope, other) = (vault.scope("acme").unwrap(), other.scope("acme").unwrap());
        for number in 0..20 {
            scope
                .put(format!("LARGE_{number}"), "x".repeat(2_000))
                .unwrap();
        }
        scope.put("A", given.hex().as_str()).unwrap();
        given.is_gone("after it was put");
        drop(scope.resolve("Bearer <<$secret.A>>").unwrap());
        Self {
            vault,
            scope,
            other,
            now,
        }
    }
}

/// Does something after which the value is gone although the vault is open.
fn given_up(given: &Given, act: fn(&Cached)) {
    let cached = Cached::new(given);
    given.is_there_as_digits("while it is held");
    act(&cached);
    given.is_gone("after it was given up");
    drop(cached);
}
