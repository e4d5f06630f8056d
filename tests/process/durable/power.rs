//! Power that is lost at any moment: a run is recorded, and the disk made anew as it may be then.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use super::check::check;
use super::disk::{Change, Disk, Luck, Trace};
use super::journal::{Journal, Writer};
use super::operations::Operation;
use super::random::{Random, number};
use super::shim::program;
use super::worker::{Worker, choose, open_or_create, open_or_create_logged};

const FOLDER: &str = "KEYSLOT_POWER_FOLDER";
const SEED: &str = "KEYSLOT_DURABLE_SEED";
const ROLLBACK: &str = "KEYSLOT_POWER_ROLLBACK";
const OPERATIONS: &str = "KEYSLOT_POWER_OPERATIONS";

/// Name of the journal, which lies beside the vault and is believed whole: it is the memory of
/// those who were told.
const JOURNAL: &str = "journal";

const LUCK: [Luck; 5] = [
    Luck::Nothing,
    Luck::Everything,
    Luck::First,
    Luck::Writes,
    Luck::Sectors,
];

#[test]
#[ignore = "run by the tests beside it, in processes of their own"]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let journal = Writer::open(&folder.join(JOURNAL));
    let rollback = std::env::var_os(ROLLBACK).is_some();
    journal.begins(0, Operation::Open);
    let vault = open_or_create_logged(&folder.join("vault.db"), rollback).unwrap();
    journal.ended(0, Ok(()));
    let worker = Worker::new(&vault, 0, &folder, &journal);
    let (mut random, mut root) = (Random::new(number(SEED, 1)), 0);
    for _ in 0..number(OPERATIONS, 60) {
        assert!(worker.work(choose(&mut random, 0, &mut root)));
    }
}

/// Runs a process that works on a new vault, and returns all that it did to the disk.
fn record(seed: u64, rollback: bool) -> Trace {
    let scratch = tempfile::tempdir_in("/dev/shm").unwrap();
    let (folder, trace) = (scratch.path().join("vault"), scratch.path().join("trace"));
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let mut process = program("power::child", &folder);
    process
        .env(FOLDER, &folder)
        .env(SEED, seed.to_string())
        .env("SHIM_TRACE", &trace);
    if rollback {
        process.env(ROLLBACK, "1");
    }
    assert!(process.status().unwrap().success());
    Trace::read(&trace)
}

/// Counts of one campaign.
#[derive(Default)]
struct Outcome {
    images: u64,
    acknowledged: usize,
    unsynced: u64,
    differences: Vec<String>,
}

/// Cuts the power at so many moments of a run, and compares each vault with the journal of then.
fn cut(trace: &Trace, images: u64, random: &mut Random, is_off: bool, outcome: &mut Outcome) {
    let end = trace.changes.len() as u64;
    let mut moments: BTreeMap<u64, u64> = BTreeMap::new();
    (0..images).for_each(|_| *moments.entry(random.below(end) + 1).or_default() += 1);
    let mut disk = Disk::default();
    disk.is_off = is_off;
    let mut told = (None, String::new());
    for (moment, change) in (1..).zip(&trace.changes) {
        match change {
            Change::Create(file, name) if name == JOURNAL => told.0 = Some(*file),
            Change::Write(file, _, data) if told.0 == Some(*file) => {
                told.1
                    .push_str(std::str::from_utf8(trace.data(data)).unwrap());
            }
            change => disk.apply(change, trace),
        }
        for _ in 0..moments.get(&moment).copied().unwrap_or_default() {
            let luck = LUCK[usize::try_from(random.below(LUCK.len() as u64)).unwrap()];
            outcome.images += 1;
            if let Err(difference) = compare(&disk, luck, random, trace, &told.1, outcome) {
                let difference = format!("at change {moment}, {luck:?}: {difference}");
                outcome.differences.push(difference);
            }
        }
    }
}

fn compare(
    disk: &Disk,
    luck: Luck,
    random: &mut Random,
    trace: &Trace,
    told: &str,
    outcome: &mut Outcome,
) -> Result<(), String> {
    let folder = tempfile::tempdir_in("/dev/shm").unwrap();
    disk.lose_power(luck, random, trace, folder.path());
    outcome.unsynced += u64::from(disk.has_unsynced());
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }
    let mut journal = Journal {
        begun: Some(Vec::new()),
        ..Journal::default()
    };
    journal.read(told)?;
    outcome.acknowledged += journal.acknowledged;
    let file = folder.path().join("vault.db");
    if journal.acknowledged == 0 {
        // It was being made: a vault is there or none, and it can be made.
        return open_or_create(&file, false, false)
            .map(drop)
            .map_err(|error| format!("cannot be made again: {error}"));
    }
    check(&file, &mut journal, 1)
}

#[test]
fn whenever_power_is_lost_nothing_acknowledged_is() {
    let (seed, images) = (number(SEED, 1), number("KEYSLOT_POWER_IMAGES", 300));
    let mut outcome = Outcome::default();
    // A run has few moments, so there is another one for each so many images.
    for run in 0..images.div_ceil(250) {
        let trace = record(seed + run, run % 3 == 2);
        let mut random = Random::new(seed + run);
        cut(&trace, images.min(250), &mut random, false, &mut outcome);
    }
    println!(
        "{} images, {} of them amid writes, of {} acknowledged operations",
        outcome.images, outcome.unsynced, outcome.acknowledged
    );
    let differences = &outcome.differences;
    assert!(
        differences.is_empty(),
        "{}: {differences:#?}",
        differences.len()
    );
    assert!(
        outcome.unsynced * 4 > outcome.images,
        "what is not synced can be lost"
    );
}

/// The same writes without a sync, which is what `synchronous = OFF` does, lose data.
#[test]
fn without_syncs_data_is_lost() {
    for rollback in [false, true] {
        let trace = record(7, rollback);
        let mut outcome = Outcome::default();
        cut(&trace, 60, &mut Random::new(1), true, &mut outcome);
        println!(
            "{} of {} images are found",
            outcome.differences.len(),
            outcome.images
        );
        assert!(outcome.differences.len() > 10);
    }
}
