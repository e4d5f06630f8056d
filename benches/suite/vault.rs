//! The vault beside its parts done by hand in the same run: selects, keyed hashes, envelope
//! openings, commits.
//!
//! `cargo bench -p keyslot-bench --bench vault`; `KEYSLOT_BENCH_ROWS=1000,100000,1000000` for
//! larger vaults.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::hint::black_box;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit, Tag, XChaCha20Poly1305, XNonce};
use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use keyslot::secrecy::ExposeSecret;
use keyslot::store::{
    Cursor, Kind, MemoryStore, PageSize, ReadTx, Row, RowKey, Scan, SecretStore, SelfCheck,
    SqliteStore, WriteTx,
};
use keyslot::template::Template;
use keyslot::{Cache, OnExisting, RootKey, ScopedVault, Target, Vault, VaultBuilder};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use sha2::{Digest, Sha256};

/// The pragmas of the store, for connections opened by hand.
const PRAGMAS: &str = "PRAGMA synchronous = EXTRA; PRAGMA secure_delete = ON; PRAGMA \
                       cell_size_check = ON; PRAGMA temp_store = MEMORY";
const SELECT: &str =
    "SELECT epoch, info, body FROM rows WHERE partition = ?1 AND kind = ?2 AND key = ?3";
/// The numbers of the kinds in the file.
const VALUE: &str = "a value of forty bytes, like many tokens";
const HEADER: u8 = 1;
const SLOT: u8 = 2;
const VAULT_SECRET: u8 = 3;
const DATA_KEY: u8 = 4;
const HEAD: u8 = 5;
const SECRET: u8 = 6;

fn root_key() -> RootKey {
    RootKey::from_hex("8f3a1c5e92d70b46e81f5a9c3d6b2047f19e8c34a5d0726b1be94f8a60c3d752").unwrap()
}

/// A vault with `rows` secrets, half in the organization, half in a project of it.
fn filled(file: &Path, rows: u32) -> ScopedVault {
    let vault = Vault::create(file, &root_key()).unwrap();
    let (organization, project) = (
        vault.scope("acme").unwrap(),
        vault.scope("acme/billing").unwrap(),
    );
    for number in 0..rows / 2 {
        organization.put(format!("ORG_{number}"), VALUE).unwrap();
        project.put(format!("PRJ_{number}"), VALUE).unwrap();
    }
    project
}

fn sizes() -> Vec<u32> {
    let list = std::env::var("KEYSLOT_BENCH_ROWS").unwrap_or_else(|_| "1000,100000".to_owned());
    list.split(',')
        .map(|number| number.trim().parse().unwrap())
        .collect()
}

