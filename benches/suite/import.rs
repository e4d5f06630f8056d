//! Imports of a list of variables, beside storing the same values without one.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use keyslot::{OnExisting, RootKey, ScopedVault, SqliteStore, Vault};
use keyslot_import::{Entries, Importer};

/// The number of secrets.
const SECRETS: u64 = 10_000;

/// Their value.
const VALUE: &str = "a value of forty bytes, like many tokens";

/// The list, in a third of which a value has quotes with escapes.
fn list() -> String {
    let line = |number: u64| match number % 3 {
        0 => format!("export N{number}=\"{VALUE}\\n\" # quoted\n"),
        _ => format!("N{number}='{VALUE}'\n"),
    };
    (0..SECRETS).map(line).collect::<Vec<String>>().concat()
}

fn import_all(scope: &ScopedVault, list: &str) -> usize {
    let plan = Importer::new(scope).plan(Entries::dotenv(list.as_bytes()).unwrap());
    plan.unwrap().apply().unwrap().stored()
}

fn import(c: &mut Criterion) {
    let mut group = c.benchmark_group("import of 10,000");
    group
        .throughput(Throughput::Elements(SECRETS))
        .sample_size(10);
    let folder = tempfile::tempdir().unwrap();
    let mut files = 0;
    let mut empty = || {
        files += 1;
        let store = SqliteStore::create(folder.path().join(format!("{files}.db"))).unwrap();
        let vault = Vault::builder().store(store);
        let vault = vault.create(&RootKey::generate().unwrap()).unwrap();
        vault.scope("acme").unwrap()
    };
    let list = list();
    group.bench_function("reading alone", |b| {
        b.iter(|| black_box(Entries::dotenv(list.as_bytes()).unwrap()));
    });
    group.bench_function("put_all of the same", |b| {
        let put = |scope: ScopedVault| {
            let items = (0..SECRETS).map(|number| (format!("N{number}"), VALUE));
            scope.put_all(items, OnExisting::Fail).unwrap()
        };
        b.iter_batched(&mut empty, put, BatchSize::PerIteration);
    });
    group.bench_function("import", |b| {
        let import = |scope: ScopedVault| import_all(&scope, &list);
        b.iter_batched(&mut empty, import, BatchSize::PerIteration);
    });
    group.bench_function("import again, which changes nothing", |b| {
        let scope = empty();
        import_all(&scope, &list);
        b.iter(|| assert_eq!(import_all(&scope, &list), 0));
    });
    group.finish();
}

criterion_group!(benches, import);
criterion_main!(benches);
