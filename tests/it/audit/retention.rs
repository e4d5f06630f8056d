//! Entries that are taken away by somebody who may.

use std::time::Duration;

use keyslot::store::{Kind, MemoryStore};
use keyslot::{AuditAction, AuditMode, AuditRetention, ErrorKind, Finding, Vault};

use super::kit::{builder, entries, logged};
use crate::support::root_key;
use crate::support::rows::{delete, put, rows};

fn lived(store: &MemoryStore) -> Vault {
    let vault = logged(store, AuditMode::Required);
    let project = vault.scope("acme").unwrap();
    for number in 0..40 {
        project.put("A", format!("value-{number}")).unwrap();
        project.resolve("<<$secret.A>>").unwrap();
    }
    vault
}

fn is_intact(store: &MemoryStore) -> bool {
    let vault = builder(store).open(&root_key()).unwrap();
    vault.verify().unwrap().is_intact()
}

#[test]
fn the_newest_entries_are_kept_and_can_be_verified() {
    let store = MemoryStore::new();
    let vault = lived(&store);
    let before = entries(&vault);
    let log = vault.audit("acme").unwrap();
    let newest = AuditRetention::new().max_entries(10);
    assert_eq!(log.prune(&AuditRetention::new(), "keeps all").unwrap(), 0);
    assert_eq!(log.prune(&newest, "the policy").unwrap(), 60);
    let after = entries(&vault);
    let (pruned, kept): (Vec<_>, Vec<_>) = after
        .into_iter()
        .partition(|entry| entry.action == AuditAction::Prune);
    assert!(kept.iter().eq(&before[60..]));
    let counts: u64 = pruned.iter().filter_map(|entry| entry.count).sum();
    assert_eq!(counts, 60);
    let reason = |entry: &keyslot::AuditEntry| entry.reason.as_deref() == Some("the policy");
    assert!(pruned.iter().all(reason));
    assert!(is_intact(&store));
    // The chain goes on from where it was.
    vault.scope("acme").unwrap().put("A", "newer").unwrap();
    assert!(is_intact(&store));
    let rows = rows(&store, Kind::Audit);
    delete(&store, &rows[0]);
    assert!(!is_intact(&store), "what is left is accounted for");
    put(&store, &rows[0]);
    assert!(is_intact(&store));
}

#[test]
fn entries_that_were_taken_away_may_not_come_back() {
    let store = MemoryStore::new();
    let vault = lived(&store);
    let before = rows(&store, Kind::Audit);
    let log = vault.audit("acme").unwrap();
    log.prune(&AuditRetention::new().max_entries(10), "the policy")
        .unwrap();
    put(&store, &before[0]);
    let findings = vault.verify().unwrap().findings;
    assert!(
        matches!(findings[..], [Finding::AuditLog { .. }]),
        "{findings:?}"
    );
}

#[test]
fn old_entries_are_taken_away() {
    let store = MemoryStore::new();
    let vault = lived(&store);
    let before = entries(&vault);
    let log = vault.audit("acme").unwrap();
    let a_day = AuditRetention::new().max_age(Duration::from_secs(86_400));
    assert_eq!(log.prune(&a_day, "the policy").unwrap(), 0, "all are young");
    // The clock goes on by a second at each look.
    let age = before[79].time.duration_since(before[39].time).unwrap();
    let taken = log
        .prune(&AuditRetention::new().max_age(age), "the policy")
        .unwrap();
    assert!((20..60).contains(&taken), "{taken}");
    let left = entries(&vault);
    assert!(left.iter().filter(|entry| before.contains(entry)).count() as u64 == 80 - taken);
    assert!(is_intact(&store));
    let nothing = AuditRetention::new().max_age(Duration::ZERO);
    log.prune(&nothing, "an end").unwrap();
    assert!(
        entries(&vault)
            .iter()
            .all(|entry| entry.action == AuditAction::Prune)
    );
    assert!(is_intact(&store));
}

#[test]
fn who_reads_or_follows_goes_on_behind_what_was_taken_away() {
    let store = MemoryStore::new();
    let vault = lived(&store);
    let log = vault.audit("acme").unwrap();
    let mut reading = [log.oldest_first(), log.entries()];
    for entries in &mut reading {
        assert_eq!(entries.by_ref().take(3).map(Result::unwrap).count(), 3);
    }
    let oldest = keyslot::AuditQuery::new().oldest_first();
    let start = log.page(&oldest, None, 0).unwrap().next.unwrap();
    let mut follow = log.follow_from(start);
    let page = log.page(&keyslot::AuditQuery::new(), None, 50).unwrap();
    log.prune(&AuditRetention::new().max_entries(10), "the policy")
        .unwrap();
    for entries in reading {
        let rest = entries.collect::<keyslot::Result<Vec<_>>>().unwrap();
        assert!((10..80).contains(&rest.len()), "{}", rest.len());
    }
    let next = log
        .page(&keyslot::AuditQuery::new(), page.next, 50)
        .unwrap();
    assert_eq!(next.entries, []);
    assert!(follow.poll().unwrap().len() >= 20);
}

#[test]
fn a_scope_and_a_reason_that_is_none_take_nothing_away() {
    let vault = lived(&MemoryStore::new());
    let newest = AuditRetention::new().max_entries(1);
    let log = vault.scope("acme").unwrap().audit();
    assert_eq!(
        log.prune(&newest, "a reason").unwrap_err().kind(),
        ErrorKind::Denied
    );
    let log = vault.audit("acme").unwrap();
    assert_eq!(
        log.prune(&newest, " ").unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
    assert_eq!(entries(&vault).len(), 80);
    let empty = vault.audit("other").unwrap();
    assert_eq!(empty.prune(&newest, "a reason").unwrap(), 0);
}

#[test]
fn a_reader_ends_where_all_that_it_began_with_is_taken_away() {
    let store = MemoryStore::new();
    let vault = lived(&store);
    let log = vault.audit("acme").unwrap();
    let [mut oldest, mut newest] = [log.oldest_first(), log.entries()];
    for reader in [&mut oldest, &mut newest] {
        reader.next().unwrap().unwrap();
    }
    let project = vault.scope("acme").unwrap();
    project.put("A", "newer").unwrap();
    project.resolve("<<$secret.A>>").unwrap();
    let none = AuditRetention::new().max_entries(0);
    assert_eq!(log.prune(&none, "the policy").unwrap(), 82);
    // What is in memory is given, and then there is nothing more.
    for reader in [oldest, newest] {
        assert!(reader.map(Result::unwrap).count() < 40);
    }
}
