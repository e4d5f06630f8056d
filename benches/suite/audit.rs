//! The audit log: a resolve with each mode beside a bare commit of one row, and a warm snapshot
//! while uses are logged.
//!
//! `cargo bench -p keyslot-bench --bench audit`
//!
//! A resolve whose entry is required waits for a write of the store, so the limit is such a write:
//! that of one row of the same size and of the row of a head, in a transaction of its own on the
//! same disk.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use keyslot::store::{Kind, Partition, Row, RowKey, SecretStore, SqliteStore};
use keyslot::{
    AuditLimits, AuditMode, MemoryStore, Reference, Resolver, RootKey, ScopedVault, SecretName,
    Target, Vault,
};

const MODES: [(&str, Option<AuditMode>); 4] = [
    ("no log", None),
    ("off", Some(AuditMode::Off)),
    ("batched", Some(AuditMode::Batched)),
    ("required", Some(AuditMode::Required)),
];

/// A secret in a vault that logs uses, as the defaults have it.
fn project(store: impl SecretStore + 'static, mode: Option<AuditMode>) -> (Vault, ScopedVault) {
    let builder = Vault::builder().store(store);
    let builder = match mode {
        Some(mode) => builder.audit(mode),
        None => builder,
    };
    let vault = builder.create(&RootKey::generate().unwrap()).unwrap();
    let project = vault.scope("acme/billing").unwrap();
    let value = "a value of forty bytes, like many tokens";
    project.put("STRIPE_KEY", value).unwrap();
    (vault, project)
}

fn references() -> [Reference; 1] {
    [Reference::secret(SecretName::new("STRIPE_KEY").unwrap())]
}

/// A row of an audit log with one entry, and the row of a head: as long as those of the vault.
fn rows(number: u64) -> [Row; 2] {
    let row = |kind, number: u64, length| {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&number.to_be_bytes());
        Row {
            key: RowKey { kind, key },
            epoch: number,
            info: vec![7; length],
            body: Vec::new(),
        }
    };
    [row(Kind::Audit, number, 346), row(Kind::Head, 0, 346)]
}

/// One commit of the rows of a use, and nothing else.
fn commit(store: &impl SecretStore, number: u64) {
    let rows = rows(number);
    let head = [rows[1].key];
    store
        .write(Partition([9; 16]), &head, &mut |_, tx| {
            rows.iter().try_for_each(|row| tx.put(row))
        })
        .unwrap();
}

/// One resolve in each mode.
fn resolves(c: &mut Criterion) {
    let (references, target) = (references(), Target::tool("stripe"));
    let mut group = c.benchmark_group("audit/look-up of 1, in memory");
    for (name, mode) in MODES {
        let (_vault, project) = project(MemoryStore::new(), mode);
        group.bench_function(name, |b| {
            b.iter(|| black_box(project.lookup(&references, &target).unwrap()));
        });
    }
    let (store, mut number) = (MemoryStore::new(), 0);
    group.bench_function("limit: a bare commit", |b| {
        b.iter(|| {
            number += 1;
            commit(&store, number);
        });
    });
    group.finish();
    let folder = tempfile::tempdir().unwrap();
    let mut group = c.benchmark_group("audit/look-up of 1, in a file");
    for (name, mode) in MODES {
        let path = folder.path().join(format!("{name}.db"));
        let (_vault, project) = project(SqliteStore::create(path).unwrap(), mode);
        group.bench_function(name, |b| {
            b.iter(|| black_box(project.lookup(&references, &target).unwrap()));
        });
    }
    let (store, mut number) = (
        SqliteStore::create(folder.path().join("bare.db")).unwrap(),
        0,
    );
    group.bench_function("limit: a bare commit", |b| {
        b.iter(|| {
            number += 1;
            commit(&store, number);
        });
    });
    group.finish();
}

/// Uses of a warm snapshot: while nothing is committed, after commits of uses by another handle,
/// and with commits of its own.
fn snapshots(c: &mut Criterion) {
    let (references, target) = (references(), Target::tool("stripe"));
    let mut group = c.benchmark_group("audit/warm snapshot, in a file");
    let folder = tempfile::tempdir().unwrap();
    let limits = AuditLimits::new()
        .delay(Duration::from_secs(3600))
        .batch(1 << 14);
    for (name, mode) in MODES {
        let path = folder.path().join(format!("{name}.db"));
        let (vault, project) = project(SqliteStore::create(path).unwrap(), mode);
        let run = project.snapshot(&references).unwrap();
        group.bench_function(name, |b| {
            b.iter(|| black_box(run.lookup(&references, &target).unwrap()));
        });
        drop(vault);
    }
    // The uses of others: each commit makes the snapshot read its rows once more.
    let store = SqliteStore::create(folder.path().join("beside.db")).unwrap();
    let builder = Vault::builder().store(store).audit(AuditMode::Batched);
    let vault = builder
        .audit_limits(limits)
        .create(&RootKey::generate().unwrap())
        .unwrap();
    let project = vault.scope("acme").unwrap();
    project.put("STRIPE_KEY", "a value").unwrap();
    let run = project.snapshot(&references).unwrap();
    group.bench_function("batched, each after a commit of uses", |b| {
        b.iter_batched(
            || {
                project.lookup(&references, &target).unwrap();
                vault.flush_audit().unwrap();
            },
            |()| black_box(run.lookup(&references, &target).unwrap()),
            criterion::BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = resolves, snapshots
}
criterion_main!(benches);
