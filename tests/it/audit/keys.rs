//! The log of the keys that open a vault: what it says, that it is written with the change it tells
//! of, and what is noticed when somebody changes it.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use keyslot::store::{Kind, MemoryStore, Partition, SecretStore, copy_vault};
use keyslot::{
    Actor, AuditAction, AuditEntry, AuditLog, AuditMode, AuditQuery, AuditRetention, ErrorKind,
    FileAnchor, Finding, Result, RootKey, Unlock, Vault,
};

use super::kit::builder;
use crate::support::hooked::{Call, Hooked};
use crate::support::rows::{Stored, all_rows, delete, put, rows};

fn key() -> RootKey {
    RootKey::generate().unwrap()
}

/// A vault that logs, and the id of its first key.
fn logged(first: &RootKey) -> (MemoryStore, Vault, String) {
    let store = MemoryStore::new();
    let vault = builder(&store).audit(AuditMode::Off).create(first).unwrap();
    let id = vault.keys().unwrap().remove(0).id;
    (store, vault, id)
}

fn open(store: impl SecretStore, key: &dyn Unlock) -> Result<Vault> {
    Vault::builder().store(store).open(key)
}

fn read(log: &AuditLog) -> Result<Vec<AuditEntry>> {
    log.oldest_first().collect()
}

fn entries(vault: &Vault) -> Vec<AuditEntry> {
    read(&vault.key_log()).unwrap()
}

/// An entry in few words: action, name and number of things.
fn say(entry: &AuditEntry) -> String {
    let mut words = vec![entry.action.to_string()];
    words.extend(entry.key_name.clone());
    words.extend(entry.count.map(|count| count.to_string()));
    words.join(" ")
}

fn told(vault: &Vault) -> Vec<String> {
    entries(vault).iter().map(say).collect()
}

/// The ids of the key slots that the entries add up to.
fn added_up(first: &str, entries: &[AuditEntry]) -> BTreeSet<String> {
    let (mut slots, mut left) = (BTreeSet::from([first.to_owned()]), 0);
    for entry in entries {
        let id = entry.key.clone().unwrap_or_default();
        match entry.action {
            AuditAction::AddKey => drop(slots.insert(id)),
            AuditAction::RemoveKey => drop(slots.remove(&id)),
            AuditAction::ReplaceVaultKey => {
                if left == 0 {
                    slots.clear();
                    left = entry.count.unwrap();
                }
                left -= 1;
                slots.insert(id);
            }
            _ => {}
        }
    }
    slots
}

fn ids(vault: &Vault) -> BTreeSet<String> {
    vault
        .keys()
        .unwrap()
        .into_iter()
        .map(|key| key.id)
        .collect()
}

#[track_caller]
fn is_whole(vault: &Vault, what: &str) {
    let report = vault.verify().unwrap();
    assert!(report.is_intact(), "{what}: {:?}", report.findings);
}

#[test]
fn each_change_of_the_keys_is_logged_with_who_and_why() {
    let (machine, spare, next, lost) = (key(), key(), key(), key());
    let (store, vault, first) = logged(&machine);
    assert_eq!(told(&vault), [""; 0], "a new vault has no entries");
    let ada = vault.acting_as(Actor::new("user:ada").unwrap());
    let ada = ada.because("ticket 12").unwrap();
    ada.add_key("spare", &spare).unwrap();
    vault.add_key("lost", &lost).unwrap();
    vault.change_root_key(&spare, &next).unwrap();
    let _ = vault.replace_vault_key(&[&machine, &next]).unwrap();
    let _ = vault.rewrap_data_keys().unwrap();
    vault.drop_previous_vault_keys().unwrap();
    vault.remove_key("spare").unwrap();
    let log = entries(&vault);
    assert_eq!(
        told(&vault),
        [
            "add_key spare",
            "add_key lost",
            "add_key spare",
            "change_root_key spare",
            "remove_key spare",
            "replace_vault_key 2",
            "replace_vault_key spare 2",
            "remove_key lost",
            "drop_vault_keys 1",
            "remove_key spare",
        ]
    );
    let numbers: Vec<u64> = log.iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, (1..=10).collect::<Vec<_>>());
    assert!(log.is_sorted_by_key(|entry| entry.time));
    assert_eq!(log[0].actor, Some(Actor::new("user:ada").unwrap()));
    assert_eq!(log[0].reason.as_deref(), Some("ticket 12"));
    assert_eq!((&log[1].actor, &log[1].reason), (&None, &None));
    assert!(log.iter().all(|entry| entry.scope.is_none()));
    // The new slot took the place of the old one.
    assert_eq!((&log[3].key, &log[4].key), (&log[2].key, &log[0].key));
    assert_eq!(added_up(&first, &log), ids(&vault));
    assert_eq!(rows(&store, Kind::Audit).len(), 7, "a row for each write");
    is_whole(&vault, "the life of a log");
    is_whole(&open(store, &machine).unwrap(), "opened again");
}

