//! Each row of the logs and of their heads, changed in each way that somebody has who can write the
//! store and has not the key: every byte, rows that are gone, added, swapped, moved to another log,
//! organization or vault, and put back from the past or from a past that was undone. Who reads gets
//! the entries that there were or an error, and `verify` says so. Where a head is gone or of the
//! past, who reads may get what that one accounts for, and `verify` says so.

use std::collections::BTreeSet;

use keyslot::store::{Kind, MemoryStore, Partition};
use keyslot::{AuditEntry, AuditLog, AuditMode, AuditQuery, AuditRetention, ErrorKind, Vault};

use super::kit::builder;
use crate::life::change;
use crate::support::root_key;
use crate::support::rows::{Place, Stored, all_rows, delete, put};

const TENANTS: [&str; 2] = ["acme", "globex"];

fn opened(store: &MemoryStore) -> keyslot::Result<Vault> {
    builder(store).open(&root_key())
}

/// All entries of a log, read in each way.
fn read(log: &AuditLog) -> [keyslot::Result<Vec<AuditEntry>>; 3] {
    let pages = || {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = log.page(&AuditQuery::new().oldest_first(), after, 5)?;
            all.extend(page.entries);
            after = page.next;
            if after.is_none() {
                return Ok(all);
            }
        }
    };
    [
        log.oldest_first().collect(),
        log.entries().collect(),
        pages(),
    ]
}

/// A store with the logs of two organizations, and all that there was before.
struct Lab {
    store: MemoryStore,
    /// A vault that was open all the time.
    vault: Vault,
    entries: [Vec<AuditEntry>; 2],
    /// All entries that there ever were.
    ever: Vec<AuditEntry>,
    now: Vec<Stored>,
    /// Some time ago.
    past: Vec<Stored>,
    /// Entries that were taken away.
    pruned: Vec<Stored>,
    /// After the past, another future.
    other: Vec<Stored>,
}

fn live(vault: &Vault, run: &str) {
    for tenant in TENANTS {
        let project = vault.scope(tenant).unwrap().for_run(run).unwrap();
        for _ in 0..3 {
            project.put("A", format!("a value of {tenant}")).unwrap();
            project.resolve("<<$secret.A>>").unwrap();
        }
    }
}

fn restore(store: &MemoryStore, rows: &[Stored]) {
    for row in all_rows(store) {
        delete(store, &row);
    }
    for row in rows {
        put(store, row);
    }
}

impl Lab {
    fn new() -> Self {
        let store = MemoryStore::new();
        let logged = || builder(&store).audit(AuditMode::Required);
        let vault = logged().create(&root_key()).unwrap();
        live(&vault, "first");
        let before = all_rows(&store);
        for tenant in TENANTS {
            let newest = AuditRetention::new().max_entries(2);
            let log = vault.audit(tenant).unwrap();
            assert_eq!(log.prune(&newest, "the policy").unwrap(), 2);
        }
        let past = all_rows(&store);
        let all = |vault: &Vault| -> Vec<AuditEntry> {
            let logs = TENANTS.map(|tenant| vault.audit(tenant).unwrap());
            let all = logs.iter().flat_map(AuditLog::entries);
            all.collect::<keyslot::Result<_>>().unwrap()
        };
        let mut ever = all(&vault);
        let is_gone = |row: &Stored| past.iter().all(|other| other.place() != row.place());
        let pruned: Vec<Stored> = before.into_iter().filter(is_gone).collect();
        assert_eq!(pruned.len(), 4);
        drop(vault);
        let undone = logged().open(&root_key()).unwrap();
        live(&undone, "undone");
        ever.extend(all(&undone));
        let other = all_rows(&store);
        restore(&store, &past);
        let vault = logged().open(&root_key()).unwrap();
        live(&vault, "second");
        let entries = TENANTS.map(|tenant| {
            let all = read(&vault.audit(tenant).unwrap()).map(Result::unwrap);
            let sorted = all.map(|mut entries| {
                entries.sort_by_key(|entry| (entry.action.is_use(), entry.number, entry.time));
                entries
            });
            assert!(sorted.iter().all(|entries| *entries == sorted[0]));
            assert_eq!(sorted[0].len(), 2 * (2 + 1 + 3));
            sorted[0].clone()
        });
        let now = all_rows(&store);
        Self {
            store,
            vault,
            ever: [ever, entries.concat()].concat(),
            entries,
            now,
            past,
            pruned,
            other,
        }
    }

