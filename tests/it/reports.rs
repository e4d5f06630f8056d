//! Reports on secrets that somebody should look at.
#![cfg(feature = "vault")]
#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use keyslot::store::{Kind, MemoryStore};
use keyslot::{ErrorKind, Permissions, Report, ReportRow, ScopedVault, SecretInput, Status, Vault};

use crate::support::root_key;
use crate::support::rows::{delete, put, rows};

const START: u64 = 1_800_000_000;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(START + seconds)
}

/// A vault that counts uses, and its clock.
struct World {
    store: MemoryStore,
    vault: Vault,
    now: Arc<AtomicU64>,
}

impl World {
    fn new() -> Self {
        let (store, now) = (MemoryStore::new(), Arc::new(AtomicU64::new(0)));
        let clock = Arc::clone(&now);
        let vault = Vault::builder()
            .store(store.clone())
            .clock(move || at(clock.load(Ordering::SeqCst)))
            .count_uses(true)
            .create(&root_key())
            .unwrap();
        Self { store, vault, now }
    }

    fn scope(&self, scope: &str) -> ScopedVault {
        self.vault.scope(scope).unwrap()
    }

    fn pass(&self, seconds: u64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }
}

/// All rows, by pages of some.
fn all_by(scope: &ScopedVault, report: Report, limit: u16) -> Vec<ReportRow> {
    let (mut rows, mut next) = (Vec::new(), None);
    loop {
        let page = scope.report(report, next, limit).unwrap();
        assert!(page.rows.len() <= usize::from(limit));
        rows.extend(page.rows);
        next = page.next;
        if next.is_none() {
            return rows;
        }
    }
}

/// The secrets of a report, sorted.
fn names(scope: &ScopedVault, report: Report) -> Vec<String> {
    let rows = all_by(scope, report, 1000);
    assert_eq!(rows, all_by(scope, report, 1), "page by page");
    let said = rows
        .iter()
        .map(|row| format!("{} {}", row.info.scope, row.info.name));
    let mut said: Vec<String> = said.collect();
    said.sort();
    said
}

