//! Questions to a log, page by page, and following it.

use std::time::{Duration, UNIX_EPOCH};

use keyslot::store::MemoryStore;
use keyslot::{
    Actor, AuditAction, AuditCursor, AuditEntry, AuditLog, AuditMode, AuditQuery, ErrorKind,
    OnExisting, Permissions, Scope, ScopedVault, SecretName, Vault,
};

use super::kit::{entries, logged, say};

type Fits<'a> = Box<dyn Fn(&AuditEntry) -> bool + 'a>;

/// Some changes and uses of two actors in two projects.
fn lived(store: &MemoryStore) -> Vault {
    let vault = logged(store, AuditMode::Required);
    let handle = |scope: &str, actor: &str| -> ScopedVault {
        let handle = vault.scope(scope).unwrap();
        handle.acting_as(Actor::new(actor).unwrap())
    };
    let (ada, bob) = (handle("acme/billing", "ada"), handle("acme/sales", "bob"));
    for round in 0..5 {
        ada.put("A", format!("value-{round}")).unwrap();
        let many = (0..3).map(|number| (format!("MANY_{number}"), "a value"));
        bob.put_all(many, OnExisting::Version).unwrap();
        ada.for_run(format!("run-{round}"))
            .unwrap()
            .resolve("<<$secret.A>>")
            .unwrap();
        bob.resolve("<<$secret.MANY_0>> <<$secret.MANY_1>>")
            .unwrap();
        bob.resolve("<<$secret.NOT_THERE>>").unwrap_err();
    }
    vault.flush_audit().unwrap();
    vault
}

fn found(vault: &Vault, query: &AuditQuery) -> Vec<AuditEntry> {
    let log = vault.audit("acme").unwrap();
    log.find(query).map(Result::unwrap).collect()
}

#[test]
fn a_question_finds_the_entries_that_fit_and_no_others() {
    let vault = lived(&MemoryStore::new());
    let all = entries(&vault);
    assert_eq!(all.len(), 5 * (1 + 3 + 1 + 2 + 1));
    let middle = all[all.len() / 2].time;
    let name = SecretName::new("A").unwrap();
    let ada = Actor::new("ada").unwrap();
    let sales = Scope::new("acme/sales").unwrap();
    let new = AuditQuery::new;
    let cases: Vec<(&str, AuditQuery, Fits<'_>)> = vec![
        ("all", new(), Box::new(|_| true)),
        ("since", new().since(middle), Box::new(|e| e.time >= middle)),
        ("until", new().until(middle), Box::new(|e| e.time < middle)),
        (
            "name",
            new().name(name.clone()),
            Box::new(|e| e.name.as_ref() == Some(&name)),
        ),
        (
            "actor",
            new().actor(ada.clone()),
            Box::new(|e| e.actor.as_ref() == Some(&ada)),
        ),
        (
            "action",
            new().action(AuditAction::Use),
            Box::new(|e| e.action == AuditAction::Use),
        ),
        (
            "actions",
            new().action(AuditAction::Put).action(AuditAction::Revoke),
            Box::new(|e| e.action == AuditAction::Put),
        ),
        (
            "outcome",
            new().outcome(Err(ErrorKind::NotFound)),
            Box::new(|e| e.outcome == Err(ErrorKind::NotFound)),
        ),
        (
            "refused",
            new().refused(false),
            Box::new(|e| e.outcome.is_ok()),
        ),
        (
            "within",
            new().within(sales.clone()),
            Box::new(|e| e.scope.as_ref() == Some(&sales)),
        ),
        (
            "run",
            new().run("run-3"),
            Box::new(|e| e.run.as_deref() == Some("run-3")),
        ),
        (
            "two parts",
            new().name(name.clone()).action(AuditAction::Use),
            Box::new(|e| e.name.as_ref() == Some(&name) && e.action == AuditAction::Use),
        ),
    ];
    for (what, query, fits) in cases {
        let expected: Vec<&AuditEntry> = all.iter().filter(|entry| fits(entry)).collect();
        assert!(!expected.is_empty(), "{what}");
        let oldest = found(&vault, &query.clone().oldest_first());
        assert!(oldest.iter().eq(expected.iter().copied()), "{what}");
        // Refusals are stored later than values, so the order is not that of time alone.
        let mut newest = found(&vault, &query);
        let place = |entry: &AuditEntry| all.iter().position(|other| other == entry);
        newest.sort_by_key(place);
        assert!(newest.iter().eq(expected), "{what}, newest first");
    }
    let nothing = AuditQuery::new().since(UNIX_EPOCH + Duration::from_secs(4_000_000_000));
    assert_eq!(found(&vault, &nothing), []);
}

#[test]
fn pages_are_the_whole_whatever_is_stored_meanwhile() {
    let store = MemoryStore::new();
    let vault = lived(&store);
    let log = vault.audit("acme").unwrap();
    let project = vault.scope("acme/billing").unwrap();
    for query in [AuditQuery::new(), AuditQuery::new().refused(false)] {
        for limit in [1, 3, 100] {
            let expected = found(&vault, &query);
            let (mut all, mut after) = (Vec::new(), None::<AuditCursor>);
            loop {
                let page = log.page(&query, after, limit).unwrap();
                assert!(page.entries.len() <= limit);
                all.extend(page.entries);
                let Some(next) = page.next else { break };
                after = Some(next.to_string().parse().unwrap());
                if all.len() < 4 {
                    // Newer than all that is read.
                    project.resolve("<<$secret.A>>").unwrap();
                    project.put("A", "newer").unwrap();
                }
            }
            assert_eq!(all, expected, "{limit}");
        }
    }
    let oldest = AuditQuery::new().oldest_first();
    let expected = entries(&vault);
    let (mut all, mut after) = (Vec::new(), None);
    while all.len() < expected.len() {
        let page = log.page(&oldest, after, 4).unwrap();
        all.extend(page.entries);
        after = page.next;
    }
    assert_eq!(all, expected);
}