/// The keys of an organization are changed by somebody, too, and so are its secrets.
#[test]
fn the_actor_of_a_vault_is_that_of_all_it_does() {
    let (_, vault, _) = logged(&key());
    let actor = Actor::new("user:ada").unwrap();
    let ada = vault.acting_as(actor.clone()).because("ticket 12").unwrap();
    ada.scope("acme").unwrap().put("KEY", "value").unwrap();
    ada.rotate_data_key("acme").unwrap();
    ada.rewrap("acme").unwrap().finish().unwrap();
    ada.destroy_data_key("acme", 1).unwrap();
    ada.erase_tenant("acme").unwrap();
    let log = read(&vault.audit("acme").unwrap()).unwrap();
    let actions: Vec<&str> = log.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["put", "rotate", "rewrap", "destroy", "erase"]);
    let is_hers = |entry: &AuditEntry| {
        entry.actor.as_ref() == Some(&actor) && entry.reason.as_deref() == Some("ticket 12")
    };
    assert!(log.iter().all(is_hers), "{log:?}");
    // Each handle has an actor of its own, and nobody is one.
    let bob = ada.acting_as(Actor::new("user:bob").unwrap());
    bob.rotate_data_key("acme").unwrap();
    vault.rotate_data_key("acme").unwrap();
    let newest: Vec<AuditEntry> = vault
        .audit("acme")
        .unwrap()
        .entries()
        .take(2)
        .map(Result::unwrap)
        .collect();
    assert_eq!(newest[0].actor, None);
    assert_eq!(newest[1].actor, Some(Actor::new("user:bob").unwrap()));
    assert_eq!(ada.scope("acme").unwrap().actor(), Some(&actor));
    // A repair has a reason of its own.
    let _ = ada.rebuild_head("acme", "a bad disk").unwrap();
    let newest = vault.audit("acme").unwrap().entries().next();
    let newest = newest.unwrap().unwrap();
    assert_eq!(newest.action, AuditAction::RebuildHead);
    assert_eq!(newest.actor.as_ref(), Some(&actor));
    assert_eq!(newest.reason.as_deref(), Some("a bad disk"));
    for refused in ["", " ", "a\nb", &"x".repeat(1025)] {
        let error = vault.because(refused).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
}

#[test]
fn what_is_refused_leaves_no_entry() {
    let machine = key();
    let (store, vault, _) = logged(&machine);
    vault.add_key("spare", &key()).unwrap();
    let before = all_rows(&store);
    vault.add_key("spare", &key()).unwrap_err();
    vault.remove_key("nobody").unwrap_err();
    vault.change_root_key(&key(), &machine).unwrap_err();
    vault.replace_vault_key(&[&key()]).unwrap_err();
    vault.drop_previous_vault_keys().unwrap();
    assert_eq!(
        vault
            .key_log()
            .prune(&AuditRetention::new(), "none")
            .unwrap(),
        0
    );
    assert_eq!(all_rows(&store), before);
    assert_eq!(told(&vault), ["add_key spare"]);
}

#[test]
fn a_slot_that_no_vault_made_is_removed_with_an_entry() {
    let machine = key();
    let (store, vault, first) = logged(&machine);
    let slot = rows(&store, Kind::Slot).remove(0);
    for byte in [15, 31] {
        let stray = slot.with(|row| row.key.key[byte] ^= 1);
        put(&store, &stray);
        let mut findings = vault.verify().unwrap().findings;
        let Some(Finding::KeySlotAdded { id }) = findings.pop() else {
            panic!("{findings:?}");
        };
        assert_ne!(id, first);
        vault.remove_key(&id).unwrap();
        let newest = entries(&vault).pop().unwrap();
        assert_eq!(newest.action, AuditAction::RemoveKey);
        assert_eq!((newest.key, newest.key_name), (Some(id), None));
    }
    is_whole(&vault, "two strays removed");
}

