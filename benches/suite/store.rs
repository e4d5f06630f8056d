//! The SQLite store beside the same work done by hand with `rusqlite`: cached statements, the same
//! settings and tables.
//!
//! `cargo bench -p keyslot-bench --bench store`
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use keyslot::store::{HeadRead, Kind, Partition, Row, RowKey, SecretStore, SqliteStore};
use rusqlite::{Connection, params};

const ROWS: u32 = 1_000;
const TENANT: Partition = Partition([1; 16]);
const HEAD: RowKey = RowKey {
    kind: Kind::Head,
    key: [0; 32],
};
const SELECT: &str =
    "SELECT epoch, info, body FROM rows WHERE partition = ?1 AND kind = ?2 AND key = ?3";

/// A key like the keyed hashes that the vault makes: spread evenly.
fn key(number: u32) -> RowKey {
    let mut key = [0; 32];
    for (at, chunk) in (1_u32..).zip(key.chunks_exact_mut(4)) {
        chunk.copy_from_slice(
            &number
                .wrapping_mul(0x9E37_79B9)
                .rotate_left(at)
                .wrapping_mul(0x85EB_CA6B)
                .to_be_bytes(),
        );
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

fn head(epoch: u64) -> Row {
    Row {
        key: HEAD,
        epoch,
        info: vec![3; 200],
        body: Vec::new(),
    }
}

fn filled(path: &Path) -> SqliteStore {
    let store = SqliteStore::create(path).unwrap();
    store
        .write(TENANT, &[], &mut |_, tx| {
            (0..ROWS).try_for_each(|number| tx.put(&row(number)))
        })
        .unwrap();
    let write = store.write(TENANT, &[], &mut |_, tx| tx.put(&head(1)));
    write.unwrap();
    store
}

fn by_hand(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cell_size_check = ON; \
             PRAGMA temp_store = MEMORY",
        )
        .unwrap();
    connection
}

fn select(connection: &Connection, keys: &[RowKey]) -> Vec<Option<Row>> {
    let mut statement = connection.prepare_cached(SELECT).unwrap();
    keys.iter()
        .map(|key| {
            let mut rows = statement
                .query((TENANT.0, key.kind.number(), key.key.as_slice()))
                .unwrap();
            rows.next().unwrap().map(|row| Row {
                key: *key,
                epoch: u64::try_from(row.get::<_, i64>(0).unwrap()).unwrap(),
                info: row.get(1).unwrap(),
                body: row.get(2).unwrap(),
            })
        })
        .collect()
}

fn reads(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    let (store, connection) = (filled(&path), by_hand(&path));
    let mut next = (0_u32..).map(|turn| turn.wrapping_mul(7919) % ROWS);
    let mut keys = |count: usize| next.by_ref().take(count).map(key).collect::<Vec<_>>();

    let mut group = criterion.benchmark_group("get");
    group.bench_function("1 key/store", |bencher| {
        bencher.iter(|| store.get(TENANT, black_box(&keys(1))).unwrap());
    });
    group.bench_function("1 key/by hand", |bencher| {
        bencher.iter(|| select(&connection, black_box(&keys(1))));
    });
    group.bench_function("6 keys/store", |bencher| {
        bencher.iter(|| store.get(TENANT, black_box(&keys(6))).unwrap());
    });
    group.bench_function("6 keys/by hand", |bencher| {
        bencher.iter(|| {
            connection
                .prepare_cached("BEGIN")
                .unwrap()
                .execute(())
                .unwrap();
            let found = select(&connection, black_box(&keys(6)));
            connection
                .prepare_cached("COMMIT")
                .unwrap()
                .execute(())
                .unwrap();
            found
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group("freshness");
    let moment = match store.head(TENANT, &HEAD, None).unwrap() {
        HeadRead::Read { moment, .. } => moment,
        _ => None,
    };
    group.bench_function("head/store", |bencher| {
        bencher.iter(|| store.head(TENANT, black_box(&HEAD), moment).unwrap());
    });
    group.bench_function("data_version/by hand", |bencher| {
        bencher.iter(|| {
            let mut statement = connection.prepare_cached("PRAGMA data_version").unwrap();
            statement.query_row((), |row| row.get::<_, i64>(0)).unwrap()
        });
    });
    group.finish();
}

fn writes(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let mut group = criterion.benchmark_group("durable write of 2 rows");
    let store = filled(&folder.path().join("store.db"));
    let mut epoch = 1;
    group.bench_function("store", |bencher| {
        bencher.iter(|| {
            epoch += 1;
            let changed = Row {
                epoch,
                ..row(u32::try_from(epoch).unwrap() % ROWS)
            };
            let write = store.write(TENANT, &[], &mut |_, tx| {
                tx.put(&changed)?;
                tx.put(&head(epoch))
            });
            write.unwrap();
        });
    });
    let path = folder.path().join("hand.db");
    drop(filled(&path));
    let connection = by_hand(&path);
    let put = |row: &Row| {
        let mut statement = connection
            .prepare_cached(
                "INSERT INTO rows(partition, kind, key, epoch, info, body) VALUES(?1, ?2, ?3, ?4, \
                 ?5, ?6)
                 ON CONFLICT(partition, kind, key) DO UPDATE SET epoch = ?4, info = ?5, body = ?6",
            )
            .unwrap();
        let epoch = i64::try_from(row.epoch).unwrap();
        statement
            .execute(params![
                TENANT.0,
                row.key.kind.number(),
                row.key.key,
                epoch,
                row.info,
                row.body
            ])
            .unwrap();
    };
    let mut epoch = 1;
    group.bench_function("by hand", |bencher| {
        bencher.iter(|| {
            epoch += 1;
            let changed = Row {
                epoch,
                ..row(u32::try_from(epoch).unwrap() % ROWS)
            };
            connection.execute_batch("BEGIN IMMEDIATE").unwrap();
            put(&changed);
            put(&head(epoch));
            connection.execute_batch("COMMIT").unwrap();
        });
    });
    group.finish();
}

fn opening(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    drop(filled(&path));
    let mut group = criterion.benchmark_group("open and first get");
    group.bench_function("store", |bencher| {
        bencher.iter(|| {
            SqliteStore::open(&path)
                .unwrap()
                .get(TENANT, &[key(5)])
                .unwrap()
        });
    });
    group.bench_function("by hand", |bencher| {
        bencher.iter(|| {
            let connection = by_hand(&path);
            select(&connection, &[key(5)])
        });
    });
    group.finish();
}

criterion_group!(benches, reads, writes, opening);
criterion_main!(benches);
