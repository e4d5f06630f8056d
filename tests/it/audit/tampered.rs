//! Logs that somebody changes who can write the store and has not the key.

use keyslot::store::{Kind, MemoryStore, Partition, Row};
use keyslot::{AuditEntry, AuditMode, AuditQuery, ErrorKind, Finding, Vault};

use super::kit::{builder, entries, logged, say};
use crate::support::root_key;
use crate::support::rows::{Stored, delete, put, rows};

fn reopened(store: &MemoryStore) -> Vault {
    builder(store).open(&root_key()).unwrap()
}

/// Refuses a log that nobody would notice anything of.
fn is_told(store: &MemoryStore, what: &str) {
    let vault = reopened(store);
    let findings = vault.verify().unwrap().findings;
    let is_log =
        |finding: &Finding| matches!(finding, Finding::AuditLog { tenant } if tenant == "acme");
    assert!(findings.iter().any(is_log), "{what}: {findings:?}");
    assert_eq!(findings.len(), 1, "{what}: {findings:?}");
}

/// Ten changes of one secret, and the rows of the log in order.
fn lived() -> (MemoryStore, Vec<Stored>) {
    let store = MemoryStore::new();
    let vault = logged(&store, AuditMode::Off);
    let project = vault.scope("acme").unwrap();
    for number in 0..10 {
        project.put("A", format!("value-{number}")).unwrap();
    }
    let rows = rows(&store, Kind::Audit);
    assert_eq!(rows.len(), 10);
    (store, rows)
}

fn with_info(stored: &Stored, info: Vec<u8>) -> Stored {
    Stored {
        row: Row {
            info,
            ..stored.row.clone()
        },
        ..stored.clone()
    }
}

#[test]
fn each_entry_that_is_gone_changed_or_moved_is_told() {
    let (store, rows) = lived();
    assert!(reopened(&store).verify().unwrap().is_intact());
    for (at, stored) in rows.iter().enumerate() {
        delete(&store, stored);
        is_told(&store, &format!("entry {at} deleted"));
        for bit in [0, 1000, 8 * 42, 8 * stored.row.info.len() - 1] {
            let mut info = stored.row.info.clone();
            let length = info.len();
            info[bit / 8 % length] ^= 1 << (bit % 8);
            put(&store, &with_info(stored, info));
            is_told(&store, &format!("entry {at}, bit {bit}"));
        }
        let other = &rows[(at + 1) % rows.len()];
        put(&store, &with_info(stored, other.row.info.clone()));
        is_told(&store, &format!("entry {at} replaced by its neighbour"));
        put(&store, stored);
        assert!(reopened(&store).verify().unwrap().is_intact());
    }
}

#[test]
fn entries_that_are_added_or_swapped_are_told() {
    let (store, rows) = lived();
    put(&store, &with_info(&rows[3], rows[4].row.info.clone()));
    put(&store, &with_info(&rows[4], rows[3].row.info.clone()));
    is_told(&store, "two swapped");
    for row in &rows {
        put(&store, row);
    }
    let mut added = rows[9].clone();
    added.row.key.key[7] += 1;
    put(&store, &added);
    is_told(&store, "the last one twice");
    delete(&store, &added);
    // All of them: the head says that there were some.
    for row in &rows {
        delete(&store, row);
    }
    is_told(&store, "all deleted");
}

#[test]
fn a_log_that_is_cut_is_not_read_as_a_whole_one() {
    let (store, rows) = lived();
    for at in [0, 4, 9] {
        delete(&store, &rows[at]);
        let vault = reopened(&store);
        let log = vault.audit("acme").unwrap();
        for all in [log.entries(), log.oldest_first()] {
            let refused = all.collect::<keyslot::Result<Vec<_>>>().unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Tampered);
        }
        put(&store, &rows[at]);
    }
    assert_eq!(entries(&reopened(&store)).len(), 10);
}

