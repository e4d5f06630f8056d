//! Uses of a snapshot beside what no use can do without: a pointer that is swapped atomically, the
//! store's question whether anything was written, and the same use with a gate that has nothing to
//! check.
//!
//! `cargo bench -p keyslot-bench --bench snapshot`
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use arc_swap::ArcSwap;
use criterion::{Criterion, criterion_group, criterion_main};
use keyslot::store::SqliteStore;
use keyslot::{
    AccessRules, Cache, Found, Reference, Resolver, RootKey, SecretInput, SecretName, Surface,
    Target, Vault,
};
use rusqlite::Connection;

const NAMES: [&str; 3] = ["STRIPE_KEY", "CRM_TOKEN", "REGION_KEY"];

fn vault() -> Vault {
    Vault::in_memory(&RootKey::generate().unwrap()).unwrap()
}

fn references() -> Vec<Reference> {
    NAMES
        .iter()
        .map(|name| Reference::secret(SecretName::new(name).unwrap()))
        .collect()
}

fn target() -> Target {
    Target::tool("stripe")
        .with_host("api.stripe.com")
        .unwrap()
        .with_surface(Surface::Header)
}

/// All rules that there are, with times, and several of each kind.
fn bound() -> SecretInput {
    let rules = AccessRules::new()
        .tool("mail_*")
        .and_then(|rules| rules.tool("stripe"))
        .and_then(|rules| rules.host("*.example.com"))
        .and_then(|rules| rules.host("api.stripe.com"))
        .unwrap()
        .surface(Surface::Header)
        .surface(Surface::Url);
    let now = SystemTime::now();
    let (begin, end) = (
        now - Duration::from_secs(60),
        now + Duration::from_secs(3_600),
    );
    SecretInput::new("a value of forty bytes, like many tokens")
        .rules(rules)
        .not_before(begin)
        .expires_at(end)
}

/// Three uses from memory. The store in memory answers the token at once, so what is measured is
/// ours.
fn uses(c: &mut Criterion) {
    let mut group = c.benchmark_group("snapshot/look-up of 3");
    let (references, target) = (references(), target());
    for (name, input) in [
        (
            "empty gate",
            (|| SecretInput::new("a value of forty bytes, like many tokens"))
                as fn() -> SecretInput,
        ),
        ("rules of every kind", bound),
    ] {
        let scope = vault().scope("acme").unwrap();
        for name in NAMES {
            scope.put(name, input()).unwrap();
        }
        let run = scope.snapshot(&references).unwrap();
        run.lookup(&references, &target).unwrap();
        group.bench_function(name, |b| {
            b.iter(|| black_box(run.lookup(&references, &target).unwrap()));
        });
    }
    let found = |name: &&str| {
        (
            SecretName::new(name).unwrap(),
            Found::new(SecretName::new(name).unwrap(), "value"),
        )
    };
    let map: HashMap<SecretName, Found> = NAMES.iter().map(found).collect();
    let swapped = ArcSwap::new(Arc::new(map));
    group.bench_function("arc-swap and a map by hand", |b| {
        b.iter(|| {
            let map = swapped.load();
            black_box(
                references
                    .iter()
                    .map(|one| map.get(one.name()).cloned())
                    .collect::<Vec<_>>(),
            )
        });
    });
    let slots = ArcSwap::new(Arc::new(
        NAMES.map(|name| Found::new(SecretName::new(name).unwrap(), "value")),
    ));
    group.bench_function("arc-swap and three slots", |b| {
        b.iter(|| black_box(slots.load().each_ref().map(Found::clone)));
    });
    group.finish();
}

