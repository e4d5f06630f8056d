//! The store on PostgreSQL beside the same work done by hand with `tokio-postgres`, and with the
//! envelopes opened by hand.
//!
//! `crates/postgres/tests/server run cargo bench -p keyslot-postgres`
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "../tests/support/proxy.rs"]
#[allow(dead_code, clippy::needless_pass_by_value)]
mod proxy;

use std::collections::BTreeSet;
use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit, Tag, XChaCha20Poly1305, XNonce};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use keyslot::store::{Kind, Partition, Row, RowKey, SecretStore};
use keyslot::{OnExisting, RootKey, ScopedVault, Vault};
use keyslot_postgres::{PostgresConfig, PostgresStore};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, NoTls, Statement};

use self::proxy::Proxy;

const SCHEMA: &str = "keyslot_bench";
const TENANT: Partition = Partition([7; 16]);
const ROWS: u32 = 1_000;
const TENANTS: u32 = 500;
const VALUE: &str = "a value of forty bytes, like many tokens";

fn key(number: u32) -> RowKey {
    let mut key = [0; 32];
    for (at, chunk) in (1_u32..).zip(key.chunks_exact_mut(4)) {
        let mixed = number.wrapping_mul(0x9E37_79B9).rotate_left(at);
        chunk.copy_from_slice(&mixed.wrapping_mul(0x85EB_CA6B).to_be_bytes());
    }
    RowKey {
        kind: Kind::Secret,
        key,
    }
}

fn row(number: u32) -> Row {
    Row {
        key: key(number),
        epoch: u64::from(number),
        info: vec![1; 400],
        body: vec![2; 160],
    }
}

fn six(number: u32) -> Vec<RowKey> {
    (0..6).map(|at| key((number + at * 100) % ROWS)).collect()
}

/// A connection of this thread, as somebody would use it by hand.
struct Hand {
    runtime: Runtime,
    client: Client,
    select: Statement,
}

fn select() -> String {
    format!(
        "SELECT kind, key, epoch, info, body FROM {SCHEMA}.keyslot_rows WHERE partition = $1 AND \
         kind = ANY($2) AND key = ANY($3)"
    )
}

impl Hand {
    fn new(url: &str) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let (client, select) = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
            tokio::spawn(connection);
            let select = client.prepare(&select()).await.unwrap();
            (client, select)
        });
        Self {
            runtime,
            client,
            select,
        }
    }

    fn get(&self, keys: &[RowKey], is_named: bool) -> usize {
        let partition = &TENANT.0[..];
        let kinds: BTreeSet<i16> = keys
            .iter()
            .map(|key| i16::from(key.kind.number()))
            .collect();
        let kinds: Vec<i16> = kinds.into_iter().collect();
        let keys: Vec<&[u8]> = keys.iter().map(|key| &key.key[..]).collect();
        let rows = self.runtime.block_on(async {
            if is_named {
                let values: [&(dyn ToSql + Sync); 3] = [&partition, &kinds, &keys];
                self.client.query(&self.select, &values).await
            } else {
                let values: [(&(dyn ToSql + Sync), Type); 3] = [
                    (&partition, Type::BYTEA),
                    (&kinds, Type::INT2_ARRAY),
                    (&keys, Type::BYTEA_ARRAY),
                ];
                self.client.query_typed(&select(), &values).await
            }
        });
        rows.unwrap().len()
    }

    /// The flights of a put: the lock and three reads, then three upserts.
    fn put(&self, number: u32) {
        let bytes = vec![number.to_be_bytes()[3]; 400];
        let put = format!(
            "INSERT INTO {SCHEMA}.keyslot_rows (partition, kind, key, epoch, info, body) VALUES \
             ($1, 6, $2, 1, $3, $3), ($1, 5, $4, 1, $3, $3), ($1, 7, $5, 1, $3, $3) ON CONFLICT \
             (partition, kind, key) DO UPDATE SET epoch = excluded.epoch, info = excluded.info, \
             body = excluded.body"
        );
        let lock =
            format!("SELECT partition FROM {SCHEMA}.keyslot_locks WHERE partition = $1 FOR UPDATE");
        let partition = &TENANT.0[..];
        let keys = [key(number % ROWS), key(1), key(2)].map(|key| key.key.to_vec());
        self.runtime.block_on(async {
            self.begin(&lock, partition).await;
            let values: [(&(dyn ToSql + Sync), Type); 5] = [
                (&partition, Type::BYTEA),
                (&keys[0], Type::BYTEA),
                (&bytes, Type::BYTEA),
                (&keys[1], Type::BYTEA),
                (&keys[2], Type::BYTEA),
            ];
            self.commit(&put, &values).await;
        });
    }
}

impl Hand {
    /// Begins a transaction, and takes the lock of a partition in the same flight.
    async fn begin(&self, lock: &str, partition: &[u8]) {
        let locked: [(&(dyn ToSql + Sync), Type); 1] = [(&partition, Type::BYTEA)];
        let (begun, locked) = futures_util::future::join(
            self.client
                .batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED"),
            self.client.query_typed(lock, &locked),
        )
        .await;
        begun.unwrap();
        locked.unwrap();
    }