#[test]
fn who_reads_on_is_told_of_rows_of_another_past() {
    for uses in [false, true] {
        let store = MemoryStore::new();
        let vault = logged(&store, AuditMode::Required);
        let project = vault.scope("acme").unwrap();
        let step = |value: &str| {
            if uses {
                project.resolve("<<$secret.A>>").unwrap();
            } else {
                project.put("A", value).unwrap();
            }
        };
        project.put("A", "value-0").unwrap();
        for value in ["value-1", "value-2", "value-3"] {
            step(value);
        }
        let before = crate::support::rows::all_rows(&store);
        // One past, which is undone, and another one.
        let lived = |life: &str, steps: usize| {
            for row in crate::support::rows::all_rows(&store) {
                delete(&store, &row);
            }
            for row in &before {
                put(&store, row);
            }
            let vault = builder(&store).audit(AuditMode::Required);
            let vault = vault.open(&root_key()).unwrap();
            let project = vault.scope("acme").unwrap().for_run(life).unwrap();
            for number in 0..steps {
                if uses {
                    project.resolve("<<$secret.A>>").unwrap();
                } else {
                    project.put("A", format!("value-{number}")).unwrap();
                }
            }
            crate::support::rows::all_rows(&store)
        };
        let [newest, oldest] = [AuditQuery::new(), AuditQuery::new().oldest_first()];
        lived("one", 4);
        let log = reopened(&store).audit("acme").unwrap();
        let is_kept = |entry: &AuditEntry| entry.action.is_use() == uses && entry.number == 6;
        let cursor = |query: &AuditQuery, count: usize| {
            let page = log.page(query, None, count).unwrap();
            (page.entries.iter().any(is_kept), page.next.unwrap())
        };
        let all = log.entries().count();
        let (is_in_newest, down) = cursor(&newest, if uses { 2 } else { 3 });
        let (is_in_oldest, up) = cursor(&oldest, all - 1);
        assert!(is_in_newest && is_in_oldest, "{uses}");
        let follow = log.follow().unwrap().cursor();
        for query in [(&newest, down), (&oldest, up)] {
            assert!(log.page(query.0, Some(query.1), 100).is_ok(), "the control");
        }
        for steps in [1, 4, 5] {
            lived("other", steps);
            let log = reopened(&store).audit("acme").unwrap();
            assert!(log.entries().all(|entry| entry.is_ok()), "a whole log");
            for (query, cursor) in [(&newest, down), (&oldest, up), (&oldest, follow)] {
                let error = log.page(query, Some(cursor), 100).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Tampered, "{uses} {steps}");
            }
        }
    }
}

#[test]
fn an_older_log_put_back_with_its_head_is_told_to_who_saw_the_newer_one() {
    let store = MemoryStore::new();
    let vault = logged(&store, AuditMode::Off);
    let project = vault.scope("acme").unwrap();
    project.put("A", "value-1").unwrap();
    let older = crate::support::rows::all_rows(&store);
    project.put("A", "value-2").unwrap();
    for row in rows(&store, Kind::Audit) {
        delete(&store, &row);
    }
    for row in &older {
        put(&store, row);
    }
    let findings = vault.verify().unwrap().findings;
    let is_older = |finding: &Finding| matches!(finding, Finding::RolledBack { .. });
    assert!(findings.iter().any(is_older), "{findings:?}");
    let refused = vault.audit("acme").unwrap().entries().next().unwrap();
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Tampered);
}

#[test]
fn a_head_that_is_made_anew_goes_on_with_the_log() {
    let (store, all) = lived();
    for head in rows(&store, Kind::Head) {
        delete(&store, &head);
    }
    let vault = reopened(&store);
    let repair = vault.rebuild_head("acme", "the head was lost").unwrap();
    assert_eq!(repair.secrets, 1);
    let log = entries(&vault);
    assert_eq!(log.len(), 11);
    assert_eq!(log[10].reason.as_deref(), Some("the head was lost"));
    assert!(vault.verify().unwrap().is_intact());
    // What is missing stays so.
    delete(&store, &all[5]);
    let vault = reopened(&store);
    let _ = vault.rebuild_head("acme", "entries were lost").unwrap();
    is_told(&store, "after a repair");
}

#[test]
fn uses_that_are_gone_changed_or_put_back_are_told() {
    let store = MemoryStore::new();
    let vault = logged(&store, AuditMode::Required);
    let project = vault.scope("acme").unwrap();
    project.put("A", "value-1").unwrap();
    let own = rows(&store, Kind::Audit)[0].partition;
    for _ in 0..5 {
        project.resolve("<<$secret.A>>").unwrap();
    }
    let all = crate::support::rows::all_rows(&store).into_iter();
    let uses: Vec<Stored> = all
        .filter(|row| ![own, Partition::VAULT].contains(&row.partition))
        .collect();
    assert_eq!(uses.len(), 6, "five rows and a head");
    for stored in uses.iter().filter(|row| row.key.kind == Kind::Audit) {
        delete(&store, stored);
        is_told(&store, "a use deleted");
        put(&store, &stored.with(|row| row.info[99] ^= 1));
        is_told(&store, "a use changed");
        put(&store, stored);
    }
    // An entry of one log is none in the other.
    let mut change = rows(&store, Kind::Audit);
    change.retain(|row| row.partition == own);
    let moved = uses.iter().find(|row| row.key == change[0].key).unwrap();
    put(&store, &with_info(moved, change[0].row.info.clone()));
    is_told(&store, "a change among the uses");
    for row in &uses {
        put(&store, row);
    }
    assert!(vault.verify().unwrap().is_intact());
    // An older state of all of it, and none at all.
    project.resolve("<<$secret.A>>").unwrap();
    let mut newest = rows(&store, Kind::Audit).into_iter();
    let newest = newest.rfind(|row| row.partition != own).unwrap();
    delete(&store, &newest);
    for row in &uses {
        put(&store, row);
    }
    assert!(
        reopened(&store).verify().unwrap().is_intact(),
        "it is a whole one"
    );
    let is_older = |finding: &Finding| matches!(finding, Finding::RolledBack { .. });
    assert!(vault.verify().unwrap().findings.iter().any(is_older));
    let refused = project.resolve("<<$secret.A>>").unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Tampered);
    for row in &uses {
        delete(&store, row);
    }
    assert!(vault.verify().unwrap().findings.iter().any(is_older));
}

