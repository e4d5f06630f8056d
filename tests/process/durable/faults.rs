//! System calls that fail: each call of each scenario, in six ways.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use keyslot::ErrorKind;

use super::check::{check, counts};
use super::journal::{Journal, Writer};
use super::operations::Operation::{
    self, AddKey, Backup, Compact, Delete, Destroy, EraseOther, Off, On, Purge, Put, PutAll, Read,
    RemoveKey, Replace, Revoke, Rewrap, Root, Rotate, Use,
};
use super::random::{Random, number};
use super::shim::program;
use super::worker::{PATIENCE, Worker, open, open_logged, open_or_create, open_or_create_logged};

const FOLDER: &str = "KEYSLOT_FAULTS_FOLDER";
const SCENARIO: &str = "KEYSLOT_FAULTS_SCENARIO";
const ROLLBACK: &str = "KEYSLOT_FAULTS_ROLLBACK";

/// Ways in which a call fails.
const MODES: [&str; 6] = ["full", "broken", "short", "torn", "before", "after"];

/// The exit code of a process that the library ended.
const ENDED: i32 = 77;

/// One piece of work: operations before it, without faults, and its own.
type Scenario = (
    &'static str,
    Option<&'static [Operation]>,
    &'static [Operation],
);

/// Values with the remainder 2 of a division by 3 take pages of their own.
const SCENARIOS: [Scenario; 17] = [
    ("create", None, &[Put(0, 1)]),
    ("read", Some(&[PutAll(3)]), &[Read]),
    ("use", Some(&[PutAll(3)]), &[Use(0), Use(1), Use(0)]),
    ("put", Some(&[Put(0, 1)]), &[Put(1, 3)]),
    ("next_version", Some(&[Put(0, 1), Put(0, 2)]), &[Put(0, 5)]),
    ("put_all", Some(&[Put(0, 1)]), &[PutAll(5)]),
    ("revoke", Some(&[Put(0, 2), Put(0, 5)]), &[Revoke(0)]),
    ("replace", Some(&[Put(0, 1), Revoke(0)]), &[Replace(0, 5)]),
    ("delete", Some(&[Put(0, 2), Put(1, 1)]), &[Delete(0)]),
    ("status", Some(&[Put(0, 1)]), &[Off(0), On(0)]),
    ("root_key", Some(&[Put(0, 1)]), &[Root(1)]),
    ("spare_key", Some(&[Put(0, 1)]), &[AddKey, RemoveKey]),
    ("rotate", Some(&[PutAll(3)]), &[Rotate, Rewrap, Destroy]),
    ("backup", Some(&[PutAll(3)]), &[Backup(1)]),
    (
        "compact",
        Some(&[PutAll(5), PutAll(8), Delete(0)]),
        &[Compact],
    ),
    ("purge", Some(&[PutAll(5)]), &[Put(0, 1), Purge]),
    ("erase", Some(&[PutAll(3)]), &[EraseOther]),
];

#[test]
#[ignore = "run by the tests beside it, in processes of their own"]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let file = folder.join("vault.db");
    let scenario = &SCENARIOS[usize::try_from(number(SCENARIO, 0)).unwrap()];
    let journal = Writer::open(&folder.with_extension("journal"));
    journal.begins(0, Operation::Open);
    let opened = match scenario.1 {
        None => open_or_create_logged(&file, std::env::var_os(ROLLBACK).is_some()),
        Some(_) => open_logged(&file, true),
    };
    journal.ended(0, opened.as_ref().map(drop).map_err(|error| error.kind()));
    if let Ok(vault) = opened {
        let worker = Worker::new(&vault, 0, &folder, &journal);
        let _ = scenario.2.iter().all(|operation| worker.work(*operation));
    }
}

/// A vault as it is before a scenario, which is copied for each fault.
struct Stage {
    number: usize,
    rollback: bool,
    folder: tempfile::TempDir,
    journal: Journal,
}