    /// Writes, and commits in the same flight.
    async fn commit(&self, put: &str, values: &[(&(dyn ToSql + Sync), Type)]) {
        let (written, committed) = futures_util::future::join(
            self.client.query_typed(put, values),
            self.client.batch_execute("COMMIT"),
        )
        .await;
        written.unwrap();
        committed.unwrap();
    }

    /// Upserts of a page of rows and of a head, in one transaction: the lock, one statement of many
    /// rows for each kind, the commit.
    fn import(&self, partition: [u8; 16], page: &[Row]) {
        let put = format!(
            "INSERT INTO {SCHEMA}.keyslot_rows (partition, kind, key, epoch, info, body) SELECT \
             $1, 6, new.key, 1, new.info, new.body FROM unnest($2, $3, $4) AS new(key, info, body) \
             ON CONFLICT (partition, kind, key) DO UPDATE SET epoch = excluded.epoch, info = \
             excluded.info, body = excluded.body"
        );
        let lock = format!(
            "INSERT INTO {SCHEMA}.keyslot_locks (partition) VALUES ($1) ON CONFLICT DO NOTHING"
        );
        let partition = &partition[..];
        let column = |of: fn(&Row) -> &[u8]| page.iter().map(of).collect::<Vec<_>>();
        let (keys, infos) = (column(|row| &row.key.key), column(|row| &row.info));
        let bodies = column(|row| &row.body);
        self.runtime.block_on(async {
            self.begin(&lock, partition).await;
            let values: [(&(dyn ToSql + Sync), Type); 4] = [
                (&partition, Type::BYTEA),
                (&keys, Type::BYTEA_ARRAY),
                (&infos, Type::BYTEA_ARRAY),
                (&bodies, Type::BYTEA_ARRAY),
            ];
            self.commit(&put, &values).await;
        });
    }
}

fn root_key() -> RootKey {
    RootKey::from_hex("8f3a1c5e92d70b46e81f5a9c3d6b2047f19e8c34a5d0726b1be94f8a60c3d752").unwrap()
}

struct Bench {
    url: String,
    config: PostgresConfig,
}

impl Bench {
    /// The address of the server.
    fn address(&self) -> String {
        let rest = self.url.split('@').nth(1).unwrap();
        rest.split('/').next().unwrap().to_owned()
    }

    /// The vault behind another address.
    fn at(&self, address: &str) -> Vault {
        let url = self.url.replace(&self.address(), address);
        vault(&PostgresConfig::new(&url).unwrap())
    }
}

/// The server with rows in it, or `None` without a server.
fn prepared() -> Option<Bench> {
    let Ok(url) = std::env::var("KEYSLOT_POSTGRES_URL") else {
        eprintln!("NOT MEASURED: no PostgreSQL; see crates/postgres/tests/server");
        return None;
    };
    let config = PostgresConfig::new(&url).unwrap().schema(SCHEMA).unwrap();
    let store = PostgresStore::create(&config).unwrap();
    let written = store.write(TENANT, &[], &mut |_, tx| {
        (0..ROWS).try_for_each(|number| tx.put(&row(number)))
    });
    written.unwrap();
    Some(Bench { url, config })
}

fn vault(config: &PostgresConfig) -> Vault {
    // Apart from the rows that no vault sealed.
    let config = config.clone().schema("keyslot_bench_vault").unwrap();
    let store = PostgresStore::create(&config).unwrap();
    let builder = Vault::builder().store(store);
    builder.open_or_create(&root_key()).unwrap()
}

fn get(c: &mut Criterion) {
    let Some(bench) = prepared() else { return };
    let hand = Hand::new(&bench.url);
    let mut group = c.benchmark_group("postgres/get of 6");
    for is_named in [false, true] {
        let name = if is_named { "named" } else { "typed" };
        let config = bench.config.clone().named_statements(is_named);
        let store = PostgresStore::open(&config).unwrap();
        let mut number = 0;
        group.bench_function(format!("store, {name}"), |b| {
            b.iter(|| {
                number += 1;
                assert_eq!(store.get(TENANT, &six(number)).unwrap().len(), 6);
            });
        });
        group.bench_function(format!("by hand, {name}"), |b| {
            b.iter(|| {
                number += 1;
                assert_eq!(hand.get(&six(number), is_named), 6);
            });
        });
    }
}