#[test]
fn secrets_that_nobody_uses_are_found() {
    let world = World::new();
    let project = world.scope("acme");
    for name in ["A", "B", "C", "REVOKED"] {
        project.put(name, "a value").unwrap();
    }
    project.revoke("REVOKED").unwrap();
    world.pass(10);
    project.resolve("<<$secret.A>> <<$secret.B>>").unwrap();
    world.pass(10);
    project.resolve("<<$secret.A>>").unwrap();
    world.pass(10);
    project.put("YOUNG", "a value").unwrap();
    world.scope("other").put("D", "a value").unwrap();
    world.vault.flush_usage().unwrap();
    let unused = |seconds| {
        let found = names(&project, Report::UnusedSince(at(seconds)));
        found
            .iter()
            .map(|name| name.replace("acme ", ""))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(unused(0), "");
    assert_eq!(unused(1), "C");
    assert_eq!(unused(10), "C", "used at that time");
    assert_eq!(unused(11), "B C");
    assert_eq!(unused(21), "A B C");
    assert_eq!(unused(30), "A B C", "it is as young as that");
    assert_eq!(unused(31), "A B C YOUNG");
    let rows = all_by(&project, Report::UnusedSince(at(11)), 10);
    let used = rows
        .iter()
        .find(|row| row.info.name.as_str() == "B")
        .unwrap();
    assert_eq!(used.usage.as_ref().unwrap().last_used, at(10));
}

#[test]
fn secrets_that_expire_or_are_due_are_found() {
    let world = World::new();
    let project = world.scope("acme/billing");
    let day = Duration::from_secs(86_400);
    let put = |name: &str, input: SecretInput| project.put(name, input).unwrap();
    put("NEVER", SecretInput::new("a value"));
    put("SOON", SecretInput::new("a value").expires_at(at(86_400)));
    put(
        "LATER",
        SecretInput::new("a value").expires_at(at(10 * 86_400)),
    );
    put("GONE", SecretInput::new("a value").expires_at(at(86_400)));
    put("ROTATED", SecretInput::new("a value").rotate_every(2 * day));
    project.revoke("GONE").unwrap();
    let above = world.scope("acme");
    let expiring = |days: u32| names(&above, Report::ExpiringWithin(days * day));
    assert_eq!(expiring(0), [""; 0]);
    assert_eq!(expiring(1), ["acme/billing SOON"]);
    assert_eq!(expiring(10), ["acme/billing LATER", "acme/billing SOON"]);
    let ever = names(&above, Report::ExpiringWithin(Duration::MAX));
    assert_eq!(ever, ["acme/billing LATER", "acme/billing SOON"]);
    assert_eq!(names(&above, Report::DueForRotation), [""; 0]);
    world.pass(2 * 86_400);
    assert_eq!(
        names(&above, Report::DueForRotation),
        ["acme/billing ROTATED"]
    );
    assert_eq!(expiring(0), ["acme/billing SOON"], "it has expired");
    project.put("ROTATED", "a newer value").unwrap();
    assert_eq!(names(&above, Report::DueForRotation), [""; 0]);
}

#[test]
fn secrets_that_hide_others_are_found() {
    let world = World::new();
    for (scope, name) in [
        ("acme", "A"),
        ("acme/billing/eu", "A"),
        ("acme/billing", "B"),
        ("acme/billing/eu", "B"),
        ("acme/sales", "B"),
    ] {
        world.scope(scope).put(name, "a value").unwrap();
    }
    let found = names(&world.scope("acme"), Report::Shadowed);
    assert_eq!(found, ["acme/billing/eu A", "acme/billing/eu B"]);
    let rows = all_by(&world.scope("acme"), Report::Shadowed, 10);
    let hides = |name: &str| {
        let row = rows.iter().find(|row| row.info.name.as_str() == name);
        row.unwrap().hides.as_ref().unwrap().to_string()
    };
    assert_eq!(
        (hides("A"), hides("B")),
        ("acme".into(), "acme/billing".into())
    );
    world.scope("acme").delete("A").unwrap();
    let found = names(&world.scope("acme/billing"), Report::Shadowed);
    assert_eq!(found, ["acme/billing/eu B"]);
    world.scope("acme/billing").revoke("B").unwrap();
    let found = names(&world.scope("acme/billing"), Report::Shadowed);
    assert_eq!(
        found,
        ["acme/billing/eu B"],
        "a revoked one is hidden as well"
    );
}

#[test]
fn secrets_are_held_against_the_documents() {
    let world = World::new();
    let (acme, billing) = (world.scope("acme"), world.scope("acme/billing"));
    for name in ["SHARED", "OWN", "OLD", "REVOKED"] {
        acme.put(name, "a value").unwrap();
    }
    billing.put("OWN", "a value").unwrap();
    billing
        .put("EXPIRED", SecretInput::new("a value").expires_at(at(5)))
        .unwrap();
    let text = "<<$secret.SHARED>> <<SHARED>> <<$secret.OWN>> <<$secret.REVOKED>> \
                <<$secret.EXPIRED>>";
    for id in ["one", "two"] {
        billing.documents().set(id, text).unwrap();
    }
    world
        .scope("other")
        .documents()
        .set("one", "<<$secret.OLD>>")
        .unwrap();
    acme.revoke("REVOKED").unwrap();
    let unused = names(&acme, Report::Unreferenced);
    assert_eq!(
        unused,
        ["acme OLD", "acme OWN"],
        "billing has an OWN of its own"
    );
    assert_eq!(names(&billing, Report::Unreferenced), [""; 0]);
    assert_eq!(acme.documents().unused(None, 10).unwrap().rows.len(), 2);
    let broken = names(&acme, Report::InactiveReferenced);
    assert_eq!(broken, ["acme REVOKED"]);
    world.pass(5);
    billing.set_status("OWN", Status::Inactive).unwrap();
    acme.set_status("OLD", Status::Inactive).unwrap();
    let broken = names(&acme, Report::InactiveReferenced);
    assert_eq!(
        broken,
        ["acme REVOKED", "acme/billing EXPIRED", "acme/billing OWN"]
    );
    let rows = all_by(&acme, Report::InactiveReferenced, 10);
    assert!(rows.iter().all(|row| row.documents == Some(2)));
    let json = serde_json::to_value(&rows[0]).unwrap();
    assert_eq!(
        (&json["documents"], &json["usage"]),
        (&2.into(), &().into())
    );
    assert!(json["name"].is_string());
    // A document that somebody deleted in the store is missed.
    let stored = rows_of(&world);
    delete(&world.store, &stored[0]);
    let error = acme.report(Report::Unreferenced, None, 10).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tampered);
    put(&world.store, &stored[0]);
    acme.report(Report::Unreferenced, None, 10).unwrap();
}

/// The rows of documents in the partition that has two of them.
fn rows_of(world: &World) -> Vec<crate::support::rows::Stored> {
    let mut all = rows(&world.store, Kind::Document);
    let of = |partition| all.iter().filter(|row| row.partition == partition).count();
    let own = all.iter().find(|row| of(row.partition) == 2);
    let own = own.unwrap().partition;
    all.retain(|row| row.partition == own);
    all
}

#[test]
fn a_report_is_for_who_may_read() {
    let world = World::new();
    let scope = world.scope("acme");
    scope.put("A", "a value").unwrap();
    let count = |permissions, limit| {
        let page = scope
            .with(permissions)
            .report(Report::Unreferenced, None, limit);
        page.unwrap().rows.len()
    };
    assert_eq!(count(Permissions::READ, 10), 1);
    assert_eq!(count(Permissions::READ, 0), 0);
    for blind in [Permissions::USE, Permissions::MANAGE, Permissions::REVEAL] {
        assert_eq!(count(blind, 10), 0);
        let unused = scope.with(blind).documents().unused(None, 10).unwrap();
        assert!(unused.rows.is_empty() && unused.next.is_none());
    }
    let error = "no cursor".parse::<keyslot::ReportCursor>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[test]
fn a_page_looks_at_a_bounded_number_of_records() {
    let world = World::new();
    let scope = world.scope("acme");
    let many = (0..10_050).map(|number| (format!("N{number}"), "a value"));
    scope.put_all(many, keyslot::OnExisting::Fail).unwrap();
    let (mut pages, mut next) = (0, None);
    loop {
        let page = scope
            .report(Report::ExpiringWithin(Duration::MAX), next, 100)
            .unwrap();
        assert!(page.rows.is_empty());
        pages += 1;
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(pages, 2);
}