    /// The rows of the logs and their heads.
    fn rows(&self) -> impl Iterator<Item = &Stored> + Clone {
        let is_log = |row: &&Stored| matches!(row.key.kind, Kind::Audit | Kind::Head);
        self.now.iter().filter(is_log)
    }

    fn entry_rows(&self) -> impl Iterator<Item = &Stored> + Clone {
        self.rows().filter(|row| row.key.kind == Kind::Audit)
    }

    /// Changes rows, and returns true if that is told to a vault that is opened then. Puts the rows
    /// back.
    ///
    /// # Errors
    ///
    /// Entries that there were not, or not all of them without an error.
    fn told(&self, changes: &[(Place, Option<Stored>)]) -> Result<bool, String> {
        for (place, row) in changes {
            change(
                &self.store,
                &[(*place, row.as_ref().map(|row| row.row.clone()))],
            );
        }
        let is_head = changes.iter().any(|((_, key), _)| key.kind == Kind::Head);
        let told = opened(&self.store).map_or(Ok(true), |vault| self.judge(&vault, is_head));
        restore(&self.store, &self.now);
        told
    }

    fn judge(&self, vault: &Vault, is_head: bool) -> Result<bool, String> {
        let is_told = !vault.verify().is_ok_and(|report| report.is_intact());
        for (tenant, expected) in TENANTS.into_iter().zip(&self.entries) {
            let log = vault.audit(tenant).unwrap();
            for found in read(&log) {
                match found {
                    Ok(mut entries) => {
                        entries
                            .sort_by_key(|entry| (entry.action.is_use(), entry.number, entry.time));
                        let are_own = entries.iter().all(|entry| self.ever.contains(entry));
                        let is_past = is_head && is_told && are_own;
                        if entries != *expected && !is_past {
                            return Err(format!("{tenant} has other entries"));
                        }
                    }
                    Err(error) if error.kind() == ErrorKind::InvalidInput => {
                        return Err(error.to_string());
                    }
                    Err(_) if is_told => {}
                    Err(error) => return Err(format!("verify does not say so: {error}")),
                }
            }
        }
        Ok(is_told)
    }

    #[track_caller]
    fn must_be_told(&self, what: &str, changes: &[(Place, Option<Stored>)]) {
        let told = self.told(changes);
        assert_eq!(told, Ok(true), "{what}");
    }

    /// The place of a row with the contents of another one.
    fn moved(from: &Stored, to: &Stored) -> (Place, Option<Stored>) {
        let row = to.with(|row| {
            row.info.clone_from(&from.row.info);
            row.body.clone_from(&from.row.body);
            row.epoch = from.row.epoch;
        });
        (to.place(), Some(row))
    }
}

/// The control: rows as they are are not told, and neither is a whole log by itself; a log that
/// says something else is found.
#[test]
fn a_log_that_is_as_it_was_is_not_told() {
    let lab = Lab::new();
    assert_eq!(lab.told(&[]), Ok(false));
    let same: Vec<_> = lab
        .rows()
        .map(|row| (row.place(), Some(row.clone())))
        .collect();
    assert_eq!(lab.told(&same), Ok(false));
    lab.vault
        .scope("globex")
        .unwrap()
        .put("A", "one more")
        .unwrap();
    assert_eq!(lab.told(&[]), Err("globex has other entries".to_owned()));
}

#[test]
fn every_byte_counts() {
    let lab = Lab::new();
    let first = |kind: Kind, at: usize| {
        let rows: Vec<&Stored> = lab.rows().filter(|row| row.key.kind == kind).collect();
        rows[at % rows.len()].clone()
    };
    // A row of each log, and a head.
    for row in [(Kind::Audit, 1), (Kind::Audit, 7), (Kind::Head, 1)] {
        let row = first(row.0, row.1);
        for byte in 0..row.info.len() {
            let flipped = row.with(|row| row.info[byte] ^= 1 << (byte % 8));
            let what = format!("byte {byte} of {:?}", row.place());
            lab.must_be_told(&what, &[(row.place(), Some(flipped))]);
        }
        for length in (0..row.info.len()).step_by(29) {
            let cut = row.with(|row| row.info.truncate(length));
            lab.must_be_told("a row that is cut", &[(row.place(), Some(cut))]);
        }
        let more = row.with(|row| row.body.push(0));
        lab.must_be_told("a body", &[(row.place(), Some(more))]);
        let longer = row.with(|row| row.info.push(0));
        lab.must_be_told("a longer row", &[(row.place(), Some(longer))]);
    }
}

