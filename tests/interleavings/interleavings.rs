//! Readers with a cache beside a writer, in the orders that `shuttle` gives to their threads: at
//! random, and all orders of the smallest case.
//!
//! Threads change places at calls of the store. No lock of the cache is held there, so between two
//! calls a thread runs alone, and what it finds and leaves in memory is what matters.
#![cfg(test)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod stepping;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::Mutex as StdMutex;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use keyslot::secrecy::ExposeSecret;
use keyslot::store::MemoryStore;
use keyslot::{Cache, ErrorKind, RootKey, ScopedVault, Vault};
use shuttle::scheduler::{DfsScheduler, PctScheduler, RandomScheduler, Scheduler};
use shuttle::sync::atomic::{AtomicBool, Ordering};
use shuttle::{Config, Runner, thread};
use stepping::Stepping;

/// The most orders of the smallest case.
const MOST: usize = 20_000;
const AGE: Duration = Duration::from_secs(3_600);
const TEXT: &str = "<<$secret.A>>";

/// Orders of each case: 200, or as many as the environment says.
fn rounds() -> usize {
    let wanted = std::env::var("KEYSLOT_ROUNDS").ok();
    wanted.map_or(200, |wanted| wanted.parse().unwrap())
}

/// Runs threads in orders of a scheduler, with stacks that hold what a vault puts on them.
fn run(scheduler: impl Scheduler + 'static, test: impl Fn() + Send + Sync + 'static) {
    let mut config = Config::new();
    config.stack_size = 1 << 20;
    Runner::new(scheduler, config).run(test);
}

fn at_random(test: impl Fn() + Send + Sync + 'static, rounds: usize) {
    run(RandomScheduler::new(rounds), test);
}

/// In orders in which at most three times a thread is stopped that could go on.
fn by_priorities(test: impl Fn() + Send + Sync + 'static, rounds: usize) {
    run(PctScheduler::new(3, rounds), test);
}

fn in_all_orders(test: impl Fn() + Send + Sync + 'static, most: usize) {
    run(DfsScheduler::new(Some(most), false), test);
}

/// A scope of a vault with a cache, in which `A` has the value 1, and the same of another vault on
/// the store.
fn given(cache: Cache) -> (ScopedVault, ScopedVault) {
    let (store, key) = (MemoryStore::new(), RootKey::generate().unwrap());
    let open = |builder: keyslot::VaultBuilder| {
        let store = Stepping::new(store.clone());
        let vault = builder.store(store).open_or_create(&key).unwrap();
        vault.scope("acme").unwrap()
    };
    let (cached, other) = (open(Vault::builder().cache(cache)), open(Vault::builder()));
    cached.put("A", "1").unwrap();
    (cached, other)
}

fn get(scope: &ScopedVault) -> Result<u32, ErrorKind> {
    let resolved = scope.resolve(TEXT).map_err(|error| error.kind())?;
    Ok(resolved.expose_secret().parse().unwrap())
}

/// Two threads that read while the secret is revoked: a use that begins after that was acknowledged
/// is refused, by the same vault and by another one.
fn revoked(cache: Cache, is_own: bool) {
    let (scope, other) = given(cache);
    let acknowledged = Arc::new(AtomicBool::new(false));
    let readers = [(); 2].map(|()| {
        let (scope, acknowledged) = (scope.clone(), Arc::clone(&acknowledged));
        thread::spawn(move || {
            for _ in 0..3 {
                let is_over = acknowledged.load(Ordering::SeqCst);
                match get(&scope) {
                    Ok(1) => assert!(!is_over, "used after it was revoked"),
                    refused => assert_eq!(refused, Err(ErrorKind::Revoked)),
                }
            }
        })
    });
    let writer = if is_own { scope.clone() } else { other };
    assert!(writer.revoke("A").is_ok());
    acknowledged.store(true, Ordering::SeqCst);
    for reader in readers {
        reader.join().unwrap();
    }
    assert_eq!(get(&scope), Err(ErrorKind::Revoked));
}