/// The partition of the one tenant of a vault, and the key of its head.
fn head(connection: &Connection) -> (Vec<u8>, Vec<u8>) {
    let select = "SELECT partition, key FROM rows WHERE kind = ?1";
    connection
        .query_row(select, [HEAD], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
}

/// Setting up is not measured and need not be durable.
fn fast_folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

/// One envelope's worth of primitives.
struct Sealed {
    key: [u8; 32],
    aad: Vec<u8>,
    text: Vec<u8>,
    tag: [u8; 16],
}

impl Sealed {
    fn new(plain: usize, aad: usize) -> Self {
        let (key, aad, mut text) = ([7; 32], vec![1; aad], vec![2; plain]);
        let (encryption, nonce) = derive(&key, &aad);
        let cipher = XChaCha20Poly1305::new((&encryption).into());
        let tag = cipher
            .encrypt_inout_detached(&nonce, &aad, text.as_mut_slice().into())
            .unwrap();
        Self {
            key,
            aad,
            text,
            tag: tag.into(),
        }
    }

    fn open(&self) -> Vec<u8> {
        let (encryption, nonce) = derive(&self.key, &self.aad);
        let cipher = XChaCha20Poly1305::new((&encryption).into());
        let mut text = self.text.clone();
        cipher
            .decrypt_inout_detached(
                &nonce,
                &self.aad,
                text.as_mut_slice().into(),
                &Tag::from(self.tag),
            )
            .unwrap();
        text
    }
}

/// Seals what [`Sealed::open`] opens, at the cost of a nonce of its own.
fn seal(sealed: &Sealed, mut text: Vec<u8>) -> Vec<u8> {
    let mut fresh = [0; 24];
    getrandom::fill(&mut fresh).unwrap();
    black_box(fresh);
    let (encryption, nonce) = derive(&sealed.key, &sealed.aad);
    let cipher = XChaCha20Poly1305::new((&encryption).into());
    let tag = cipher
        .encrypt_inout_detached(&nonce, &sealed.aad, text.as_mut_slice().into())
        .unwrap();
    text.extend_from_slice(&tag);
    text
}

fn derive(key: &[u8; 32], aad: &[u8]) -> ([u8; 32], XNonce) {
    let digest = Sha256::digest(aad);
    let mut okm = [0; 64];
    Hkdf::<Sha256>::from_prk(key)
        .unwrap()
        .expand_multi_info(&[&[0; 24], &[3; 24], &digest], &mut okm)
        .unwrap();
    (okm[..32].try_into().unwrap(), XNonce::from([3; 24]))
}

/// 3 names over 2 scopes: 6 keys, of which 3 have a row.
fn cold_resolve(c: &mut Criterion) {
    let mut group = c.benchmark_group("vault/resolve 3 names over 2 scopes");
    for rows in sizes() {
        let folder = fast_folder();
        let file = folder.path().join("vault.db");
        let project = filled(&file, rows);
        // Spread over the vault, so that they are not neighbours in it.
        let texts: Vec<Template> = (0..64)
            .map(|n| {
                let (a, b, c) = (
                    n * 7 % (rows / 2),
                    n * 131 % (rows / 2),
                    n * 1009 % (rows / 2),
                );
                Template::compile(format!(
                    "<<$secret.PRJ_{a}>> <<$secret.ORG_{b}>> <<$secret.PRJ_{c}>>"
                ))
                .unwrap()
            })
            .collect();
        let guarded = Vault::builder()
            .store(SqliteStore::open(&file).unwrap())
            .guard(10_000_000)
            .open(&root_key())
            .unwrap();
        let guarded = guarded.scope("acme/billing").unwrap();
        let counting = Vault::builder()
            .store(SqliteStore::open(&file).unwrap())
            .count_uses(true)
            .open(&root_key())
            .unwrap();
        let counting = counting.scope("acme/billing").unwrap();
        for (name, project) in [
            ("keyslot", &project),
            ("keyslot, guarded", &guarded),
            ("keyslot, counting uses", &counting),
        ] {
            let mut next = 0;
            group.bench_function(BenchmarkId::new(name, rows), |b| {
                b.iter(|| {
                    next = (next + 1) % texts.len();
                    black_box(
                        project
                            .resolve_for(&Target::unspecified(), &texts[next])
                            .unwrap()
                            .expose_secret()
                            .len(),
                    )
                });
            });
        }

        let by_hand = Connection::open(&file).unwrap();
        by_hand.execute_batch(PRAGMAS).unwrap();
        let keys: Vec<Vec<u8>> = by_hand
            .prepare("SELECT key FROM rows WHERE kind = ?1 ORDER BY key LIMIT 10000")
            .unwrap()
            .query_map([SECRET], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let (tenant, _) = head(&by_hand);
        let (info, value) = (Sealed::new(256, 140), Sealed::new(64, 110));
        let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&[9; 32]).unwrap();
        let mut next = 0;
        group.bench_function(BenchmarkId::new("parts by hand", rows), |b| {
            b.iter(|| {
                for name in 0..6_u8 {
                    let hash = mac.clone().chain_update([name; 40]).finalize().into_bytes();
                    black_box(hash);
                }
                by_hand.execute_batch("BEGIN").unwrap();
                let mut statement = by_hand.prepare_cached(SELECT).unwrap();
                for miss in [false, true, false, false, true, true] {
                    next = (next + 7919) % keys.len();
                    let mut key = keys[next].clone();
                    key[31] ^= u8::from(miss);
                    let mut found = statement.query((&tenant, SECRET, &key)).unwrap();
                    if let Some(row) = found.next().unwrap() {
                        let bytes =
                            |at: usize| row.get_ref(at).unwrap().as_blob().unwrap().to_vec();
                        black_box((row.get::<_, i64>(0).unwrap(), bytes(1), bytes(2)));
                    }
                }
                drop(statement);
                by_hand.execute_batch("COMMIT").unwrap();
                for _ in 0..3 {
                    black_box((info.open(), value.open()));
                }
            });
        });
    }
    group.finish();
}

/// Puts the next version of another one of 500 secrets.
fn put_next(scope: &ScopedVault, next: &mut u32) {
    *next = (*next + 1) % 500;
    scope.put(format!("N{next}"), VALUE).unwrap();
}

/// A put while another thread verifies the vault: it waits for no lock of it. Between two
/// verifications the log is merged, as it is wherever one does not follow the other without end. It
/// keeps its length: one that a purge cut off would grow again with each put, at twice the cost.
fn beside_a_verification(
    group: &mut BenchmarkGroup<'_, WallTime>,
    vault: &Vault,
    scope: &ScopedVault,
    file: &Path,
) {
    let mut next = 0;
    let aside = Connection::open(file).unwrap();
    let merge = || {
        let busy = aside.query_row("PRAGMA wal_checkpoint(RESTART)", [], |row| row.get(0));
        assert_eq!(busy, Ok(false));
    };
    group.bench_function("keyslot, beside a verification", |b| {
        b.iter_custom(|puts| {
            let (mut left, mut spent) = (puts, Duration::ZERO);
            while left > 0 {
                let is_over = AtomicBool::new(false);
                thread::scope(|threads| {
                    threads.spawn(|| {
                        assert!(vault.verify().unwrap().is_intact());
                        is_over.store(true, Ordering::Relaxed);
                    });
                    while left > 0 && !is_over.load(Ordering::Relaxed) {
                        let begun = Instant::now();
                        put_next(scope, &mut next);
                        spent += begun.elapsed();
                        left -= 1;
                    }
                });
                merge();
            }
            spent
        });
    });
}

/// One durable put of the next version beside a bare commit of the same rows. On the disk, because
/// that is what it costs.
fn put(c: &mut Criterion) {
    let mut group = c.benchmark_group("vault/put");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vault.db");
    let vault = Vault::builder()
        .kept_versions(1)
        .store(SqliteStore::create(&file).unwrap())
        .create(&root_key())
        .unwrap();
    let scope = vault.scope("acme").unwrap();
    // So many that a verification takes as long as hundreds of puts.
    let secrets = (0..10_000).map(|number| (format!("N{number}"), VALUE));
    scope.put_all(secrets, OnExisting::Fail).unwrap();
    let mut next = 0;
    group.bench_function("keyslot", |b| b.iter(|| put_next(&scope, &mut next)));
    beside_a_verification(&mut group, &vault, &scope, &file);
    drop((scope, vault));

    let by_hand = Connection::open(&file).unwrap();
    by_hand.execute_batch(PRAGMAS).unwrap();
    let keys: Vec<Vec<u8>> = by_hand
        .prepare("SELECT key FROM rows WHERE kind = ?1")
        .unwrap()
        .query_map([SECRET], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let (tenant, head) = head(&by_hand);
    let mut epoch = 10_000_i64;
    group.bench_function("bare commit of the same rows", |b| {
        b.iter(|| {
            epoch += 1;
            let key = &keys[usize::try_from(epoch).unwrap() % keys.len()];
            by_hand.execute_batch("BEGIN IMMEDIATE").unwrap();
            let update = "UPDATE rows SET epoch = ?4, info = ?5, body = ?6 WHERE partition = ?1 \
                          AND kind = ?2 AND key = ?3";
            let mut update = by_hand.prepare_cached(update).unwrap();
            update
                .execute((&tenant, SECRET, key, epoch, [7_u8; 362], [7_u8; 154]))
                .unwrap();
            update
                .execute((&tenant, HEAD, &head, epoch, [7_u8; 282], [0_u8; 0]))
                .unwrap();
            drop(update);
            by_hand.execute_batch("COMMIT").unwrap();
        });
    });
    group.finish();
}

/// One thousand new secrets at once, beside the same without a disk and the same rows without
/// sealing. On the disk, because that is what it costs.
fn put_all(c: &mut Criterion) {
    const SECRETS: u64 = 1_000;
    let mut group = c.benchmark_group("vault/put_all of 1,000");
    group
        .throughput(Throughput::Elements(SECRETS))
        .sample_size(20);
    let items = || (0..SECRETS).map(move |number| (format!("N{number}"), VALUE));
    let import = |scope: &ScopedVault| scope.put_all(items(), OnExisting::Fail).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut files = 0;
    let mut empty = || {
        files += 1;
        SqliteStore::create(folder.path().join(format!("{files}.db"))).unwrap()
    };
    let scope = |builder: VaultBuilder| {
        let vault = builder.create(&root_key()).unwrap();
        vault.scope("acme").unwrap()
    };
    group.bench_function("keyslot", |b| {
        let setup = || scope(Vault::builder().store(empty()));
        b.iter_batched(setup, |scope| import(&scope), BatchSize::PerIteration);
    });
    group.bench_function("sealing, in memory", |b| {
        let setup = || scope(Vault::builder());
        b.iter_batched(setup, |scope| import(&scope), BatchSize::PerIteration);
    });
    let sealed = MemoryStore::new();
    import(&scope(Vault::builder().store(sealed.clone())));
    let partitions = sealed.partitions(None, NonZeroU32::MAX).unwrap();
    let tenant = *partitions.last().unwrap();
    let rows = |kind| {
        let scan = Scan {
            kind,
            scope: None,
            from: Cursor::START,
            size: PageSize::MAX,
            bodies: true,
        };
        sealed.scan(tenant, &scan).unwrap().rows
    };
    let (secrets, head) = (rows(Kind::Secret), rows(Kind::Head).remove(0));
    assert_eq!(secrets.len(), 1_000);
    group.bench_function("writes of the same rows", |b| {
        let write = |store: SqliteStore| {
            for part in secrets.chunks(256) {
                let mut put = |_, tx: &mut dyn WriteTx| {
                    part.iter().chain([&head]).try_for_each(|row| tx.put(row))
                };
                store.write(tenant, &[], &mut put).unwrap();
            }
        };
        b.iter_batched(&mut empty, write, BatchSize::PerIteration);
    });
    group.finish();
}

/// A rewrap of 1,000 secrets beside its parts: reads by page, two openings and two sealings of each
/// secret, and writes of the same rows.
fn rewrap(c: &mut Criterion) {
    const SECRETS: u32 = 1_000;
    let mut group = c.benchmark_group("vault/rewrap of 1,000");
    group
        .throughput(Throughput::Elements(u64::from(SECRETS)))
        .sample_size(20);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vault.db");
    drop(filled(&file, SECRETS));
    let vault = Vault::open(&file, &root_key()).unwrap();
    group.bench_function("keyslot", |b| {
        let setup = || {
            let generation = vault.rotate_data_key("acme").unwrap();
            // The key before the last one has nothing left.
            if generation > 2 {
                vault.destroy_data_key("acme", generation - 2).unwrap();
            }
            vault.rewrap("acme").unwrap()
        };
        b.iter_batched(
            setup,
            |walk| walk.finish().unwrap(),
            BatchSize::PerIteration,
        );
    });
    let store = SqliteStore::open(&file).unwrap();
    let tenant = *store
        .partitions(None, NonZeroU32::MAX)
        .unwrap()
        .last()
        .unwrap();
    let scan = |kind, from| page_of(kind, None, from, true);
    let head = store
        .scan(tenant, &scan(Kind::Head, Cursor::START))
        .unwrap()
        .rows
        .remove(0);
    let first = store
        .scan(tenant, &scan(Kind::Secret, Cursor::START))
        .unwrap()
        .rows
        .remove(0);
    // From here on the vault is not one any more: rows get new epochs, as those of a rewrap do.
    let mut epoch = head.epoch;
    group.bench_function("the same reads and writes", |b| {
        b.iter(|| {
            let mut from = Some(Cursor::START);
            while let Some(cursor) = from.take() {
                epoch += 1;
                let mut page = |_, tx: &mut dyn WriteTx| {
                    let page = tx.scan(&scan(Kind::Secret, cursor))?;
                    from = page.next;
                    page.rows
                        .into_iter()
                        .chain([head.clone()])
                        .try_for_each(|row| tx.put(&Row { epoch, ..row }))
                };
                store.write(tenant, &[], &mut page).unwrap();
            }
        });
    });
    // Behind prefix, nonce and commitment, and without the tag; an info has an identity before it.
    let (info, value) = (
        Sealed::new(first.info.len() - 16 - 90, 140),
        Sealed::new(first.body.len() - 90, 110),
    );
    group.bench_function("openings and sealings by hand", |b| {
        b.iter(|| {
            for _ in 0..SECRETS {
                black_box((seal(&info, info.open()), seal(&value, value.open())));
            }
        });
    });
    group.finish();
}

/// A verification of 1,000 secrets beside its parts: SQLite's own check, each row found by page, by
/// key and by scope, two openings and a keyed hash of each secret.
fn verify(c: &mut Criterion) {
    let mut group = c.benchmark_group("vault/verify of 1,000");
    let folder = fast_folder();
    let file = folder.path().join("vault.db");
    drop(filled(&file, 1000));
    let vault = Vault::open(&file, &root_key()).unwrap();
    group.bench_function("keyslot", |b| {
        b.iter(|| assert!(vault.verify().unwrap().is_intact()));
    });
    let store = SqliteStore::open(&file).unwrap();
    let partitions = store.partitions(None, NonZeroU32::MAX).unwrap();
    let tenant = *partitions.last().unwrap();
    let rows = || {
        let (mut scopes, mut found) = (BTreeSet::new(), 0);
        let mut read = |tx: &mut dyn ReadTx| {
            let mut scan = |scope: Option<[u8; 16]>, from, scopes: &mut BTreeSet<[u8; 16]>| {
                let mut from = Some(from);
                while let Some(cursor) = from {
                    let bodies = scope.is_none();
                    let page = tx.scan(&page_of(Kind::Secret, scope, cursor, bodies))?;
                    from = page.next;
                    scopes.extend(page.rows.iter().map(|row| row.key.scope()));
                    if bodies {
                        let keys: Vec<RowKey> = page.rows.iter().map(|row| row.key).collect();
                        found += tx.get(&keys)?.len();
                    }
                }
                Ok::<(), keyslot::Error>(())
            };
            scan(None, Cursor::Epoch(0, Some([0; 32])), &mut scopes)?;
            for scope in scopes.clone() {
                scan(Some(scope), Cursor::START, &mut scopes)?;
            }
            Ok(())
        };
        store.read(tenant, &mut read).unwrap();
        assert_eq!(found, 1000);
    };
    group.bench_function("SQLite's check, the same reads", |b| {
        b.iter(|| {
            assert_eq!(store.self_check().unwrap(), SelfCheck::Sound);
            rows();
        });
    });
    let (info, value) = (Sealed::new(256, 140), Sealed::new(64, 110));
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&[9; 32]).unwrap();
    group.bench_function("openings and keyed hashes by hand", |b| {
        b.iter(|| {
            for _ in 0..1000 {
                black_box((info.open(), value.open()));
                black_box(mac.clone().chain_update([7; 103]).finalize().into_bytes());
            }
        });
    });
    group.finish();
}

/// A scan of a page as long as those of the vault.
fn page_of(kind: Kind, scope: Option<[u8; 16]>, from: Cursor, bodies: bool) -> Scan {
    Scan {
        kind,
        scope,
        from,
        size: PageSize {
            rows: NonZeroU32::new(256).unwrap(),
            bytes: 2 << 20,
        },
        bodies,
    }
}

/// Opening a vault and reading one secret, beside its parts: a connection with the settings and the
/// checks of the store that reads the same rows, and the openings of what they hold.
fn open(c: &mut Criterion) {
    let mut group = c.benchmark_group("vault/open and first resolve");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vault.db");
    // Kept open, as a second process would, so that closing does not tidy up the file each time.
    let project = filled(&file, 1000);
    group.bench_function("keyslot", |b| {
        b.iter(|| {
            let vault = Vault::open(&file, &root_key()).unwrap();
            let scope = vault.scope("acme").unwrap();
            black_box(
                scope
                    .resolve("<<$secret.ORG_7>>")
                    .unwrap()
                    .expose_secret()
                    .len(),
            )
        });
    });
    let keys = {
        let connection = Connection::open(&file).unwrap();
        let key = |kind: u8| {
            let select = "SELECT partition, kind, key FROM rows WHERE kind = ?1 LIMIT 1";
            let columns = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
            connection.query_row(select, [kind], columns).unwrap()
        };
        [HEADER, VAULT_SECRET, SECRET, DATA_KEY].map(key)
    };
    group.bench_function("SQLite: settings, checks, the same rows", |b| {
        b.iter(|| {
            let connection = connected(&file);
            black_box(rows_to_open(&connection, &keys))
        });
    });
    group.bench_function("looks at the files", |b| {
        b.iter(|| {
            let folder = std::fs::canonicalize(folder.path()).unwrap();
            let beside = ["", "-wal", "-shm", "-journal", "-queue", "-ballast"];
            let beside = beside.map(|suffix| folder.join(format!("vault.db{suffix}")));
            // Twice more as it is connected, and by each of four reads.
            let again = [&beside[0]; 6];
            let all = folder.ancestors().chain(beside.iter().map(AsRef::as_ref));
            all.chain(again.map(AsRef::as_ref))
                .filter(|path| std::fs::symlink_metadata(path).is_ok())
                .count()
        });
    });
    let sealed = [
        (64, 100),
        (64, 100),
        (128, 100),
        (64, 120),
        (256, 140),
        (64, 110),
    ];
    let sealed = sealed.map(|(plain, aad)| Sealed::new(plain, aad));
    group.bench_function("six openings, and keys of four hashes", |b| {
        b.iter(|| {
            for _ in 0..4 {
                let mut key = [0; 32];
                let secret = Hkdf::<Sha256>::from_prk(&[7; 32]).unwrap();
                secret
                    .expand(b"a label of 24 characters", &mut key)
                    .unwrap();
                black_box(<Hmac<Sha256> as KeyInit>::new_from_slice(&key).unwrap());
            }
            sealed.each_ref().map(Sealed::open)
        });
    });
    drop(project);
    group.finish();
}

/// A connection with all that the store sets and asks before it takes a file for a vault.
fn connected(file: &Path) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(file, flags).unwrap();
    connection.busy_timeout(Duration::from_secs(5)).unwrap();
    for (option, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
    ] {
        assert_eq!(connection.set_db_config(option, on).unwrap(), on);
    }
    let ask = |pragma: &str| {
        let answer = connection.query_row(pragma, [], |row| row.get(0));
        answer.optional().unwrap()
    };
    connection.execute_batch("BEGIN").unwrap();
    for fact in ["application_id", "user_version", "page_size", "auto_vacuum"] {
        let _number: Option<i64> = black_box(ask(&format!("PRAGMA {fact}")));
    }
    let text = |pragma: &str| {
        let answer = connection.query_row(pragma, [], |row| row.get::<_, String>(0));
        answer.unwrap()
    };
    assert_eq!(text("PRAGMA encoding"), "UTF-8");
    let schema = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name";
    let mut schema = connection.prepare(schema).unwrap();
    let mut found = schema.query([]).unwrap();
    while let Some(row) = found.next().unwrap() {
        black_box(row.get_ref(3).unwrap().as_str().unwrap());
    }
    drop(found);
    drop(schema);
    connection.execute_batch("COMMIT").unwrap();
    assert_eq!(text("PRAGMA journal_mode"), "wal");
    for (setting, value) in [
        ("synchronous", 3),
        ("secure_delete", 1),
        ("cell_size_check", 1),
        ("mmap_size", 0),
        ("journal_size_limit", 16 << 20),
        ("temp_store", 2),
        ("query_only", 1),
        ("cache_size", -(8 << 10)),
    ] {
        let is = ask(&format!("PRAGMA {setting} = {value}"));
        let is = is.or_else(|| ask(&format!("PRAGMA {setting}")));
        assert_eq!(is, Some(value));
    }
    connection
}