fn resolve(c: &mut Criterion) {
    let Some(bench) = prepared() else { return };
    let hand = Hand::new(&bench.url);
    let mut group = c.benchmark_group("postgres/resolve of 3 in 2 scopes");
    let cipher = XChaCha20Poly1305::new(&[7; 32].into());
    let seal = |length: usize| {
        let mut bytes = vec![1; length];
        let nonce = XNonce::from([0; 24]);
        let tag = cipher.encrypt_inout_detached(&nonce, b"", bytes.as_mut_slice().into());
        (bytes, tag.unwrap())
    };
    let sealed: [(Vec<u8>, Tag); 2] = [seal(400), seal(160)];
    let open = || {
        for (bytes, tag) in &sealed {
            let mut bytes = bytes.clone();
            let nonce = XNonce::from([0; 24]);
            let buffer = bytes.as_mut_slice().into();
            cipher
                .decrypt_inout_detached(&nonce, b"", buffer, tag)
                .unwrap();
            black_box(bytes);
        }
    };
    for is_named in [false, true] {
        let name = if is_named { "named" } else { "typed" };
        let vault = vault(&bench.config.clone().named_statements(is_named));
        let scope: ScopedVault = vault.scope("acme/agents").unwrap();
        for name in ["A", "B", "C"] {
            scope.put(name, VALUE).unwrap();
        }
        group.bench_function(format!("vault, {name}"), |b| {
            b.iter(|| {
                let text = "<<$secret.A>> <<$secret.B>> <<$secret.C>>";
                black_box(scope.resolve(text).unwrap());
            });
        });
        let mut number = 0;
        group.bench_function(format!("by hand, {name}"), |b| {
            b.iter(|| {
                number += 1;
                hand.get(&six(number), is_named);
                (0..3).for_each(|_| open());
            });
        });
    }
}

fn put(c: &mut Criterion) {
    let Some(bench) = prepared() else { return };
    let hand = Hand::new(&bench.url);
    let mut group = c.benchmark_group("postgres/put");
    let vault = vault(&bench.config);
    let scope = vault.scope("acme/agents").unwrap();
    group.bench_function("vault", |b| {
        b.iter(|| scope.put("A", VALUE).unwrap());
    });
    let mut number = 0;
    group.bench_function("by hand", |b| {
        b.iter(|| {
            number += 1;
            hand.put(number);
        });
    });
}

/// One thousand new secrets of a new tenant, beside the same in memory, where all of it is sealing,
/// and the writes of as many rows by hand.
fn put_all(c: &mut Criterion) {
    const SECRETS: u32 = 1_000;
    let Some(bench) = prepared() else { return };
    let hand = Hand::new(&bench.url);
    let mut group = c.benchmark_group("postgres/put_all of 1,000");
    group.throughput(Throughput::Elements(u64::from(SECRETS)));
    // Of this run, so that a server that is kept has no such tenant yet.
    let mut tenant = u64::from(std::process::id()) << 32;
    let mut next = || {
        tenant += 1;
        tenant
    };
    let import = |vault: &Vault, tenant: u64| {
        let scope = vault.scope(format!("import{tenant}/agents")).unwrap();
        let items = (0..SECRETS).map(|number| (format!("N{number}"), VALUE));
        scope.put_all(items, OnExisting::Fail).unwrap()
    };
    let stored = vault(&bench.config);
    group.bench_function("vault", |b| b.iter(|| import(&stored, next())));
    group.bench_function("sealing, in memory", |b| {
        let setup = || Vault::in_memory(&root_key()).unwrap();
        b.iter_batched(setup, |vault| import(&vault, 1), BatchSize::PerIteration);
    });
    let rows: Vec<Row> = (0..SECRETS).map(row).collect();
    group.bench_function("writes by hand", |b| {
        b.iter(|| {
            let mut partition = [9; 16];
            partition[..8].copy_from_slice(&next().to_be_bytes());
            for page in rows.chunks(256) {
                hand.import(partition, page);
            }
        });
    });
}

/// So many puts by so many threads, over all tenants.
fn puts(vault: &Vault, threads: u32, puts: u64) -> Duration {
    let next = AtomicU32::new(0);
    let started = Instant::now();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if u64::from(number) >= puts {
                        return;
                    }
                    let tenant = number.wrapping_mul(0x9E37_79B9) % TENANTS;
                    let scope = vault.scope(format!("tenant{tenant}/agents")).unwrap();
                    scope.put("A", VALUE).unwrap();
                }
            });
        }
    });
    started.elapsed()
}

fn threads(c: &mut Criterion) {
    let Some(bench) = prepared() else { return };
    let vault = vault(&bench.config);
    // Each tenant has its data key before it is measured.
    puts(&vault, 8, 4 * u64::from(TENANTS));
    // A server on this machine shares its processors with the threads; one that is away does not.
    let proxy = Proxy::before(&bench.address());
    let away = bench.at(&proxy.address);
    proxy.delay(500);
    let mut group = c.benchmark_group("postgres/puts over 500 tenants");
    for (place, vault) in [("here", &vault), ("a round trip of 0.5 ms away", &away)] {
        for count in [1, 8] {
            group.bench_function(format!("{place}, threads {count}"), |b| {
                b.iter_custom(|times| puts(vault, count, times));
            });
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).measurement_time(Duration::from_secs(4));
    targets = get, resolve, put, put_all, threads
}
criterion_main!(benches);