#[test]
fn there_is_a_log_where_it_was_asked_for_and_it_goes_on() {
    let machine = key();
    let store = MemoryStore::new();
    let vault = builder(&store).create(&machine).unwrap();
    vault.add_key("before", &key()).unwrap();
    assert!(rows(&store, Kind::Audit).is_empty());
    assert_eq!(vault.key_log().entries().count(), 0);
    let logging = builder(&store)
        .audit(AuditMode::Off)
        .open(&machine)
        .unwrap();
    logging.add_key("first", &key()).unwrap();
    // The log was begun: every open vault goes on with it.
    vault.add_key("second", &key()).unwrap();
    assert_eq!(told(&vault), ["add_key first", "add_key second"]);
    is_whole(&vault, "begun later");
}

/// A change of keys, of a vault with the keys `machine` and `lost`.
type Change = fn(&Vault, &RootKey) -> Result<()>;

const CHANGES: [(&str, Change); 6] = [
    ("add", |vault, _| vault.add_key("new", &key()).map(drop)),
    ("remove", |vault, _| vault.remove_key("lost").map(drop)),
    ("change", |vault, machine| {
        vault.change_root_key(machine, &key()).map(drop)
    }),
    ("replace", |vault, machine| {
        vault.replace_vault_key(&[machine]).map(drop)
    }),
    ("drop", |vault, _| {
        vault.drop_previous_vault_keys().map(drop)
    }),
    ("prune", |vault, _| {
        let newest = AuditRetention::new().max_entries(1);
        vault.key_log().prune(&newest, "a test").map(drop)
    }),
];

/// A vault with three keys and some entries, of which none is pruned.
fn lived(machine: &RootKey, lost: &RootKey) -> (MemoryStore, String) {
    let (store, vault, _) = logged(machine);
    vault.scope("acme").unwrap().put("KEY", "value").unwrap();
    vault.add_key("lost", lost).unwrap();
    let _ = vault.replace_vault_key(&[machine, lost]).unwrap();
    let _ = vault.rewrap_data_keys().unwrap();
    let first = vault.keys().unwrap().remove(0).id;
    (store, first)
}

#[test]
fn a_change_that_is_cut_off_at_any_call_has_all_its_entries_or_none() {
    for (what, change) in CHANGES {
        let (machine, lost) = (key(), key());
        let fresh = || lived(&machine, &lost);
        let (hooked, calls) = Hooked::failing(fresh().0, usize::MAX);
        let vault = open(hooked, &machine).unwrap();
        let opening = calls.load(Ordering::SeqCst);
        change(&vault, &machine).unwrap();
        let all = calls.load(Ordering::SeqCst) - opening;
        assert!(all > 5, "{what}: {all} calls");
        let (mut none, mut whole) = (0, 0);
        for failed in 0..=all {
            let (store, _) = fresh();
            let (before, was) = {
                let vault = open(store.clone(), &lost).unwrap();
                (entries(&vault), ids(&vault))
            };
            let (hooked, _) = Hooked::failing(store.clone(), opening + failed);
            let cut_off = open(hooked, &machine).unwrap();
            let is_done = change(&cut_off, &machine).is_ok();
            drop(cut_off);
            let vault = open(store.clone(), &lost).or_else(|_| open(store.clone(), &machine));
            let vault = vault.unwrap();
            is_whole(&vault, &format!("{what}, call {failed}"));
            let after = entries(&vault);
            if after == before {
                assert!(!is_done, "{what}, call {failed}");
                assert_eq!(ids(&vault), was, "{what}, call {failed}");
                none += 1;
                continue;
            }
            whole += 1;
            if what == "prune" {
                assert_eq!(after.last().unwrap().action, AuditAction::Prune);
                assert!(after.len() < before.len() + 1);
                continue;
            }
            assert_eq!(after[..before.len()], before, "{what}, call {failed}");
            let mut slots = was;
            for entry in &after[before.len()..] {
                let id = entry.key.clone().unwrap_or_default();
                match entry.action {
                    AuditAction::AddKey => drop(slots.insert(id)),
                    AuditAction::RemoveKey => drop(slots.remove(&id)),
                    AuditAction::ReplaceVaultKey => slots = BTreeSet::from([id]),
                    _ => {}
                }
            }
            assert_eq!(slots, ids(&vault), "{what}, call {failed}");
            let status = vault.key_status().unwrap();
            let is_dropped = after.last().unwrap().action == AuditAction::DropVaultKeys;
            assert_eq!(status.previous_vault_keys.is_empty(), is_dropped);
        }
        assert!(none > 0 && whole > 0, "{what}: {none} {whole}");
    }
}