/// The key of a row: partition, kind, key.
type Key = (Vec<u8>, u8, Vec<u8>);

/// Reads what an opening and a first resolve read: header and vault secret, key slots, a secret,
/// its data key. Returns the number of bytes.
fn rows_to_open(
    connection: &Connection,
    [header, vault_secret, secret, data_key]: &[Key; 4],
) -> usize {
    let bytes =
        |row: &rusqlite::Row<'_>, at: usize| row.get_ref(at).unwrap().as_blob().unwrap().len();
    let get = |(partition, kind, key): &Key| {
        let mut select = connection.prepare_cached(SELECT).unwrap();
        let both = |row: &rusqlite::Row<'_>| Ok(bytes(row, 1) + bytes(row, 2));
        select.query_row((partition, kind, key), both).unwrap()
    };
    connection.execute_batch("BEGIN").unwrap();
    let mut read = get(header) + get(vault_secret);
    connection.execute_batch("COMMIT").unwrap();
    let scan = "SELECT key, epoch, info, body FROM rows WHERE partition = ?1 AND kind = ?2 AND \
                key > ?3 ORDER BY key LIMIT ?4";
    let mut scan = connection.prepare_cached(scan).unwrap();
    let mut slots = scan.query((&header.0, SLOT, [0_u8; 0], 65)).unwrap();
    while let Some(row) = slots.next().unwrap() {
        read += bytes(row, 2) + bytes(row, 3);
    }
    read + get(secret) + get(data_key)
}

