//! One vault, built and measured.

use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use keyslot::secrecy::ExposeSecret;
use keyslot::{OnExisting, RootKey, ScopedVault, Vault};

use crate::bytes::{self, Part};
use crate::memory::Memory;

/// Secrets of an organization, and its projects.
const OF_AN_ORGANIZATION: u64 = 1000;
const PROJECTS: u64 = 4;

/// Calls of each kind that are timed.
const CALLS: usize = 2000;

/// Name and time of a kind of call: the median and the 99th percentile of many, or one of a few.
pub struct Timed {
    pub name: &'static str,
    pub median: Duration,
    pub high: Option<Duration>,
}

/// The figures of one vault.
pub struct Grown {
    pub secrets: u64,
    pub built: Duration,
    pub calls: Vec<Timed>,
    pub memory: Memory,
    /// The file of the vault, in bytes.
    pub file: u64,
    pub parts: Vec<Part>,
}

pub fn key() -> RootKey {
    RootKey::from_hex("8f3a1c5e92d70b46e81f5a9c3d6b2047f19e8c34a5d0726b1be94f8a60c3d752").unwrap()
}

fn project(vault: &Vault, number: u64) -> ScopedVault {
    let scope = format!("org-{}/project-{}", number / PROJECTS, number % PROJECTS);
    vault.scope(scope).unwrap()
}

/// Builds a vault of so many secrets in memory, so that no disk is measured, and times calls on it.
pub fn measure(secrets: u64) -> Grown {
    let folder = tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap();
    let file = folder.path().join("vault.db");
    let projects = secrets / OF_AN_ORGANIZATION * PROJECTS;
    let start = Instant::now();
    build(&file, secrets, projects);
    let built = start.elapsed();
    let memory = Memory::in_a_process_of_its_own(&file, projects);
    let start = Instant::now();
    let vault = Vault::open(&file, &key()).unwrap();
    project(&vault, 0).resolve("<<$secret.KEY_0>>").unwrap();
    let mut calls = vec![once("open and first resolve", start.elapsed())];
    calls.extend(reads(&vault, projects));
    calls.extend(walks(&vault, folder.path()));
    drop(vault);
    calls.push(page_of_one_scope(secrets, folder.path()));
    Grown {
        secrets,
        built,
        calls,
        memory,
        file: std::fs::metadata(&file).unwrap().len(),
        parts: bytes::parts(&file),
    }
}

/// A page of a scope that has as many secrets as fit in 100,000.
fn page_of_one_scope(secrets: u64, folder: &Path) -> Timed {
    let file = folder.join("one scope.db");
    let secrets = secrets.min(100_000);
    build(&file, secrets, 1);
    let scope = project(&Vault::open(&file, &key()).unwrap(), 0);
    let middle = scope
        .list()
        .nth(secrets as usize / 2)
        .unwrap()
        .unwrap()
        .name;
    let took = (0..200).map(|_| {
        let start = Instant::now();
        assert_eq!(scope.list().after(&middle).take(100).count(), 100);
        start.elapsed()
    });
    many(
        "list a page of 100 of one scope with all, of 100,000 at most",
        took.collect(),
    )
}

fn build(file: &Path, secrets: u64, projects: u64) {
    let bar = ProgressBar::new(secrets).with_style(
        ProgressStyle::with_template("{bar:40} {pos}/{len} secrets, {per_sec}, {eta} left")
            .unwrap(),
    );
    let vault = Vault::create(file, &key()).unwrap();
    for number in 0..projects {
        let items = (0..secrets / projects).map(|secret| {
            let value = format!("{number:08}-{secret:08} of forty bytes, a token");
            (format!("KEY_{secret}"), value)
        });
        let done = project(&vault, number).put_all(items, OnExisting::Fail);
        bar.inc(done.unwrap().changed as u64);
    }
    bar.finish_and_clear();
}

/// Calls that are made all the time, on secrets by chance.
pub fn reads(vault: &Vault, projects: u64) -> Vec<Timed> {
    let mut random = 1_u64;
    let mut chance = |end: u64| {
        random = random
            .wrapping_mul(0x5851_F42D_4C95_7F2D)
            .wrapping_add(0x1405_7B7E_F767_814F);
        (random >> 33) % end
    };
    let mut scopes: Vec<ScopedVault> = Vec::new();
    scopes.extend((0..CALLS).map(|_| project(vault, chance(projects))));
    let texts: Vec<String> = (0..CALLS)
        .map(|_| {
            let [a, b, c] = [(); 3].map(|()| chance(OF_AN_ORGANIZATION / PROJECTS));
            format!("<<$secret.KEY_{a}>> <<$secret.KEY_{b}>> <<$secret.KEY_{c}>>")
        })
        .collect();
    let calls = |work: &dyn Fn(usize)| -> Vec<Duration> {
        let timed = |at| {
            let start = Instant::now();
            work(at);
            start.elapsed()
        };
        (0..CALLS).map(timed).collect()
    };
    let one = calls(&|at| {
        let text = &texts[at][..texts[at].find(' ').unwrap()];
        assert!(!scopes[at].resolve(text).unwrap().expose_secret().is_empty());
    });
    let hot = calls(&|_| drop(scopes[0].resolve("<<$secret.KEY_1>>").unwrap()));
    let three = calls(&|at| drop(scopes[at].resolve(&texts[at]).unwrap()));
    let page = calls(&|at| assert_eq!(scopes[at].list().take(100).count(), 100));
    let put = calls(&|at| drop(scopes[at].put("KEY_0", "the next version").unwrap()));
    vec![
        many("resolve one, by chance", one),
        many("resolve one, the same", hot),
        many("resolve three, by chance", three),
        many("list a page of 100", page),
        many("put the next version", put),
    ]
}

/// Calls that go through an organization, or through all.
pub fn walks(vault: &Vault, folder: &Path) -> Vec<Timed> {
    let timed = |name, work: &dyn Fn()| {
        let start = Instant::now();
        work();
        once(name, start.elapsed())
    };
    vec![
        timed("rotate and rewrap one organization", &|| {
            vault.rotate_data_key("org-0").unwrap();
            vault.rewrap("org-0").unwrap().finish().unwrap();
        }),
        timed("verify", &|| assert!(vault.verify().unwrap().is_intact())),
        timed("backup, verified", &|| {
            drop(vault.backup_to(folder.join("copy.db")).unwrap());
        }),
    ]
}

fn once(name: &'static str, took: Duration) -> Timed {
    Timed {
        name,
        median: took,
        high: None,
    }
}

fn many(name: &'static str, mut took: Vec<Duration>) -> Timed {
    took.sort_unstable();
    Timed {
        name,
        median: took[took.len() / 2],
        high: Some(took[took.len() * 99 / 100]),
    }
}