/// The rows of the log, in order, and the row whose directory is its head.
fn log_rows(store: &MemoryStore) -> (Vec<Stored>, Stored) {
    let mut log = rows(store, Kind::Audit);
    log.retain(|row| row.partition == Partition::VAULT);
    let secret = rows(store, Kind::VaultSecret).remove(0);
    (log, secret)
}

fn restore(store: &MemoryStore, all: &[Stored]) {
    for row in all_rows(store) {
        delete(store, &row);
    }
    for row in all {
        put(store, row);
    }
}

/// Reading in each way must fail, and `verify` must find the log.
#[track_caller]
fn is_told(store: &MemoryStore, machine: &RootKey, what: &str) {
    let vault = open(store.clone(), machine).unwrap();
    let findings = vault.verify().unwrap().findings;
    assert_eq!(findings, [Finding::KeyLog], "{what}");
    let log = vault.key_log();
    let pages = log.page(&AuditQuery::new().oldest_first(), None, 100);
    let errors = [
        log.entries().find_map(Result::err),
        log.oldest_first().find_map(Result::err),
        pages.err(),
    ];
    for error in errors {
        let kind = error.unwrap_or_else(|| panic!("{what} is not read")).kind();
        assert!(
            [
                ErrorKind::Tampered,
                ErrorKind::Corrupt,
                ErrorKind::UnsupportedFormat
            ]
            .contains(&kind)
        );
    }
}

fn five(machine: &RootKey) -> (MemoryStore, Vault) {
    let (store, vault, _) = logged(machine);
    vault.scope("acme").unwrap().put("KEY", "value").unwrap();
    for number in 0..5 {
        vault.add_key(format!("key {number}"), &key()).unwrap();
    }
    (store, vault)
}

#[test]
fn each_entry_of_the_log_of_keys_that_is_gone_changed_or_moved_is_told() {
    let machine = key();
    let (store, vault) = five(&machine);
    let all = all_rows(&store);
    let (log, _) = log_rows(&store);
    assert_eq!(log.len(), 5);
    let tenant = all
        .iter()
        .find(|row| row.key.kind == Kind::Audit && row.partition != Partition::VAULT);
    let tenant = tenant.unwrap();
    for (at, row) in log.iter().enumerate() {
        delete(&store, row);
        is_told(&store, &machine, &format!("row {at} deleted"));
        for byte in 0..row.info.len() {
            put(&store, &row.with(|row| row.info[byte] ^= 1 << (byte % 8)));
            if byte % 16 == at {
                is_told(&store, &machine, &format!("row {at}, byte {byte}"));
            } else {
                let vault = open(store.clone(), &machine).unwrap();
                assert!(
                    !vault.verify().unwrap().is_intact(),
                    "row {at}, byte {byte}"
                );
            }
        }
        let other = &log[(at + 1) % log.len()];
        for source in [other, tenant] {
            put(&store, &row.with(|row| row.info.clone_from(&source.info)));
            is_told(
                &store,
                &machine,
                &format!("row {at} with another one's bytes"),
            );
        }
        put(&store, row);
        is_whole(&open(store.clone(), &machine).unwrap(), "the control");
    }
    put(
        &store,
        &log[1].with(|row| row.info.clone_from(&log[2].info)),
    );
    put(
        &store,
        &log[2].with(|row| row.info.clone_from(&log[1].info)),
    );
    is_told(&store, &machine, "two rows swapped");
    restore(&store, &all);
    for row in &log {
        delete(&store, row);
    }
    is_told(&store, &machine, "no row at all");
    restore(&store, &all);
    // A row too many is found by verify, and is none of the entries.
    for added in [
        log[4].with(|row| row.key.key[7] += 1),
        log[0].with(|row| row.key.key[31] = 1),
        log[0].with(|row| row.key.key[..8].fill(0)),
    ] {
        put(&store, &added);
        let vault = open(store.clone(), &machine).unwrap();
        assert_eq!(vault.verify().unwrap().findings, [Finding::KeyLog]);
        assert_eq!(entries(&vault).len(), 5);
        delete(&store, &added);
    }
    is_whole(&vault, "the control");
}