#[test]
fn rows_that_are_gone_added_or_moved_are_told() {
    let lab = Lab::new();
    let rows: Vec<&Stored> = lab.entry_rows().collect();
    assert_eq!(rows.len(), 4 * (2 + 1 + 3));
    for row in lab.rows() {
        lab.must_be_told("a row that is gone", &[(row.place(), None)]);
    }
    for from in rows.iter().step_by(5) {
        for to in &rows {
            if from.place() == to.place() {
                continue;
            }
            lab.must_be_told("a row twice", &[Lab::moved(from, to)]);
            let both = [Lab::moved(from, to), Lab::moved(to, from)];
            lab.must_be_told("two rows swapped", &both);
        }
        for number in [0, 1, 2, 9, 10, u64::MAX] {
            let added = from.with(|row| row.key.key[..8].copy_from_slice(&number.to_be_bytes()));
            if rows.iter().all(|row| row.place() != added.place()) {
                lab.must_be_told("a row added", &[(added.place(), Some(added))]);
            }
        }
        let other = from.with(|row| row.key.key[31] = 1);
        lab.must_be_told("another key", &[(other.place(), Some(other.clone()))]);
        lab.must_be_told(
            "moved to another key",
            &[(from.place(), None), (other.place(), Some(other))],
        );
    }
    let heads: Vec<&Stored> = lab
        .rows()
        .filter(|row| row.key.kind == Kind::Head)
        .collect();
    assert_eq!(heads.len(), 4);
    for from in &heads {
        for to in &heads {
            if from.place() != to.place() {
                lab.must_be_told("a head of another log", &[Lab::moved(from, to)]);
            }
        }
    }
}

#[test]
fn rows_of_another_time_or_vault_are_told() {
    let lab = Lab::new();
    for row in &lab.pruned {
        lab.must_be_told(
            "taken away, and put back",
            &[(row.place(), Some(row.clone()))],
        );
    }
    let all: Vec<_> = lab
        .pruned
        .iter()
        .map(|row| (row.place(), Some(row.clone())))
        .collect();
    lab.must_be_told("all that was taken away", &all);
    // What another vault has at the same places.
    let foreign = Lab::new();
    let mut count = 0;
    for others in [&lab.past, &lab.other, &foreign.now] {
        for row in others
            .iter()
            .filter(|row| matches!(row.key.kind, Kind::Audit | Kind::Head))
        {
            let places = lab
                .rows()
                .filter(|own| own.key.key[..8] == row.key.key[..8]);
            let is_vaults = |own: &&Stored| own.partition == row.partition;
            let is_same = |own: &&Stored| own.row.info == row.row.info;
            let own = places.clone().find(is_vaults);
            if own.is_some_and(|own| is_same(&own)) {
                continue;
            }
            count += 1;
            match own {
                Some(own) => lab.must_be_told("of another time", &[Lab::moved(row, own)]),
                // The partitions of another vault are others.
                None if row.key.kind == Kind::Audit => {
                    for own in places {
                        lab.must_be_told("of another vault", &[Lab::moved(row, own)]);
                    }
                }
                None => {
                    for own in lab.rows().filter(|own| own.key.kind == Kind::Head) {
                        lab.must_be_told("a head of another vault", &[Lab::moved(row, own)]);
                    }
                }
            }
        }
    }
    assert!(count > 40, "{count}");
}

/// A log of the past with its head is a whole log: only who saw the newer one can tell, which the
/// anchor is for.
#[test]
fn a_whole_log_of_the_past_is_told_to_who_saw_the_newer_one() {
    let lab = Lab::new();
    let partitions: BTreeSet<Partition> = lab.rows().map(|row| row.partition).collect();
    assert_eq!(partitions.len(), 4);
    for partition in partitions {
        for past in [&lab.past, &lab.other, &Vec::new()] {
            let is_of = |row: &&Stored| {
                row.partition == partition && matches!(row.key.kind, Kind::Audit | Kind::Head)
            };
            for row in lab.now.iter().filter(is_of) {
                delete(&lab.store, row);
            }
            for row in past.iter().filter(is_of) {
                put(&lab.store, row);
            }
            let report = lab.vault.verify().unwrap();
            assert!(!report.is_intact());
            let logs = TENANTS.map(|tenant| lab.vault.audit(tenant).unwrap());
            let refused = logs.iter().flat_map(read).filter(|read| {
                let error = read.as_ref().err();
                error.is_some_and(|error| error.kind() == ErrorKind::Tampered)
            });
            assert_eq!(refused.count(), 3, "each way to read one of the two");
            restore(&lab.store, &lab.now);
            assert_eq!(lab.judge(&lab.vault, false), Ok(false), "the control");
        }
    }
}
