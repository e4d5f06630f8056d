//! A backup beside its parts by hand in the same run: SQLite's own backup, with the same settings,
//! and a verification.
//!
//! `cargo bench -p keyslot-bench --bench backup`
#![allow(missing_docs, clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use keyslot::store::{SecretStore, SqliteStore};
use keyslot::{RootKey, SecretInput, Vault};
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

/// Secrets in the vault: a file of some 16 MiB.
const SECRETS: usize = 5_000;

fn filled(file: &Path) -> Vault {
    let vault = Vault::create(file, &RootKey::generate().unwrap()).unwrap();
    let secrets = (0..SECRETS).map(|number| {
        let value = format!("{number:01000}");
        (format!("KEY_{number}"), SecretInput::new(value))
    });
    let scope = vault.scope("acme").unwrap();
    scope.put_all(secrets, keyslot::OnExisting::Fail).unwrap();
    vault
}

fn by_hand(from: &Path, to: &Path) {
    let from = Connection::open(from).unwrap();
    let mut to = Connection::open(to).unwrap();
    to.execute_batch("PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY")
        .unwrap();
    let backup = Backup::new(&from, &mut to).unwrap();
    assert_eq!(backup.step(-1).unwrap(), StepResult::Done);
}

fn backups(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let (file, to) = (folder.path().join("vault.db"), folder.path().join("to.db"));
    let vault = filled(&file);
    let store = SqliteStore::open(&file).unwrap();
    let mut group = criterion.benchmark_group("backup");
    group.sample_size(20);
    group.bench_function("copy/store", |bencher| {
        bencher.iter(|| {
            let file = store.as_file().unwrap();
            file.backup(&to, &mut |_, _| Ok(()), &mut |_| Ok(()))
                .unwrap();
            fs::remove_file(&to).unwrap();
        });
    });
    group.bench_function("copy/by hand", |bencher| {
        bencher.iter(|| {
            by_hand(&file, &to);
            fs::remove_file(&to).unwrap();
        });
    });
    group.bench_function("whole/vault", |bencher| {
        bencher.iter(|| {
            vault.backup_to(&to).unwrap();
            fs::remove_file(&to).unwrap();
        });
    });
    group.bench_function("whole/by hand", |bencher| {
        bencher.iter(|| {
            by_hand(&file, &to);
            assert!(vault.verify().unwrap().is_intact());
            fs::remove_file(&to).unwrap();
        });
    });
    group.finish();
}

criterion_group!(benches, backups);
criterion_main!(benches);