#[test]
fn an_older_log_is_told_with_or_without_its_directory() {
    let machine = key();
    let (store, vault) = five(&machine);
    let (older, older_secret) = log_rows(&store);
    vault.remove_key("key 0").unwrap();
    let all = all_rows(&store);
    let (newer, _) = log_rows(&store);
    assert_eq!((older.len(), newer.len()), (5, 6));
    // Cut at its end.
    delete(&store, &newer[5]);
    is_told(&store, &machine, "the last entry gone");
    // With its directory it is a whole log, of keys that are not those of the rows any more.
    put(&store, &older_secret);
    let findings = open(store.clone(), &machine)
        .unwrap()
        .verify()
        .unwrap()
        .findings;
    assert_eq!(
        findings,
        [Finding::KeySlotMissing {
            name: "key 0".into()
        }]
    );
    let findings = vault.verify().unwrap().findings;
    assert!(
        findings.contains(&Finding::KeysRolledBack),
        "who saw the newer one: {findings:?}"
    );
    let error = vault.key_log().entries().next().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tampered);
    // With all of them it is a whole vault, and only who saw the newer one can tell.
    restore(&store, &all);
    is_whole(&vault, "the control");
}

#[test]
fn a_log_of_keys_that_is_put_back_is_told_by_the_anchor() {
    let (machine, folder) = (key(), tempfile::tempdir().unwrap());
    let path = folder.path().join("anchor");
    let (store, anchor) = (MemoryStore::new(), FileAnchor::create(&path).unwrap());
    let vault = builder(&store).audit(AuditMode::Off).anchor(anchor);
    let vault = vault.create(&machine).unwrap();
    vault.add_key("spare", &key()).unwrap();
    let older = all_rows(&store);
    vault.remove_key("spare").unwrap();
    drop(vault);
    let anchored = || {
        let anchor = FileAnchor::open(&path).unwrap();
        builder(&store).anchor(anchor).open(&machine)
    };
    assert_eq!(
        told(&anchored().unwrap()),
        ["add_key spare", "remove_key spare"]
    );
    let newer = all_rows(&store);
    // All of the vault's own rows of before: without the anchor it is a whole vault.
    restore(&store, &older);
    assert_eq!(
        told(&open(store.clone(), &machine).unwrap()),
        ["add_key spare"]
    );
    assert_eq!(anchored().unwrap_err().kind(), ErrorKind::Tampered);
    restore(&store, &newer);
    is_whole(&anchored().unwrap(), "the control");
}

#[test]
fn a_log_of_keys_of_a_past_that_was_undone_is_told_to_who_reads_on() {
    let machine = key();
    let (store, vault) = five(&machine);
    let before = all_rows(&store);
    vault.add_key("one", &key()).unwrap();
    let log = open(store.clone(), &machine).unwrap().key_log();
    let follow = log.follow().unwrap().cursor();
    let page = log.page(&AuditQuery::new(), None, 2).unwrap();
    assert!(
        log.follow_from(follow).poll().unwrap().is_empty(),
        "the control"
    );
    restore(&store, &before);
    let other = open(store.clone(), &machine).unwrap();
    other.add_key("other", &key()).unwrap();
    let log = open(store, &machine).unwrap().key_log();
    assert_eq!(read(&log).unwrap().len(), 6, "a whole log");
    let error = log.follow_from(follow).poll().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tampered);
    // The rows in front of the page are those of both pasts.
    assert_eq!(
        log.page(&AuditQuery::new(), page.next, 100)
            .unwrap()
            .entries
            .len(),
        4
    );
}

