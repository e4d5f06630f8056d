//! Processes that are killed with -9 at any moment.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::check::{check, counts, root_of};
use super::journal::{Journal, Writer};
use super::operations::Operation;
use super::random::{Random, number};
use super::traces::Traces;
use super::worker::{CANARIES, Worker, choose, open_logged, open_or_create_logged};

const FOLDER: &str = "KEYSLOT_DURABLE_FOLDER";
const PROCESS: &str = "KEYSLOT_DURABLE_PROCESS";
const SEED: &str = "KEYSLOT_DURABLE_SEED";

/// Processes at a time, threads of each, and rounds of one vault: each round reads all of its log.
const PROCESSES: u32 = 2;
const THREADS: u32 = 2;
const ROUNDS_OF_A_VAULT: u64 = 40;

/// Milliseconds after which all processes are killed at the latest.
const LONGEST: u64 = 80;

fn start(folder: &Path, process: u32, seed: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kills::child", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .env(PROCESS, process.to_string())
        .env(SEED, seed.to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "run by the test beside it, in processes of their own"]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let (process, seed) = (number(PROCESS, 0), number(SEED, 0));
    let file = folder.join("vault.db");
    let mut root = root_of(&file).unwrap();
    let vault = open_logged(&file, process % 2 == 0).unwrap();
    let journal = Writer::open(&folder.join("journal"));
    std::thread::scope(|threads| {
        for thread in 0..u64::from(THREADS) {
            let number = u32::try_from(process).unwrap() * THREADS + u32::try_from(thread).unwrap();
            let worker = Worker::new(&vault, number, &folder, &journal);
            threads.spawn(move || {
                let mut random = Random::new(seed * 1000 + u64::from(number));
                while worker.work(choose(&mut random, number, &mut root)) {}
            });
        }
    });
}

/// A vault whose processes are killed again and again.
struct Victim {
    folder: tempfile::TempDir,
    journal: Journal,
    read: usize,
}

impl Victim {
    fn new(rollback: bool) -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").unwrap();
        drop(open_or_create_logged(&folder.path().join("vault.db"), rollback).unwrap());
        Self {
            folder,
            journal: Journal {
                begun: Some(Vec::new()),
                ..Journal::default()
            },
            read: 0,
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("vault.db")
    }

