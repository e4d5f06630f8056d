//! Uses of secrets, added up.

use std::time::Duration;

use keyslot::store::MemoryStore;
use keyslot::{Actor, AuditMode, AuditRetention, Permissions, Target};

use super::kit::logged;

#[test]
fn uses_are_counted_for_the_secret_that_was_used() {
    for mode in [AuditMode::Batched, AuditMode::Required] {
        let vault = logged(&MemoryStore::new(), mode);
        let above = vault.scope("acme").unwrap();
        let [billing, sales] = ["acme/billing", "acme/sales"].map(|scope| {
            let actor = Actor::new(format!("service:{scope}")).unwrap();
            vault.scope(scope).unwrap().acting_as(actor)
        });
        let shared = above.put("SHARED", "value-1").unwrap().record;
        let own = billing.put("OWN", "value-2").unwrap().record;
        let unused = billing.put("UNUSED", "value-3").unwrap().record;
        let gone = billing.put("GONE", "value-4").unwrap().record;
        for _ in 0..3 {
            billing
                .resolve("<<$secret.SHARED>> <<$secret.OWN>>")
                .unwrap();
        }
        let target = Target::tool("crm").with_host("crm.example.com").unwrap();
        sales.resolve_for(&target, "<<$secret.SHARED>>").unwrap();
        billing.reveal("OWN").unwrap();
        billing.resolve("<<$secret.GONE>>").unwrap();
        billing.revoke("GONE").unwrap();
        billing.resolve("<<$secret.GONE>>").unwrap_err();
        billing.redactor(["UNUSED"]).unwrap();
        let anew = billing.replace_revoked("GONE", "value-5").unwrap().record;
        vault.flush_audit().unwrap();
        let usage = vault.audit("acme").unwrap().usage().unwrap();
        let count = |record| usage.of(record).map(|used| used.count);
        assert_eq!(count(shared), Some(4));
        assert_eq!(count(own), Some(4));
        assert_eq!(count(gone), Some(1));
        assert_eq!((count(unused), count(anew)), (None, None));
        let last = &usage.of(shared).unwrap().last;
        assert_eq!(last.actor.as_ref(), sales.actor());
        assert_eq!(last.tool.as_deref(), Some("crm"));
        assert_eq!(last.host.as_deref(), Some("crm.example.com:443"));
        // A handle knows the uses of its own scope.
        let usage = sales.audit().usage().unwrap();
        assert_eq!(usage.of(shared).map(|used| used.count), Some(1));
        assert!(usage.of(own).is_none());
        let blind = sales.with(Permissions::USE).audit().usage().unwrap();
        assert!(blind.of(shared).is_none());
    }
}

#[test]
fn the_newest_entries_alone_are_read() {
    let vault = logged(&MemoryStore::new(), AuditMode::Required);
    let project = vault.scope("acme").unwrap();
    let old = project.put("OLD", "value-1").unwrap().record;
    let new = project.put("NEW", "value-2").unwrap().record;
    project.resolve("<<$secret.OLD>>").unwrap();
    for _ in 0..3 {
        project.resolve("<<$secret.NEW>>").unwrap();
    }
    let log = vault.audit("acme").unwrap();
    let all = log.entries().count();
    for most in 0..=all + 1 {
        let usage = log.usage_of_newest(most).unwrap();
        assert_eq!(usage.unread().is_some(), most < all, "{most} of {all}");
        let known = usage.of(new).map_or(0, |used| used.count);
        assert_eq!(known, most.min(3) as u64, "{most} of {all}");
        assert_eq!(usage.of(old).is_some(), most > 3, "{most} of {all}");
    }
    assert_eq!(log.usage().unwrap().of(new).unwrap().count, 3);
    assert!(log.usage().unwrap().unread().is_none());
}

#[test]
fn secrets_that_nobody_uses_are_found() {
    let vault = logged(&MemoryStore::new(), AuditMode::Required);
    let project = vault.scope("acme").unwrap();
    for name in ["A", "B", "C"] {
        project.put(name, "a value").unwrap();
    }
    project.resolve("<<$secret.A>> <<$secret.B>>").unwrap();
    let log = vault.audit("acme").unwrap();
    let first = log.entries().next().unwrap().unwrap().time;
    project.resolve("<<$secret.A>>").unwrap();
    let young = project.put("YOUNG", "a value").unwrap().created_at;
    let all: Vec<_> = project.list().map(Result::unwrap).collect();
    let unused = |time| {
        let usage = log.usage().unwrap();
        let found = usage.unused_since(&all, time).into_iter();
        let mut names: Vec<String> = found.map(|info| info.name.to_string()).collect();
        names.sort();
        names
    };
    assert_eq!(unused(first), ["C"]);
    assert_eq!(unused(first + Duration::from_secs(1)), ["B", "C"]);
    assert_eq!(unused(young), ["A", "B", "C"]);
    assert_eq!(
        unused(young + Duration::from_secs(1)),
        ["A", "B", "C", "YOUNG"]
    );
    // What was pruned is not known any more.
    log.prune(&AuditRetention::new().max_entries(1), "the policy")
        .unwrap();
    assert_eq!(unused(first), ["B", "C"]);
}