#[test]
fn pages_and_followers_of_the_log_go_on_and_a_cursor_of_another_log_is_refused() {
    let machine = key();
    let (store, vault) = five(&machine);
    let log = vault.key_log();
    for query in [AuditQuery::new(), AuditQuery::new().oldest_first()] {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = log.page(&query, after, 2).unwrap();
            all.extend(page.entries);
            let Some(next) = page.next else { break };
            after = Some(next.to_string().parse().unwrap());
        }
        let mut names: Vec<String> = all.into_iter().filter_map(|entry| entry.key_name).collect();
        names.sort();
        assert_eq!(names, ["key 0", "key 1", "key 2", "key 3", "key 4"]);
    }
    let query = AuditQuery::new().action(AuditAction::RemoveKey);
    assert_eq!(log.find(&query).count(), 0);
    let mut follow = log.follow().unwrap();
    assert!(follow.poll().unwrap().is_empty());
    open(store, &machine).unwrap().remove_key("key 3").unwrap();
    let came: Vec<String> = follow.poll().unwrap().iter().map(say).collect();
    assert_eq!(came, ["remove_key key 3"]);
    assert_eq!(log.find(&query).count(), 1);
    let acme = vault.audit("acme").unwrap();
    let foreign = acme.follow().unwrap().cursor();
    let error = log.follow_from(foreign).poll().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let error = acme.follow_from(follow.cursor()).poll().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(
        acme.entries().count(),
        1,
        "the organization has none of them"
    );
    let within = AuditQuery::new().within("acme".parse().unwrap());
    assert_eq!(
        (log.find(&within).count(), acme.find(&within).count()),
        (0, 1)
    );
    assert_eq!(
        format!("{log:?}"),
        "AuditLog { organization: None, within: None, .. }"
    );
}

