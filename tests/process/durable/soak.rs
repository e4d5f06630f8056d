//! A vault under load for a long time: nothing grows.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use keyslot::secrecy::ExposeSecret;
use keyslot::store::{Kind, Partition, Row, RowKey, SecretStore, SqliteStore};

use super::journal::Writer;
use super::random::{Random, number};
use super::worker::{Worker, choose, open, open_or_create};

/// Readers, which leave no moment without a read, and writers.
const READERS: u64 = 6;
const WRITERS: u32 = 1;

/// The longest write-ahead log that is taken for bounded, in bytes: four times the length at which
/// SQLite merges it, and room for one large write.
const LONGEST_LOG: u64 = 4 * 1000 * 4096 + (4 << 20);

/// Sizes of this process and of its vault.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    resident: u64,
    descriptors: usize,
    log: u64,
}

impl Sizes {
    fn now(file: &Path) -> Self {
        let memory = fs::read_to_string("/proc/self/statm").unwrap();
        Self {
            resident: memory.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096,
            descriptors: fs::read_dir("/proc/self/fd").unwrap().count(),
            log: fs::metadata(file.with_extension("db-wal")).map_or(0, |found| found.len()),
        }
    }
}

/// While somebody reads, the log cannot begin anew.
#[test]
fn a_log_that_a_long_read_made_long_is_short_again() {
    let folder = tempfile::tempdir_in("/dev/shm").unwrap();
    let file = folder.path().join("vault.db");
    let store = SqliteStore::create(&file).unwrap();
    let (partition, log) = (Partition([1; 16]), file.with_extension("db-wal"));
    let length = || fs::metadata(&log).unwrap().len();
    let write = |number: u64| {
        let mut key = [2; 32];
        key[..8].copy_from_slice(&number.to_be_bytes());
        let key = RowKey {
            kind: Kind::Secret,
            key,
        };
        let row = Row {
            key,
            epoch: number,
            info: vec![1],
            body: vec![7; 1 << 20],
        };
        store
            .write(partition, &[], &mut |_, tx| tx.put(&row))
            .unwrap();
    };
    write(0);
    let read = store.read(partition, &mut |tx| {
        let key = RowKey {
            kind: Kind::Secret,
            key: [2; 32],
        };
        tx.get(&[key])?;
        (1..40).for_each(write);
        Ok(())
    });
    read.unwrap();
    assert!(length() > 40 << 20, "the control: {} bytes", length());
    (40..44).for_each(write);
    assert!(length() <= 16 << 20, "{} bytes", length());
}

/// Runs on its own, because it looks at the whole process.
#[test]
#[ignore = "run by the test beside it, in a process of its own"]
fn child() {
    let seconds = number("KEYSLOT_SOAK_SECONDS", 5);
    let folder = tempfile::tempdir_in("/dev/shm").unwrap();
    let file = folder.path().join("vault.db");
    let vault = open_or_create(&file, false, true).unwrap();
    let shared = vault.scope("acme/shared").unwrap();
    shared.put("KEY", "value").unwrap();
    let (done, reads, writes) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let (mut early, mut most) = (None, Sizes::now(&file));
    std::thread::scope(|threads| {
        for _ in 0..READERS {
            threads.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let text = shared.resolve("<<$secret.KEY>>").unwrap();
                    assert!(text.expose_secret().starts_with("value"));
                    reads.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for writer in 1..=WRITERS {
            let (vault, folder, done, writes) = (&vault, folder.path(), &done, &writes);
            threads.spawn(move || {
                let nowhere = Writer::open(Path::new("/dev/null"));
                let worker = Worker::new(vault, writer, folder, &nowhere);
                let (mut random, mut root) = (Random::new(writer.into()), 0);
                while !done.load(Ordering::Relaxed) {
                    // Copies and purges would hide a log that grows; they are tested elsewhere.
                    let operation = choose(&mut random, writer, &mut root);
                    if operation.only_writes() {
                        assert!(worker.work(operation));
                        writes.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        // One that fills the log fast.
        threads.spawn(|| {
            let scope = vault.scope("acme/large").unwrap();
            while !done.load(Ordering::Relaxed) {
                let at = writes.fetch_add(1, Ordering::Relaxed) % 10;
                scope.put(format!("KEY_{at}"), "l".repeat(60_000)).unwrap();
            }
        });
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(seconds) {
            std::thread::sleep(Duration::from_millis(50));
            let now = Sizes::now(&file);
            if early.is_none() && start.elapsed() * 3 > Duration::from_secs(seconds) {
                early = Some(now);
            }
            most.log = most.log.max(now.log);
            most.descriptors = most.descriptors.max(now.descriptors);
        }
        done.store(true, Ordering::Relaxed);
    });
    let (early, last) = (early.unwrap(), Sizes::now(&file));
    let (reads, writes) = (reads.into_inner(), writes.into_inner());
    println!("soak: {seconds} s, {reads} reads, {writes} writes; a third in {early:?}, at the end");
    println!(
        "soak: {last:?}, at most {} descriptors and a log of {}",
        most.descriptors, most.log
    );
    assert!(reads > 10 && writes > 10, "they were at work");
    assert!(most.log < LONGEST_LOG, "the log grew to {} bytes", most.log);
    // A connection has a file, a log and shared memory, and threads one each at most.
    let most_descriptors = 30 + 3 * (READERS as usize + WRITERS as usize);
    assert!(
        most.descriptors < most_descriptors,
        "{} descriptors",
        most.descriptors
    );
    let grown = last.resident.saturating_sub(early.resident);
    assert!(
        grown < 8 << 20,
        "{grown} bytes more than after a third of the time"
    );
    drop((shared, vault));
    assert!(open(&file, true).unwrap().verify().unwrap().is_intact());
}

#[test]
fn under_load_nothing_grows() {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "soak::child",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    said.lines()
        .filter(|line| line.starts_with("soak:"))
        .for_each(|line| println!("{line}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{errors}");
}