/// A fault: the way in which a call fails, and its number.
type Fault = (&'static str, u64);

impl Stage {
    fn new(number: usize, rollback: bool) -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").unwrap();
        let (file, text) = (
            folder.path().join("vault.db"),
            folder.path().join("journal"),
        );
        let mut journal = Journal {
            begun: Some(Vec::new()),
            ..Journal::default()
        };
        if let Some(operations) = SCENARIOS[number].1 {
            let vault = open_or_create_logged(&file, rollback).unwrap();
            let other = vault.scope("other").unwrap();
            other
                .put("KEY", "of an organization that is erased")
                .unwrap();
            let writer = Writer::open(&text);
            let worker = Worker::new(&vault, 0, folder.path(), &writer);
            operations
                .iter()
                .for_each(|operation| assert!(worker.work(*operation)));
            drop(vault);
            journal.read(&fs::read_to_string(&text).unwrap()).unwrap();
            fs::remove_file(&text).unwrap();
        }
        journal.is_faulty = true;
        Self {
            number,
            rollback,
            folder,
            journal,
        }
    }

    /// Runs the scenario with a fault, and compares the vault with what the process said. Returns
    /// the number of calls, and the errors that were told.
    fn run(&self, fault: Option<Fault>) -> Result<(u64, BTreeMap<String, usize>), String> {
        let scratch = tempfile::tempdir_in("/dev/shm").unwrap();
        let folder = scratch.path().join("vault");
        fs::create_dir(&folder).unwrap();
        for entry in fs::read_dir(self.folder.path()).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
        }
        fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let counted = scratch.path().join("count");
        let mut process = program("faults::child", &folder);
        process
            .env(FOLDER, &folder)
            .env(SCENARIO, self.number.to_string())
            // A lock that fails looks like one that another process has.
            .env(PATIENCE, "50")
            .env("SHIM_COUNT", &counted);
        if self.rollback {
            process.env(ROLLBACK, "1");
        }
        if let Some((mode, at)) = fault {
            process
                .env("SHIM_MODE", mode)
                .env("SHIM_AT", at.to_string());
        }
        let code = process.status().unwrap().code();
        if code != Some(0) && code != Some(ENDED) {
            return Err(format!("the process ended with {code:?}"));
        }
        let calls = fs::read_to_string(&counted).unwrap().parse().unwrap();
        if let Some((_, at)) = fault {
            assert!(calls >= at, "call {at} was made");
        }
        let mut journal = self.journal.clone();
        let said = fs::read_to_string(folder.with_extension("journal")).unwrap();
        journal.read(&said)?;
        self.compare(&folder, &mut journal, &said)?;
        Ok((calls, journal.refused))
    }

    fn compare(&self, folder: &Path, journal: &mut Journal, said: &str) -> Result<(), String> {
        let file = folder.join("vault.db");
        if SCENARIOS[self.number].1.is_none() && !is_vault(&file) {
            // Nothing was made, so nothing may have been acknowledged; and it can be made now.
            if journal.states.values().next().is_some() {
                return Err("a vault that was acknowledged is not there".to_owned());
            }
            open_or_create(&file, self.rollback, false)
                .map(drop)
                .map_err(|error| format!("cannot be made again: {error}"))?;
        }
        check(&file, journal, 1).map_err(|difference| format!("{difference}\n{said}"))
    }
}

/// Returns true if a vault is there. One is made in two steps, the file and its first rows; whoever
/// opens it or creates it goes on.
fn is_vault(file: &Path) -> bool {
    file.exists() && open(file, false).is_ok_and(|vault| vault.verify().is_ok())
}

/// The calls of a scenario that fail in turn: all of them in a campaign, and some otherwise.
fn calls(all: u64, usual: u64, random: &mut Random) -> Vec<u64> {
    let sample = number("KEYSLOT_FAULTS", usual);
    if sample == 0 || all <= sample {
        return (1..=all).collect();
    }
    // One of each stretch.
    (0..sample)
        .map(|part| part * all / sample + 1 + random.below(all / sample))
        .collect()
}

#[test]
fn whatever_call_fails_nothing_is_lost() {
    let mut random = Random::new(number("KEYSLOT_DURABLE_SEED", 1));
    let (mut faults, mut points) = (0, 0);
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    let mut differences = Vec::new();
    for (number, (name, ..)) in SCENARIOS.iter().enumerate() {
        for rollback in [false, true] {
            let stage = Stage::new(number, rollback);
            let (all, _) = stage.run(None).unwrap();
            points += all;
            for mode in MODES {
                for at in calls(all, 2, &mut random) {
                    faults += 1;
                    match stage.run(Some((mode, at))) {
                        Ok((_, kinds)) => kinds.into_iter().for_each(|(kind, count)| {
                            *told.entry(kind).or_default() += count;
                        }),
                        Err(difference) => differences.push(format!(
                            "{name}, rollback journal {rollback}, {mode} at {at}: {difference}"
                        )),
                    }
                }
            }
        }
    }
    println!("{faults} faults at {points} calls; told: {}", counts(&told));
    assert!(
        differences.is_empty(),
        "{}: {}",
        differences.len(),
        differences.join("\n")
    );
    // A disk that fails is not a vault that was tampered with, nor none. (SQLite says that it is
    // damaged when it cannot read the tables of one.)
    for kind in [
        ErrorKind::Tampered,
        ErrorKind::NotAVault,
        ErrorKind::WrongKey,
    ] {
        assert!(!told.contains_key(&kind.to_string()), "{kind}");
    }
}

/// Each value that was given has its entry in the audit log, at whichever call the disk fails: the
/// comparison with the journal finds one that has none.
#[test]
fn no_value_is_given_without_its_entry_on_a_disk_that_fails() {
    let is_use = |(name, ..): &Scenario| *name == "use";
    let stage = Stage::new(SCENARIOS.iter().position(is_use).unwrap(), false);
    let mut random = Random::new(number("KEYSLOT_DURABLE_SEED", 1));
    let (all, _) = stage.run(None).unwrap();
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for mode in ["full", "broken"] {
        for at in calls(all, 24, &mut random) {
            let (_, kinds) = stage.run(Some((mode, at))).unwrap();
            for (kind, count) in kinds {
                *told.entry(kind).or_default() += count;
            }
        }
    }
    println!("{all} calls; told: {}", counts(&told));
    for kind in [ErrorKind::StorageFull, ErrorKind::Io] {
        assert!(told.contains_key(&kind.to_string()), "{kind}");
    }
}

/// A disk that says a write was done and does not do it.
#[test]
fn the_check_finds_a_disk_that_lies() {
    let stage = Stage::new(3, false);
    let (all, _) = stage.run(None).unwrap();
    let found = (1..=all)
        .filter(|at| stage.run(Some(("lie", *at))).is_err())
        .count();
    println!("{found} of {all} found");
    assert!(found > 2);
}