/// A list of a scope of 1,000 beside a second scope, with the infos that it has to open counted by
/// hand.
fn list(c: &mut Criterion) {
    let mut group = c.benchmark_group("vault/list 1,000 secrets");
    let folder = fast_folder();
    let project = filled(&folder.path().join("vault.db"), 2000);
    group.bench_function("names", |b| {
        b.iter(|| black_box(project.names().unwrap().len()));
    });
    group.bench_function("list", |b| {
        b.iter(|| black_box(project.list().map(Result::unwrap).count()));
    });
    let cached = Vault::builder()
        .store(SqliteStore::open(folder.path().join("vault.db")).unwrap())
        .cache(Cache::new())
        .open(&root_key())
        .unwrap();
    let cached = cached.scope("acme/billing").unwrap();
    group.bench_function("names, cached", |b| {
        b.iter(|| black_box(cached.names().unwrap().len()));
    });
    group.bench_function("list, cached", |b| {
        b.iter(|| black_box(cached.list().map(Result::unwrap).count()));
    });
    let info = Sealed::new(256, 140);
    group.bench_function("AEAD + HKDF-Expand + SHA-256 of 1,000 infos", |b| {
        b.iter(|| (0..1000).for_each(|_| drop(black_box(info.open()))));
    });
    group.finish();
}