    /// Starts processes, kills them, and compares the vault with what they said.
    fn round(&mut self, random: &mut Random, traces: &Traces) -> Result<(), String> {
        let seed = random.below(1 << 30);
        let mut children: Vec<_> = (0..PROCESSES)
            .map(|process| start(self.folder.path(), process, seed))
            .collect();
        // Most of them at work, and some as they open the vault.
        let log = self.folder.path().join("journal");
        let length = || fs::metadata(&log).map_or(0, |found| found.len());
        if random.below(4) > 0 {
            let patience = Instant::now() + Duration::from_secs(10);
            while length() == self.read as u64 && Instant::now() < patience {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        for child in &mut children {
            std::thread::sleep(Duration::from_micros(random.below(1000 * LONGEST / 2)));
            child.kill().unwrap();
        }
        children
            .iter_mut()
            .for_each(|child| assert!(!child.wait().unwrap().success()));
        // As the processes left it, before anybody goes on. The journal has no names.
        if let Some(file) = traces.find(self.folder.path(), &["journal", "-ballast"]) {
            return Err(format!("{file} is readable"));
        }
        self.compare()
    }

    fn compare(&mut self) -> Result<(), String> {
        let text = fs::read_to_string(self.folder.path().join("journal")).unwrap_or_default();
        self.journal.read(&text[self.read..])?;
        self.read = text.len();
        check(&self.file(), &mut self.journal, PROCESSES * THREADS)
    }
}

#[test]
fn killed_at_any_moment_nothing_acknowledged_is_lost() {
    let kills = number("KEYSLOT_KILLS", 200);
    let mut random = Random::new(number(SEED, 1));
    let traces = Traces::of(&CANARIES);
    let (mut killed, mut cut_off, mut acknowledged) = (0, 0, 0);
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    while killed < kills {
        let rollback = killed / (u64::from(PROCESSES) * ROUNDS_OF_A_VAULT) % 3 == 2;
        let mut victim = Victim::new(rollback);
        for round in 0..ROUNDS_OF_A_VAULT.min((kills - killed).div_ceil(2)) {
            killed += u64::from(PROCESSES);
            if let Err(difference) = victim.round(&mut random, &traces) {
                let kept = victim.folder.keep();
                panic!("round {round}, rollback journal {rollback}, in {kept:?}: {difference}");
            }
        }
        acknowledged += victim.journal.acknowledged;
        cut_off += victim.journal.cut_off;
        for (kind, count) in &victim.journal.refused {
            *refused.entry(kind.clone()).or_default() += count;
        }
    }
    println!(
        "{killed} kills, {cut_off} operations cut off, {acknowledged} acknowledged; refused: {}",
        counts(&refused)
    );
    assert!(
        acknowledged as u64 > kills / 4 && cut_off as u64 > kills / 8,
        "they were at work"
    );
    assert!(!refused.contains_key("busy"), "nobody waits for long");
}

/// Each difference is found: a vault of the past, writes that were never made or only in part, and
/// answers that cannot be.
#[test]
fn the_check_finds_what_is_lost() {
    let mut victim = Victim::new(false);
    let folder = victim.folder.path().to_owned();
    let journal = Writer::open(&folder.join("journal"));
    let vault = open_logged(&victim.file(), false).unwrap();
    let work = |operation| {
        Worker::new(&vault, 0, &folder, &journal).work(operation);
    };
    work(Operation::Put(0, 3));
    work(Operation::Put(1, 4));
    victim.compare().unwrap();

    // A state of before: the backup of an earlier moment in place of the vault.
    let past = folder.join("past.db");
    vault.backup_to(&past).unwrap();
    work(Operation::Put(0, 6));
    work(Operation::Revoke(1));
    victim.compare().unwrap();
    drop(vault);
    let now = folder.join("now.db");
    fs::rename(victim.file(), &now).unwrap();
    fs::rename(&past, victim.file()).unwrap();
    let lost = victim.compare().unwrap_err();
    assert!(lost.contains("is Live(3), not Some(Live(6))"), "{lost}");
    fs::rename(&now, victim.file()).unwrap();
    victim.compare().unwrap();

    // An acknowledged write that never was, and one that was and should not be there.
    for lines in ["> 0 put 2 5\n< 0 ok\n", "> 0 put 0 9\n< 0 ok\n"] {
        let mut journal = victim.journal.clone();
        journal.read(lines).unwrap();
        check(&victim.file(), &mut journal, 4).unwrap_err();
    }
    // Entries of the audit log: one that is missing, one of nobody, and a use that has none.
    let mut logged = victim.journal.clone();
    logged.begun = Some(Vec::new());
    let line = |run: &str| {
        let text = fs::read_to_string(folder.join("journal")).unwrap();
        let begins = text.lines().rfind(|line| line.starts_with('>')).unwrap();
        let begins = begins.split_once('#').unwrap().0;
        format!("{begins}#{run}\n< 0 ok\n")
    };
    let vault = open_logged(&victim.file(), false).unwrap();
    let worker = Worker::new(&vault, 0, &folder, &journal);
    worker.work(Operation::Put(3, 9));
    let wrong = line("0-1");
    let mut missing = logged.clone();
    missing.read(&wrong).unwrap();
    let difference = check(&victim.file(), &mut missing, 4).unwrap_err();
    assert!(
        difference.starts_with("the audit log has [] of"),
        "{difference}"
    );
    let mut nobody = logged.clone();
    nobody.read(&wrong).unwrap();
    nobody.begun = Some(Vec::new());
    let difference = check(&victim.file(), &mut nobody, 4).unwrap_err();
    assert!(difference.ends_with("of nobody"), "{difference}");
    let mut used = victim.journal.clone();
    used.read("> 0 put 3 9\n< 0 ok\n> 0 use 3 #0-2\n= 0 given\n< 0 ok\n")
        .unwrap();
    used.place = missing.place;
    let difference = check(&victim.file(), &mut used, 4).unwrap_err();
    assert!(
        difference.starts_with("the audit log has no use of"),
        "{difference}"
    );
    drop(vault);
    victim.compare().unwrap();

    // Half of a write of several secrets.
    let mut half = victim.journal.clone();
    half.read("> 1 put_all 6\n").unwrap();
    check(&victim.file(), &mut half, 4).unwrap();
    half.read("> 1 put_all 6\n").unwrap();
    let vault = open_logged(&victim.file(), false).unwrap();
    Worker::new(&vault, 1, &folder, &Writer::open(&folder.join("unread")))
        .work(Operation::Put(0, 6));
    let difference = check(&victim.file(), &mut half, 4).unwrap_err();
    assert!(difference.starts_with("half of a write"), "{difference}");

    // An answer that cannot be.
    let mut wrong = victim.journal.clone();
    for lines in [
        "> 0 put 1 5\n< 0 ok\n",
        "> 0 put 0 5\n< 0 busy\n",
        "> 0 delete 5\n< 0 ok\n",
    ] {
        wrong.read(lines).unwrap_err();
    }
    // A root key that is another one.
    let mut other = victim.journal.clone();
    other.read("> 0 root 1\n< 0 ok\n").unwrap();
    check(&victim.file(), &mut other, 4).unwrap_err();
}
