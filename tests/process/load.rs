//! A vault of 100,000 secrets: the reads of a call and the memory of a process do not grow with it.
//!
//! Work is counted, as calls and rows of the store and as bytes that the process reads from files,
//! in a process that did not build the vault. The same process once more, with a store that reads
//! everything at each call, goes beyond every bound.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "load/counting.rs"]
mod counting;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::thread;

use counting::{Counting, Counts};
use keyslot::secrecy::ExposeSecret;
use keyslot::{OnExisting, RootKey, SqliteStore, Vault};

const KEY: &str = "O+EHmlTI8y1htg6I10UfqnPsOZJdBM+xaBblfqNA2yk=";

const FILE: &str = "KEYSLOT_LOAD_FILE";
const GREEDY: &str = "KEYSLOT_LOAD_GREEDY";

/// All in one organization: half in its own scope, the rest in its projects.
const SECRETS: usize = 100_000;
const PROJECTS: usize = 100;
const OF_A_PROJECT: usize = SECRETS / 2 / PROJECTS;

/// The most rows that the vault asks for at once.
const PAGE: u64 = 256;

/// A page of the file, in bytes.
const BLOCK: u64 = 4096;

/// The most memory above that of the process before it opened the vault, in bytes.
const MEMORY: u64 = 64 << 20;

/// The work of a call: counted, or the most that is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Work {
    /// Calls of the store, those within a read or a write included.
    calls: u64,
    /// Rows that the store gave.
    rows: u64,
    /// The most rows that it gave at once.
    page: u64,
    /// Bytes that the process read from files.
    bytes: u64,
}

/// The most work of each call.
fn bounds() -> BTreeMap<&'static str, Work> {
    // A search goes through so many pages of the file, in an index and then in the table. The first
    // one of a connection reads the schema as well.
    let search = 12 * BLOCK;
    let work = |calls, rows, page, bytes| Work {
        calls,
        rows,
        page,
        bytes,
    };
    BTreeMap::from([
        // The header and its key, key slots, the secret, the data key.
        ("open and resolve one", work(4, 5, 2, 6 * search)),
        // In two scopes.
        ("resolve one", work(1, 1, 1, 2 * search)),
        ("resolve three", work(1, 3, 3, 6 * search)),
        ("reveal", work(1, 1, 1, 2 * search)),
        // Keys are hashes, so each row lies in another page of the table.
        ("list a page", work(1, PAGE, PAGE, PAGE * 2 * BLOCK)),
        ("list the next page", work(1, PAGE, PAGE, PAGE * 2 * BLOCK)),
        ("put the next version", work(2, 3, 2, 8 * search)),
        // Each row by page, by key and by scope. Those by key and by scope may lie in another page
        // of the file each.
        (
            "verify",
            work(
                3 * SECRETS as u64 / PAGE + 3 * PROJECTS as u64,
                3 * SECRETS as u64 + PAGE,
                PAGE,
                2 * SECRETS as u64 * BLOCK,
            ),
        ),
    ])
}

/// Numbers of this process, as a file of the system says them.
fn number(file: &str, name: &str) -> u64 {
    let text = fs::read_to_string(Path::new("/proc/self").join(file)).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let digits = line.unwrap().trim().trim_end_matches(" kB");
    digits.parse().unwrap()
}

fn key() -> RootKey {
    RootKey::from_base64(KEY).unwrap()
}

fn build(file: &Path) {
    let vault = Vault::create(file, &key()).unwrap();
    let fill = |scope: &str, prefix: &str, count: usize| {
        let items = (0..count).map(|number| {
            let name = format!("{prefix}_{number}");
            (name, format!("{number:08} of forty bytes, like a token ab"))
        });
        let scope = vault.scope(scope).unwrap();
        assert_eq!(
            scope.put_all(items, OnExisting::Fail).unwrap().changed,
            count
        );
    };
    fill("acme", "ORG", SECRETS - PROJECTS * OF_A_PROJECT);
    for project in 0..PROJECTS {
        fill(&format!("acme/project-{project}"), "PRJ", OF_A_PROJECT);
    }
}