#[test]
fn a_page_says_if_there_are_more_entries() {
    let vault = lived(&MemoryStore::new());
    let log = vault.audit("acme").unwrap();
    let count = entries(&vault).len();
    for query in [AuditQuery::new(), AuditQuery::new().oldest_first()] {
        let next = |limit| log.page(&query, None, limit).unwrap().next;
        assert!(next(count - 1).is_some());
        assert_eq!(next(count), None);
        // A page of nothing is in front of all entries.
        let first = log.page(&query, None, 0).unwrap();
        assert_eq!(first.entries, []);
        let all = log.page(&query, first.next, count).unwrap();
        assert_eq!((all.entries.len(), all.next), (count, None));
        let none = query.clone().run("no-such-run");
        assert_eq!(log.page(&none, None, 0).unwrap().next, None);
    }
    let empty = vault.audit("other").unwrap();
    assert_eq!(empty.page(&AuditQuery::new(), None, 0).unwrap().next, None);
}

#[test]
fn a_cursor_that_was_not_given_for_this_log_and_order_is_refused() {
    let vault = lived(&MemoryStore::new());
    let log = vault.audit("acme").unwrap();
    let newest = AuditQuery::new();
    let oldest = newest.clone().oldest_first();
    let [down, up] = [&newest, &oldest].map(|query| {
        let page = log.page(query, None, 7).unwrap();
        page.next.unwrap()
    });
    let refused = |log: &AuditLog, query: &AuditQuery, cursor: AuditCursor| {
        let error = log.page(query, Some(cursor), 10).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    };
    // The control.
    assert_eq!(log.page(&newest, Some(down), 10).unwrap().entries.len(), 10);
    assert_eq!(log.page(&oldest, Some(up), 10).unwrap().entries.len(), 10);
    refused(&log, &newest, up);
    refused(&log, &oldest, down);
    let error = log.follow_from(down).poll().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    // Another organization, and another vault.
    vault.scope("other").unwrap().put("A", "value").unwrap();
    refused(&vault.audit("other").unwrap(), &newest, down);
    let other = lived(&MemoryStore::new());
    refused(&other.audit("acme").unwrap(), &newest, down);
    // Each digit counts: rows, entries, chain values and the proof.
    let text = down.to_string();
    for at in 2..text.len() {
        let mut forged = text.clone();
        let digit = if &text[at..=at] == "0" { "1" } else { "0" };
        forged.replace_range(at..=at, digit);
        refused(&log, &newest, forged.parse().unwrap());
    }
}

#[test]
fn who_follows_gets_each_entry_once() {
    let store = MemoryStore::new();
    let vault = logged(&store, AuditMode::Required);
    let log = vault.audit("acme").unwrap();
    let mut follow = log.follow().unwrap();
    assert_eq!(follow.poll().unwrap(), [], "there is no log yet");
    let other = lived(&store);
    let mut told = follow.poll().unwrap();
    assert_eq!(told, entries(&other));
    assert_eq!(follow.poll().unwrap(), []);
    let project = other.scope("acme/billing").unwrap();
    for round in 0..4 {
        project.put("B", format!("value-{round}")).unwrap();
        project.resolve("<<$secret.B>>").unwrap();
        let more = follow.poll().unwrap();
        assert_eq!(more.len(), 2);
        told.extend(more);
        // Somebody else goes on from here.
        let mut later = log.follow_from(follow.cursor());
        assert_eq!(later.poll().unwrap(), []);
        follow = later;
    }
    assert_eq!(told, entries(&other));
    let mut late = log.follow().unwrap();
    assert_eq!(late.poll().unwrap(), [], "all of that was before");
    std::thread::scope(|threads| {
        threads.spawn(|| {
            std::thread::sleep(Duration::from_millis(20));
            project.revoke("B").unwrap();
        });
        let more = late.wait(Duration::from_secs(60)).unwrap();
        assert_eq!(say(&more[0]), "revoke acme/billing B");
    });
    assert_eq!(late.wait(Duration::from_millis(1)).unwrap(), []);
}

#[test]
fn a_handle_sees_the_calls_of_its_scope_alone() {
    let vault = lived(&MemoryStore::new());
    let count = |scope: &str, permissions: Permissions| {
        let handle = vault.scope(scope).unwrap().with(permissions);
        let seen: Vec<AuditEntry> = handle.audit().entries().map(Result::unwrap).collect();
        assert!(
            seen.iter()
                .all(|entry| entry.scope.as_ref().unwrap().as_str().starts_with(scope))
        );
        let organization = vault.audit(handle.scope().tenant()).unwrap();
        let oldest = AuditQuery::new().oldest_first();
        let start = organization.page(&oldest, None, 0).unwrap().next;
        let end = handle.audit().follow().unwrap().cursor();
        let mut follow = handle.audit().follow_from(start.unwrap_or(end));
        assert_eq!(follow.poll().unwrap().len(), seen.len());
        seen.len()
    };
    assert_eq!(count("acme/billing", Permissions::READ), 5 * 2);
    assert_eq!(count("acme/sales", Permissions::READ), 5 * 6);
    assert_eq!(count("acme", Permissions::READ), 5 * 8);
    assert_eq!(count("acme/billing", Permissions::USE), 0);
    assert_eq!(count("acme/bill", Permissions::READ), 0);
    assert_eq!(count("other", Permissions::READ), 0);
}
