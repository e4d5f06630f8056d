//! A disk that loses power: what of a recorded run is there afterwards.
//!
//! Synced writes are there. Of the writes to a file since its last sync, any part may be there:
//! whole writes or sectors of them, and not in their order. Of names that were made or
//! removed since the last sync of the folder, the first ones may be there.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;

use super::random::Random;

/// Bytes that a disk writes whole.
const SECTOR: usize = 512;

/// One change, as the library between program and C library wrote it down.
#[derive(Clone, Debug)]
pub enum Change {
    Create(u64, String),
    Write(u64, usize, Range<usize>),
    Truncate(u64, usize),
    Sync(u64),
    SyncFolder,
    Unlink(String),
    Link(String, String),
    Rename(String, String),
}

/// A recorded run.
pub struct Trace {
    bytes: Vec<u8>,
    pub changes: Vec<Change>,
}

impl Trace {
    pub fn read(file: &Path) -> Self {
        let bytes = fs::read(file).unwrap();
        let (mut changes, mut at) = (Vec::new(), 0);
        while at < bytes.len() {
            let end = at + bytes[at..].iter().position(|byte| *byte == b'\n').unwrap();
            let line = std::str::from_utf8(&bytes[at..end]).unwrap();
            at = end + 1;
            let words: Vec<_> = line.split(' ').collect();
            let number = |at: usize| words[at].parse::<u64>().unwrap();
            let size = |at: usize| words[at].parse::<usize>().unwrap();
            let text = |at: usize| words[at].to_owned();
            changes.push(match words[0] {
                "C" => Change::Create(number(1), text(2)),
                "W" => {
                    let data = at..at + size(3);
                    at = data.end;
                    Change::Write(number(1), size(2), data)
                }
                "T" => Change::Truncate(number(1), size(2)),
                "S" => Change::Sync(number(1)),
                "D" => Change::SyncFolder,
                "U" => Change::Unlink(text(1)),
                "L" => Change::Link(text(1), text(2)),
                "R" => Change::Rename(text(1), text(2)),
                other => panic!("{other}"),
            });
        }
        Self { bytes, changes }
    }

    pub fn data(&self, range: &Range<usize>) -> &[u8] {
        &self.bytes[range.clone()]
    }
}

/// A write or a new length, of a file.
#[derive(Clone, Debug)]
enum Part {
    Write(usize, Range<usize>),
    Length(usize),
}

/// A file: the bytes that are safe, and all changes since.
#[derive(Clone, Debug, Default)]
struct Held {
    safe: Vec<u8>,
    since: Vec<Part>,
}

/// A change of a name, which is then that of a file, or of none.
type Naming = Vec<(String, Option<usize>)>;

/// Share of what was not synced that is there after a loss of power.
#[derive(Clone, Copy, Debug)]
pub enum Luck {
    /// Nothing of it.
    Nothing,
    /// All of it, as after a crash of the program alone.
    Everything,
    /// The first part of the writes to each file.
    First,
    /// Any of the writes.
    Writes,
    /// Any sectors of any of the writes.
    Sectors,
}

/// The disk at one moment of a run.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    files: Vec<Held>,
    /// The newest file with a number that the file system gave.
    by_number: BTreeMap<u64, usize>,
    names: BTreeMap<String, usize>,
    safe_names: BTreeMap<String, usize>,
    since: Vec<Naming>,
    /// True for a disk, or a program, that syncs nothing.
    pub is_off: bool,
}