#[test]
fn other_rows_among_the_uses_are_told() {
    let store = MemoryStore::new();
    let vault = logged(&store, AuditMode::Required);
    let project = vault.scope("acme").unwrap();
    project.put("A", "value-1").unwrap();
    let own = rows(&store, Kind::Audit)[0].partition;
    project.resolve("<<$secret.A>>").unwrap();
    let place = rows(&store, Kind::Audit)
        .into_iter()
        .map(|row| row.partition)
        .find(|partition| *partition != own)
        .unwrap();
    for kind in [Kind::Secret, Kind::DataKey] {
        let mut stray = rows(&store, kind).remove(0);
        stray.partition = place;
        put(&store, &stray);
        assert_eq!(vault.verify().unwrap().findings, [Finding::Stray]);
        delete(&store, &stray);
    }
    assert!(vault.verify().unwrap().is_intact());
}

#[test]
fn the_last_entry_of_another_life_of_the_vault_is_not_read() {
    let (store, _) = lived();
    let before = crate::support::rows::all_rows(&store);
    let live_on = |value: &str| {
        for row in crate::support::rows::all_rows(&store) {
            delete(&store, &row);
        }
        for row in &before {
            put(&store, row);
        }
        let vault = logged(&store, AuditMode::Off);
        vault.scope("acme").unwrap().put("A", value).unwrap();
        rows(&store, Kind::Audit).remove(10)
    };
    let of_one = live_on("value-of-one-life");
    let own = live_on("value-of-another");
    assert_eq!((of_one.key, of_one.epoch), (own.key, own.epoch));
    assert_eq!(entries(&reopened(&store)).len(), 11);
    put(&store, &of_one);
    is_told(&store, "an entry of another life");
    let log = reopened(&store).audit("acme").unwrap();
    for all in [log.entries(), log.oldest_first()] {
        let refused = all.collect::<keyslot::Result<Vec<_>>>().unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Tampered);
    }
}

#[test]
fn a_head_of_uses_that_cannot_be_read_is_made_anew() {
    for is_gone in [false, true] {
        let store = MemoryStore::new();
        let vault = logged(&store, AuditMode::Required);
        let project = vault.scope("acme").unwrap();
        project.put("A", "value-1").unwrap();
        let own = rows(&store, Kind::Head)[0].partition;
        for _ in 0..3 {
            project.resolve("<<$secret.A>>").unwrap();
        }
        drop((vault, project));
        let mut heads = rows(&store, Kind::Head).into_iter();
        let head = heads.find(|head| head.partition != own).unwrap();
        if is_gone {
            delete(&store, &head);
        } else {
            put(&store, &head.with(|row| row.info[99] ^= 1));
            let vault = logged(&store, AuditMode::Required);
            let refused = vault.scope("acme").unwrap().resolve("<<$secret.A>>");
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::Corrupt);
        }
        let vault = logged(&store, AuditMode::Required);
        let _ = vault.rebuild_head("acme", "a bad disk").unwrap();
        vault
            .scope("acme")
            .unwrap()
            .resolve("<<$secret.A>>")
            .unwrap();
        let vault = reopened(&store);
        assert!(vault.verify().unwrap().is_intact());
        // The clocks of the two vaults do not agree.
        let mut told: Vec<String> = entries(&vault).iter().map(say).collect();
        told.sort();
        let (used, made) = ("use acme A @1", "rebuild_head acme");
        let expected = ["put acme A @1", made, made, used, used, used, used];
        assert_eq!(told, expected, "{is_gone}");
    }
}