/// One envelope of 40 bytes through the crate, from the memory store, beside the primitives of one.
fn primitives(c: &mut Criterion) {
    let mut group = c.benchmark_group("vault/open one record");
    let vault = Vault::in_memory(&root_key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    scope.put("A", VALUE).unwrap();
    group.bench_function("resolve from memory: a row key, an info, a value", |b| {
        b.iter(|| black_box(scope.resolve("<<A>>").unwrap().expose_secret().len()));
    });
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&[9; 32]).unwrap();
    group.bench_function("HMAC-SHA-256 of a row key", |b| {
        b.iter(|| black_box(mac.clone().chain_update([7; 37]).finalize().into_bytes()));
    });
    let (info, value) = (Sealed::new(256, 140), Sealed::new(64, 110));
    group.bench_function("AEAD + HKDF-Expand + SHA-256 of an info", |b| {
        b.iter(|| black_box(info.open()));
    });
    group.bench_function("AEAD + HKDF-Expand + SHA-256 of a value", |b| {
        b.iter(|| black_box(value.open()));
    });
    group.finish();
}

criterion_group!(
    benches,
    primitives,
    cold_resolve,
    put,
    put_all,
    rewrap,
    verify,
    list,
    open
);

fn main() {
    if let Ok(number) = std::env::var("KEYSLOT_BENCH_COUNTED") {
        return count(number.trim().parse().unwrap());
    }
    benches();
    Criterion::default().configure_from_args().final_summary();
}