/// With a file, of which every use asks whether it was written to.
fn exact(c: &mut Criterion) {
    let mut group = c.benchmark_group("snapshot/in a file");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vault.db");
    let scope = Vault::create(&file, &RootKey::generate().unwrap())
        .unwrap()
        .scope("acme")
        .unwrap();
    for name in NAMES {
        scope.put(name, bound()).unwrap();
    }
    let (references, target) = (references(), target());
    let run = scope.snapshot(&references).unwrap();
    group.bench_function("look-up of 3", |b| {
        b.iter(|| black_box(run.lookup(&references, &target).unwrap()));
    });
    let aged = run.clone().with_max_age(Duration::from_secs(3_600));
    group.bench_function("look-up of 3 within an age", |b| {
        b.iter(|| black_box(aged.lookup(&references, &target).unwrap()));
    });
    let connection = Connection::open(&file).unwrap();
    group.bench_function("data_version alone", |b| {
        b.iter(|| {
            let mut statement = connection.prepare_cached("PRAGMA data_version").unwrap();
            black_box(statement.query_row((), |row| row.get::<_, i64>(0)).unwrap())
        });
    });
    group.bench_function("without a snapshot", |b| {
        b.iter(|| black_box(scope.lookup(&references, &target).unwrap()));
    });
    group.finish();
}

/// Uses of what the cache holds, in a file that is asked at each use, beside the question alone; by
/// one thread and by two, each of which does the same number.
fn cached(c: &mut Criterion) {
    let mut group = c.benchmark_group("cache/in a file");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vault.db");
    let key = RootKey::generate().unwrap();
    let open = |cache: Option<Cache>| {
        let store = SqliteStore::open_or_create(&file).unwrap();
        let builder = Vault::builder().store(store);
        let builder = match cache {
            Some(cache) => builder.cache(cache),
            None => builder,
        };
        builder.open_or_create(&key).unwrap()
    };
    let plain = open(None).scope("acme/billing").unwrap();
    for name in NAMES {
        plain.put(name, bound()).unwrap();
    }
    let (references, target) = (references(), target());
    let exact = open(Some(Cache::new())).scope("acme/billing").unwrap();
    let age = Duration::from_secs(3_600);
    let aged = open(Some(Cache::new().max_age(age)));
    let aged = aged.scope("acme/billing").unwrap();
    let scopes = [
        ("no cache", &plain),
        ("exact", &exact),
        ("within an age", &aged),
    ];
    for (name, scope) in scopes {
        group.bench_function(format!("look-up of 3, {name}"), |b| {
            b.iter(|| black_box(scope.lookup(&references, &target).unwrap()));
        });
    }
    let connection = Connection::open(&file).unwrap();
    let question = |connection: &Connection| {
        let mut statement = connection.prepare_cached("PRAGMA data_version").unwrap();
        black_box(statement.query_row((), |row| row.get::<_, i64>(0)).unwrap())
    };
    group.bench_function("data_version alone", |b| b.iter(|| question(&connection)));
    let run = plain.snapshot(&references).unwrap();
    let aged_run = run.clone().with_max_age(age);
    let lookup = |resolver: &dyn Resolver| drop(black_box(resolver.lookup(&references, &target)));
    let uses: [(&str, &(dyn Fn() + Sync)); 5] = [
        ("no cache", &|| lookup(&plain)),
        ("exact", &|| lookup(&exact)),
        ("within an age", &|| lookup(&aged)),
        ("snapshot", &|| lookup(&run)),
        ("snapshot within an age", &|| lookup(&aged_run)),
    ];
    for threads in [1, 2] {
        for (name, work) in uses {
            group.bench_function(format!("{threads} threads, {name}"), |b| {
                b.iter_custom(|uses| at_once(threads, || (0..uses).for_each(|_| work())));
            });
        }
        // The limit: each thread with a connection of its own, as the store has it.
        group.bench_function(format!("{threads} threads, data_version alone"), |b| {
            b.iter_custom(|uses| {
                at_once(threads, || {
                    let connection = Connection::open(&file).unwrap();
                    for _ in 0..uses {
                        question(&connection);
                    }
                })
            });
        });
    }
    group.finish();
}

/// The time until some threads have done the same work, all at once.
fn at_once(threads: usize, work: impl Fn() + Sync) -> Duration {
    let begin = Barrier::new(threads + 1);
    thread::scope(|all| {
        for _ in 0..threads {
            all.spawn(|| {
                begin.wait();
                work();
                begin.wait();
            });
        }
        begin.wait();
        let begun = Instant::now();
        begin.wait();
        begun.elapsed()
    })
}

criterion_group!(benches, uses, exact, cached);
criterion_main!(benches);