#[test]
fn nobody_gets_a_revoked_value_from_an_exact_cache() {
    for is_own in [true, false] {
        at_random(move || revoked(Cache::new(), is_own), rounds());
        by_priorities(move || revoked(Cache::new(), is_own), rounds());
    }
}

#[test]
fn nobody_gets_a_value_within_the_age_that_the_same_vault_revoked() {
    let cache = Cache::new().max_age(AGE);
    at_random(move || revoked(cache, true), rounds());
    by_priorities(move || revoked(cache, true), rounds());
}

/// One use beside one revocation and one more use: all orders.
#[test]
fn all_orders_of_two_uses_and_a_revocation() {
    let orders = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&orders);
    in_all_orders(
        move || {
            count.fetch_add(1, Ordering::SeqCst);
            let (scope, _) = given(Cache::new().max_age(AGE));
            let acknowledged = Arc::new(AtomicBool::new(false));
            let (reader, is_over) = (scope.clone(), Arc::clone(&acknowledged));
            let reader = thread::spawn(move || {
                for _ in 0..2 {
                    let is_over = is_over.load(Ordering::SeqCst);
                    assert!(get(&reader) != Ok(1) || !is_over);
                }
            });
            assert!(scope.revoke("A").is_ok());
            acknowledged.store(true, Ordering::SeqCst);
            reader.join().unwrap();
            assert_eq!(get(&scope), Err(ErrorKind::Revoked));
        },
        MOST,
    );
    let orders = orders.load(Ordering::SeqCst);
    assert!(
        (50..MOST).contains(&orders),
        "{orders} are not all, or too few"
    );
}

/// Values and lists never go back for a thread, and the last ones are there in the end.
fn newer(cache: Cache) {
    let (scope, other) = given(cache);
    let readers = [(); 2].map(|()| {
        let scope = scope.clone();
        thread::spawn(move || {
            let (mut value, mut names) = (0, 0);
            for _ in 0..3 {
                let (next, count) = (get(&scope).unwrap(), scope.names().unwrap().len());
                assert!(next >= value && count >= names, "it went back");
                (value, names) = (next, count);
            }
        })
    });
    for (number, writer) in (2..).zip([&other, &scope, &other]) {
        writer.put("A", number.to_string()).unwrap();
        writer.put(format!("N{number}"), "value").unwrap();
        assert_eq!(get(&scope), Ok(number), "of the last write");
    }
    for reader in readers {
        reader.join().unwrap();
    }
    assert_eq!((get(&scope), scope.names().unwrap().len()), (Ok(4), 4));
}

#[test]
fn values_and_lists_never_go_back() {
    at_random(|| newer(Cache::new()), rounds());
    by_priorities(|| newer(Cache::new()), rounds());
    at_random(|| newer(Cache::new().bytes(2_000)), rounds() / 4);
}

/// The control: a cache that holds what it reads, and forgets it with a write, without asking if
/// the write came between.
#[derive(Default)]
struct Naive(StdMutex<HashMap<&'static str, u32>>);

impl Naive {
    fn get(&self, scope: &ScopedVault) -> Option<u32> {
        if let Some(value) = self.0.lock().unwrap().get("A") {
            return Some(*value);
        }
        let value = get(scope).ok()?;
        self.0.lock().unwrap().insert("A", value);
        Some(value)
    }
}

#[test]
fn the_orders_find_a_cache_that_holds_what_was_revoked() {
    let run = || {
        let (_, scope) = given(Cache::new());
        let naive = Arc::new(Naive::default());
        let (reader, cache) = (scope.clone(), Arc::clone(&naive));
        let reader = thread::spawn(move || cache.get(&reader));
        assert!(scope.revoke("A").is_ok());
        naive.0.lock().unwrap().clear();
        reader.join().unwrap();
        assert_eq!(naive.get(&scope), None);
    };
    let found = catch_unwind(AssertUnwindSafe(|| at_random(run, rounds())));
    assert!(found.is_err());
}