/// Runs what `benches/instructions.sh` counts, so many times. In memory, without SQLite.
fn count(number: usize) {
    let vault = Vault::in_memory(&root_key()).unwrap();
    let project = vault.scope("acme/billing").unwrap();
    project.put("STRIPE_KEY", VALUE).unwrap();
    let text = Template::compile("Bearer <<$secret.STRIPE_KEY>>").unwrap();
    // The first one reads the data key.
    assert_eq!(
        counted_resolve(&project, &text),
        "Bearer ".len() + VALUE.len()
    );
    let counting = Vault::builder()
        .count_uses(true)
        .create(&root_key())
        .unwrap();
    let counting = counting.scope("acme/billing").unwrap();
    counting.put("STRIPE_KEY", VALUE).unwrap();
    counted_use(&counting, &text);
    for _ in 0..number {
        counted_resolve(&project, &text);
        counted_use(&counting, &text);
        counted_put(&project, VALUE);
    }
}

/// A resolve of one name over two scopes.
#[inline(never)]
fn counted_resolve(project: &ScopedVault, text: &Template) -> usize {
    let resolved = project.resolve_for(&Target::unspecified(), text).unwrap();
    black_box(resolved.expose_secret().len())
}

/// The same resolve in a vault that counts uses.
#[inline(never)]
fn counted_use(project: &ScopedVault, text: &Template) -> usize {
    let resolved = project.resolve_for(&Target::unspecified(), text).unwrap();
    // Not the very body of the one before: the compiler would make one function of both.
    black_box(resolved.expose_secret().len()) + 1
}

/// A put of the next version.
#[inline(never)]
fn counted_put(project: &ScopedVault, value: &str) {
    black_box(project.put("STRIPE_KEY", value).unwrap());
}
