//! Writers of many processes: each gets its turn.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use keyslot::{RootKey, Vault};

const KEY: &str = "O+EHmlTI8y1htg6I10UfqnPsOZJdBM+xaBblfqNA2yk=";

const FILE: &str = "KEYSLOT_TEST_FILE";
const SECONDS: &str = "KEYSLOT_FAIRNESS_SECONDS";
const PROCESSES: usize = 6;

/// Longer than a write waits for others, so that one that never gets its turn is noticed.
const SHORT: u64 = 7;

fn key() -> RootKey {
    RootKey::from_base64(KEY).unwrap()
}

fn seconds() -> u64 {
    std::env::var(SECONDS).map_or(SHORT, |seconds| seconds.parse().unwrap())
}

#[test]
#[ignore = "run by the test beside it, in processes of their own"]
fn child() {
    let vault = Vault::open(PathBuf::from(std::env::var_os(FILE).unwrap()), &key()).unwrap();
    let scope = vault.scope("acme").unwrap();
    let name = format!("OF_{}", std::process::id());
    let end = Instant::now() + Duration::from_secs(seconds());
    while Instant::now() < end {
        let start = Instant::now();
        let outcome = match scope.put(&name, "t-1") {
            Ok(_) => "ok".to_owned(),
            Err(error) => error.kind().to_string(),
        };
        println!("put: {} {outcome}", start.elapsed().as_micros());
    }
}

/// In a folder on a disk, where a commit takes its time; the campaign runs it for longer, and reads
/// the ratio.
#[test]
fn none_of_six_processes_that_put_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vault.db");
    drop(Vault::create(&file, &key()).unwrap());
    let children: Vec<_> = (0..PROCESSES)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "child", "--ignored", "--nocapture"])
                .env(FILE, &file)
                .env(SECONDS, seconds().to_string())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let mut waits = Vec::new();
    for child in children {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let puts: Vec<(u64, &str)> = said
            .lines()
            .filter_map(|line| line.split_once("put: ")?.1.split_once(' '))
            .map(|(wait, outcome)| (wait.parse().unwrap(), outcome))
            .collect();
        assert!(!puts.is_empty(), "a process made no put: {said}");
        let refused: Vec<_> = puts
            .iter()
            .filter(|(_, outcome)| *outcome != "ok")
            .collect();
        assert!(refused.is_empty(), "of {} puts: {refused:?}", puts.len());
        println!("{} puts", puts.len());
        waits.extend(puts.into_iter().map(|(wait, _)| wait));
    }
    waits.sort_unstable();
    let (median, longest) = (waits[waits.len() / 2], waits[waits.len() - 1]);
    println!(
        "{} puts in all; the longest took {} times as long as the median one",
        waits.len(),
        longest / median.max(1)
    );
}