impl Disk {
    pub fn apply(&mut self, change: &Change, trace: &Trace) {
        match change {
            Change::Create(number, name) => {
                let file = self.files.len();
                self.files.push(Held::default());
                self.by_number.insert(*number, file);
                self.name(vec![(name.clone(), Some(file))]);
            }
            Change::Write(number, at, data) => {
                self.part(*number, Part::Write(*at, data.clone()));
            }
            Change::Truncate(number, length) => self.part(*number, Part::Length(*length)),
            Change::Sync(number) => {
                let file = self.by_number[number];
                if !self.is_off {
                    let held = &mut self.files[file];
                    for part in std::mem::take(&mut held.since) {
                        part.apply(&mut held.safe, trace, &mut |_| true);
                    }
                }
            }
            Change::SyncFolder => {
                if !self.is_off {
                    self.safe_names = self.names.clone();
                    self.since.clear();
                }
            }
            Change::Unlink(name) => self.name(vec![(name.clone(), None)]),
            Change::Link(old, new) => {
                let file = self.names.get(old).copied();
                self.name(vec![(new.clone(), file)]);
            }
            Change::Rename(old, new) => {
                let file = self.names.get(old).copied();
                self.name(vec![(old.clone(), None), (new.clone(), file)]);
            }
        }
    }

    /// Returns true if anything could be lost now.
    pub fn has_unsynced(&self) -> bool {
        !self.since.is_empty() || self.files.iter().any(|file| !file.since.is_empty())
    }

    fn part(&mut self, number: u64, part: Part) {
        let file = self.by_number[&number];
        self.files[file].since.push(part);
    }

    fn name(&mut self, naming: Naming) {
        rename(&mut self.names, &naming);
        self.since.push(naming);
    }

    /// Makes the folder as it is after a loss of power.
    pub fn lose_power(&self, luck: Luck, random: &mut Random, trace: &Trace, folder: &Path) {
        let mut names = self.safe_names.clone();
        let kept = match luck {
            Luck::Nothing => 0,
            Luck::Everything => self.since.len(),
            _ => usize::try_from(random.below(self.since.len() as u64 + 1)).unwrap(),
        };
        self.since[..kept]
            .iter()
            .for_each(|naming| rename(&mut names, naming));
        for (name, file) in names {
            // Memory that the processes shared, of which a restart leaves nothing.
            if !name.ends_with("-shm") {
                let bytes = self.files[file].after(luck, random, trace);
                fs::write(folder.join(&name), bytes).unwrap();
            }
        }
    }
}

fn rename(names: &mut BTreeMap<String, usize>, naming: &Naming) {
    for (name, file) in naming {
        match file {
            Some(file) => drop(names.insert(name.clone(), *file)),
            None => drop(names.remove(name)),
        }
    }
}

impl Held {
    fn after(&self, luck: Luck, random: &mut Random, trace: &Trace) -> Vec<u8> {
        let mut bytes = self.safe.clone();
        let first = random.below(self.since.len() as u64 + 1);
        for (number, part) in (0..).zip(&self.since) {
            let mut is_there = |_: usize| match luck {
                Luck::Nothing => false,
                Luck::Everything => true,
                Luck::First => number < first,
                Luck::Writes | Luck::Sectors => random.below(2) == 0,
            };
            if matches!(luck, Luck::Sectors) {
                part.apply(&mut bytes, trace, &mut is_there);
            } else {
                let whole = is_there(0);
                part.apply(&mut bytes, trace, &mut |_| whole);
            }
        }
        bytes
    }
}

impl Part {
    /// Does the change to those sectors that are there.
    fn apply(&self, bytes: &mut Vec<u8>, trace: &Trace, is_there: &mut dyn FnMut(usize) -> bool) {
        match self {
            Self::Length(length) => {
                if is_there(0) {
                    bytes.resize(*length, 0);
                }
            }
            Self::Write(at, data) => {
                let data = trace.data(data);
                let mut from = 0;
                while from < data.len() {
                    let to = data.len().min(((at + from) / SECTOR + 1) * SECTOR - at);
                    if is_there(from) {
                        if bytes.len() < at + to {
                            bytes.resize(at + to, 0);
                        }
                        bytes[at + from..at + to].copy_from_slice(&data[from..to]);
                    }
                    from = to;
                }
            }
        }
    }
}