#[test]
fn the_oldest_entries_are_taken_away_and_may_not_come_back() {
    let machine = key();
    let (store, vault) = five(&machine);
    let (before, _) = log_rows(&store);
    let ada = vault.acting_as(Actor::new("user:ada").unwrap());
    let newest = AuditRetention::new().max_entries(2);
    assert_eq!(ada.key_log().prune(&newest, "the policy").unwrap(), 3);
    let log = entries(&vault);
    assert_eq!(told(&vault), ["add_key key 3", "add_key key 4", "prune 3"]);
    assert_eq!((log[0].number, log[2].number), (4, 6));
    assert_eq!(log[2].reason.as_deref(), Some("the policy"));
    assert_eq!(log[2].actor, Some(Actor::new("user:ada").unwrap()));
    is_whole(&vault, "pruned");
    // Its own entry goes with the next one.
    assert_eq!(ada.key_log().prune(&newest, "the policy").unwrap(), 1);
    vault.add_key("more", &key()).unwrap();
    is_whole(&open(store.clone(), &machine).unwrap(), "goes on");
    put(&store, &before[2]);
    let findings = open(store.clone(), &machine)
        .unwrap()
        .verify()
        .unwrap()
        .findings;
    assert_eq!(findings, [Finding::KeyLog]);
    delete(&store, &before[2]);
    for refused in ["", "a\nb"] {
        let error = vault.key_log().prune(&newest, refused).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
}

#[test]
fn vaults_that_change_keys_at_once_have_one_log() {
    let machine = key();
    let (store, _, first) = logged(&machine);
    std::thread::scope(|threads| {
        for thread in 0..4 {
            let (store, machine) = (&store, &machine);
            threads.spawn(move || {
                let vault = open(store.clone(), machine).unwrap();
                let vault = vault.acting_as(Actor::new(format!("user:{thread}")).unwrap());
                for number in 0..5 {
                    vault.add_key(format!("{thread} {number}"), &key()).unwrap();
                    vault
                        .key_log()
                        .entries()
                        .for_each(|entry| drop(entry.unwrap()));
                }
                vault.remove_key(format!("{thread} 0")).unwrap();
            });
        }
        // The first write of a vault that logs begins it.
        let vault = builder(&store)
            .audit(AuditMode::Off)
            .open(&machine)
            .unwrap();
        vault.add_key("begun", &key()).unwrap();
    });
    let vault = open(store.clone(), &machine).unwrap();
    is_whole(&vault, "raced");
    // Those that came before the log was begun are not in it.
    vault.add_key("last", &key()).unwrap();
    let log = entries(&vault);
    let mut slots = added_up(&first, &log);
    slots.retain(|id| ids(&vault).contains(id));
    assert!(slots.len() >= 2 && log.len() >= 2, "{log:?}");

    // With a log from the start, it has all of them.
    let (store, begun, first) = logged(&machine);
    begun.add_key("begun", &key()).unwrap();
    std::thread::scope(|threads| {
        for thread in 0..4 {
            let (store, machine) = (&store, &machine);
            threads.spawn(move || {
                let vault = open(store.clone(), machine).unwrap();
                for number in 0..5 {
                    vault.add_key(format!("{thread} {number}"), &key()).unwrap();
                }
                vault.remove_key(format!("{thread} 0")).unwrap();
            });
        }
    });
    let log = entries(&begun);
    assert_eq!(log.len(), 1 + 4 * 6);
    assert_eq!(added_up(&first, &log), ids(&begun));
    is_whole(&begun, "raced");
}

/// Another vault adds a key between the read and the write of a change.
#[test]
fn a_change_that_another_one_came_before_is_logged_behind_it() {
    let machine = key();
    let (store, vault, first) = logged(&machine);
    vault.add_key("begun", &key()).unwrap();
    let by = open(store.clone(), &machine).unwrap();
    let armed = std::sync::Mutex::new(false);
    let armed = std::sync::Arc::new(armed);
    let is_armed = std::sync::Arc::clone(&armed);
    let late = Hooked::new(store.clone(), move |call| {
        let is_write = matches!(call, Call::Write(_));
        if is_write && std::mem::take(&mut *is_armed.lock().unwrap()) {
            by.add_key("between", &key()).unwrap();
        }
        Ok(())
    });
    let slow = open(late, &machine).unwrap();
    *armed.lock().unwrap() = true;
    slow.add_key("slow", &key()).unwrap();
    assert_eq!(
        told(&vault),
        ["add_key begun", "add_key between", "add_key slow"]
    );
    assert_eq!(added_up(&first, &entries(&vault)), ids(&vault));
    is_whole(&vault, "one between");
}

/// Another vault drops the same keys between the read and the write of a call.
#[test]
fn keys_that_another_one_dropped_first_are_not_logged_twice() {
    let machine = key();
    let (store, vault, _) = logged(&machine);
    let _ = vault.replace_vault_key(&[&machine]).unwrap();
    let by = open(store.clone(), &machine).unwrap();
    let armed = std::sync::atomic::AtomicBool::new(true);
    let late = Hooked::new(store.clone(), move |call| {
        if matches!(call, Call::Write(_)) && armed.swap(false, Ordering::SeqCst) {
            by.drop_previous_vault_keys().unwrap();
        }
        Ok(())
    });
    let slow = open(late, &machine).unwrap();
    slow.drop_previous_vault_keys().unwrap();
    assert_eq!(told(&vault), ["replace_vault_key 1", "drop_vault_keys 1"]);
    is_whole(&vault, "dropped twice");
}

#[cfg(feature = "passphrase")]
#[test]
fn a_log_of_keys_holds_no_key_and_is_not_readable_at_rest() {
    use keyslot::secrecy::ExposeSecret;

    let (machine, next) = (key(), key());
    let phrase = "correct horse battery staple and a log";
    let (store, vault, _) = logged(&machine);
    vault
        .scope("acme")
        .unwrap()
        .put("KEY", "hunter2-value")
        .unwrap();
    let weak = keyslot::Argon2Cost::new(19_456, 2, 1).unwrap();
    let passphrase = keyslot::Passphrase::new(phrase).cost(weak);
    let ada = vault.acting_as(Actor::new("user:ada").unwrap());
    let ada = ada.because("a reason that is told").unwrap();
    ada.add_key("a name that is told", &passphrase).unwrap();
    ada.change_root_key(&machine, &next).unwrap();
    let _ = ada.replace_vault_key(&[&next, &passphrase]).unwrap();
    let mut hidden = vec![phrase.to_owned(), "hunter2".to_owned()];
    for key in [&machine, &next] {
        hidden.push(key.to_base64().expose_secret().to_owned());
    }
    // Ids are told, and nothing else of the rows.
    for row in rows(&store, Kind::Slot) {
        for bytes in row.info.windows(8).chain(row.body[42..].windows(8)) {
            hidden.push(base16ct::lower::encode_string(bytes));
        }
    }
    let log = entries(&vault);
    let mut said = vec![format!("{log:?}"), serde_json::to_string(&log).unwrap()];
    said.push(format!("{:?} {:?}", ada, vault.key_log()));
    said.push(format!(
        "{:?}",
        vault.key_log().page(&AuditQuery::new(), None, 9)
    ));
    let said = said.join(" ");
    assert!(said.contains("a name that is told") && said.contains("a reason that is told"));
    for secret in &hidden {
        assert!(!said.contains(secret.as_str()));
    }
    for told in [
        "a name that is told",
        "a reason that is told",
        "user:ada",
        "add_key",
    ] {
        let bytes = told.as_bytes();
        for row in log_rows(&store).0 {
            let stored = [row.info.as_slice(), &row.body].concat();
            assert!(
                !stored.windows(bytes.len()).any(|window| window == bytes),
                "{told}"
            );
        }
    }
}

#[test]
fn a_copy_has_the_log_of_keys_also_where_it_was_pruned_meanwhile() {
    let machine = key();
    let (store, vault) = five(&machine);
    let to = MemoryStore::new();
    // The copy ends before it is whole, with all rows of the log.
    let (failing, calls) = Hooked::failing(to.clone(), usize::MAX);
    copy_vault(&store, &failing).unwrap();
    let all = calls.load(Ordering::SeqCst);
    let to = MemoryStore::new();
    copy_vault(&store, &Hooked::failing(to.clone(), all - 2).0).unwrap_err();
    assert_eq!(log_rows(&to).0.len(), 5);
    let newest = AuditRetention::new().max_entries(2);
    assert_eq!(vault.key_log().prune(&newest, "meanwhile").unwrap(), 3);
    copy_vault(&store, &to).unwrap();
    let copy = open(to, &machine).unwrap();
    assert_eq!(entries(&copy), entries(&vault));
    is_whole(&copy, "a copy");
    copy.add_key("more", &key()).unwrap();
    is_whole(&copy, "goes on");
}

#[cfg(feature = "json")]
#[test]
fn an_export_of_the_log_of_keys_is_checked_line_by_line() {
    let machine = key();
    let (_, vault) = five(&machine);
    let (log, mut file) = (vault.key_log(), Vec::new());
    assert_eq!(log.export(&mut file).unwrap(), 5);
    let export = log.check_export(&file[..]).unwrap();
    assert_eq!(export.keys, Some(1..=5));
    assert_eq!((export.changes, export.uses), (None, None));
    // The entries may be gone by now.
    let newest = AuditRetention::new().max_entries(1);
    log.prune(&newest, "a test").unwrap();
    assert_eq!(log.check_export(&file[..]).unwrap().keys, Some(1..=5));
    let text = String::from_utf8(file.clone()).unwrap();
    assert!(
        text.starts_with(r#"{"log":"keys","number":1,"time":""#),
        "{text}"
    );
    let lines: Vec<&str> = text.lines().collect();
    let without = [&lines[..2], &lines[3..]].concat().join("\n");
    let swapped = [lines[1], lines[0]].join("\n");
    for (line, forged) in [
        (4, text.replace("key 3", "key 9")),
        (3, without),
        (2, swapped),
        (1, text.replace(r#""log":"keys""#, r#""log":"changes""#)),
    ] {
        let error = log.check_export(forged.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tampered);
        assert!(
            error.to_string().contains(&format!("line {line} ")),
            "{error}"
        );
    }
    let acme = vault.audit("acme").unwrap();
    acme.check_export(&file[..]).unwrap_err();
    let mut changes = Vec::new();
    assert_eq!(acme.export(&mut changes).unwrap(), 1);
    log.check_export(&changes[..]).unwrap_err();
    assert_eq!(
        acme.check_export(&changes[..]).unwrap().keys,
        None,
        "the control"
    );
}

#[cfg(feature = "sqlite")]
#[test]
fn a_backup_and_what_is_restored_from_it_have_the_log_of_keys() {
    use keyslot::store::SqliteStore;

    let (machine, folder) = (key(), tempfile::tempdir().unwrap());
    let path = |name: &str| folder.path().join(name);
    let store = SqliteStore::create(path("vault.db")).unwrap();
    let vault = Vault::builder().store(store).audit(AuditMode::Off);
    let vault = vault.create(&machine).unwrap();
    vault.add_key("spare", &key()).unwrap();
    vault.backup_to(path("backup.db")).unwrap();
    let restored = Vault::restore(path("backup.db"), path("restored.db"), &machine).unwrap();
    assert_eq!(entries(&restored), entries(&vault));
    assert_eq!(told(&restored), ["add_key spare"]);
    restored.remove_key("spare").unwrap();
    assert_eq!(told(&restored), ["add_key spare", "remove_key spare"]);
    is_whole(&restored, "restored");
}