#[test]
#[ignore = "run by the test beside it, in a process of its own"]
fn child() {
    let file = PathBuf::from(std::env::var_os(FILE).unwrap());
    let memory = number("status", "VmRSS:");
    let counts = Arc::new(Counts::default());
    let store = Counting::new(
        SqliteStore::open(&file).unwrap(),
        Arc::clone(&counts),
        std::env::var_os(GREEDY).is_some(),
    );
    let measure = |name: &str, work: &mut dyn FnMut()| {
        let before = number("io", "rchar:");
        work();
        let bytes = number("io", "rchar:") - before;
        let [calls, rows, page] = counts.take();
        println!("work: {name}: {calls} {rows} {page} {bytes}");
    };
    let mut vault = None;
    let mut store = Some(store);
    let resolve = |vault: &Vault, project: usize, names: &[&str]| {
        let scope = vault.scope(format!("acme/project-{project}")).unwrap();
        let texts = names.iter().map(|name| format!("<<$secret.{name}>> "));
        let text = texts.collect::<Vec<_>>().concat();
        assert_eq!(
            scope.resolve(text.as_str()).unwrap().expose_secret().len(),
            41 * names.len()
        );
    };
    measure("open and resolve one", &mut || {
        let builder = Vault::builder().store(store.take().unwrap());
        let opened = builder.open(&key()).unwrap();
        resolve(&opened, 7, &["PRJ_7"]);
        vault = Some(opened);
    });
    let vault = vault.unwrap();
    let own = vault.scope("acme").unwrap();
    measure("resolve one", &mut || resolve(&vault, 50, &["ORG_41234"]));
    measure("resolve three", &mut || {
        resolve(&vault, 90, &["ORG_3", "PRJ_299", "ORG_30000"]);
    });
    measure("reveal", &mut || {
        assert_eq!(own.reveal("ORG_17171").unwrap().expose_secret().len(), 40);
    });
    let mut last = None;
    measure("list a page", &mut || {
        last = own.list().take(100).map(Result::unwrap).last();
    });
    let last = last.unwrap().name;
    measure("list the next page", &mut || {
        let next = own.list().after(&last).take(100).map(Result::unwrap);
        assert_eq!(next.count(), 100);
    });
    measure("put the next version", &mut || {
        own.put("ORG_25000", "the next version").unwrap();
    });
    measure("verify", &mut || {
        assert!(vault.verify().unwrap().is_intact());
    });
    println!("memory: {}", (number("status", "VmHWM:") - memory) * 1024);
}

/// Runs the child, and returns the work of each call and the memory.
fn run(file: &Path, greedy: bool) -> (BTreeMap<String, Work>, u64) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "child", "--ignored", "--nocapture"])
        .env(FILE, file);
    if greedy {
        command.env(GREEDY, "");
    }
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let works = said.lines().filter_map(|line| {
        let (name, numbers) = line.split_once("work: ")?.1.split_once(": ")?;
        let mut numbers = numbers.split(' ').map(|number| number.parse().unwrap());
        let mut next = || numbers.next().unwrap();
        let (calls, rows, page, bytes) = (next(), next(), next(), next());
        let work = Work {
            calls,
            rows,
            page,
            bytes,
        };
        Some((name.to_owned(), work))
    });
    let memory = said.lines().find_map(|line| line.split_once("memory: "));
    println!("{said}");
    (works.collect(), memory.unwrap().1.parse().unwrap())
}

#[test]
fn calls_on_a_hundred_thousand_secrets_read_what_they_need() {
    let folder = tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap();
    let file = folder.path().join("vault.db");
    build(&file);
    let copy = folder.path().join("copy.db");
    fs::copy(&file, &copy).unwrap();
    let (within, beyond) = thread::scope(|threads| {
        let greedy = threads.spawn(|| run(&copy, true));
        (run(&file, false), greedy.join().unwrap())
    });
    let ((works, memory), (greedy, most_memory)) = (within, beyond);
    let bounds = bounds();
    assert!(works.keys().eq(bounds.keys()) && greedy.keys().eq(bounds.keys()));
    for (name, most) in bounds {
        let (is, beyond) = (works[name], greedy[name]);
        let within = |work: Work| {
            [
                work.calls <= most.calls,
                work.rows <= most.rows,
                work.page <= most.page,
                work.bytes <= most.bytes,
            ]
        };
        assert_eq!(within(is), [true; 4], "{name}: {is:?} of {most:?}");
        assert_eq!(within(beyond), [false; 4], "{name}: {beyond:?} of {most:?}");
    }
    assert!(memory <= MEMORY, "{memory} bytes");
    assert!(most_memory > MEMORY, "{most_memory} bytes");
}
